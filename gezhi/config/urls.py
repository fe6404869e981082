"""All doors. Each face keeps its own list."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("gezhi.web.desk.account_urls")),
    path("desk/", include("gezhi.web.desk.urls")),
]
