from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "gezhi.catalogue"
    label = "catalogue"
