from django.apps import AppConfig


class WecomDoorConfig(AppConfig):
    name = "gezhi.web.wecom"
    label = "wecom_door"
