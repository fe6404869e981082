from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "gezhi.parties"
    label = "parties"
