"""What WeCom asks for."""

from django.urls import path

from gezhi.web.wecom import door

urlpatterns = [path("callback", door.callback, name="wecom_callback")]
