"""The product's settings, and beside its doors one bare view to measure against."""

from gezhi.config.settings import *  # noqa: F403
from gezhi.config.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [*PRODUCT_APPS, "bench"]
ROOT_URLCONF = "bench.urls"
