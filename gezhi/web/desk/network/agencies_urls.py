"""Addresses of this part of the network, below /desk/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
