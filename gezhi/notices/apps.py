from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "gezhi.notices"
    label = "notices"
