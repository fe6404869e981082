"""The WSGI application for granian, behind its door."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from gezhi.config.parent import end_with_parent
from gezhi.web.door import patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
# one of granian's: killed alone, it would leave us answering with its old code
if multiprocessing.parent_process() is not None:
    end_with_parent()
application = patient(get_wsgi_application())
