"""The product's doors, and the bare one."""

from django.urls import path

from bench.bare import bare
from gezhi.config.urls import handler400, handler403, handler404, handler500
from gezhi.config.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [path("bare", bare), *product]
