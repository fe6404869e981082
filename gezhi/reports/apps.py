from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "gezhi.reports"
    label = "reports"
