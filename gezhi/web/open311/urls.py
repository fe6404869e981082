"""GeoReport v2, below /open311/v2/ (design §7): each address with the form its answer has behind a dot."""

from django.urls import path

from gezhi.web.open311 import requests, services, updates

app_name = "open311"
urlpatterns = [
    path("discovery.<str:form>", services.discovery, name="discovery"),
    path("services.<str:form>", services.services, name="services"),
    path("services/<str:code>.<str:form>", services.service, name="service"),
    path("requests.<str:form>", requests.requests, name="requests"),
    path("requests/<str:number>.<str:form>", requests.request_of, name="request"),
    path("requests/<str:number>/updates.<str:form>", updates.updates, name="updates"),
    path("tokens/<str:token>.<str:form>", requests.token, name="token"),
]
