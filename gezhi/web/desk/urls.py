"""The doors of the desk, below /desk/."""

from django.urls import path

from gezhi.web.desk import inbox

urlpatterns = [
    path("", inbox.inbox, name="desk"),
]
