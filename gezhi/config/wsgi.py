"""The WSGI application for granian, behind its door."""

import os

from django.core.wsgi import get_wsgi_application

from gezhi.web.door import patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
application = patient(get_wsgi_application())
