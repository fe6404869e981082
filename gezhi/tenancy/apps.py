from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "gezhi.tenancy"
    label = "tenancy"
