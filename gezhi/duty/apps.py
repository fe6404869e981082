from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "gezhi.duty"
    label = "duty"
