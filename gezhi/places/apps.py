from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "gezhi.places"
    label = "places"
