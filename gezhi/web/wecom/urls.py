"""What WeCom asks for."""

from django.urls import path

from gezhi.web.wecom import door, signin

urlpatterns = [
    path("callback", door.callback, name="wecom_callback"),
    path("login", signin.login, name="wecom_login"),
    path("back", signin.back, name="wecom_back"),
]
