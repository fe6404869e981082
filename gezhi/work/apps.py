from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "gezhi.work"
    label = "work"
