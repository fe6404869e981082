from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "gezhi.routing"
    label = "routing"
