from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "gezhi.journal"
    label = "journal"
