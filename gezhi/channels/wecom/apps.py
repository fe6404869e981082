from django.apps import AppConfig


class WecomConfig(AppConfig):
    name = "gezhi.channels.wecom"
    label = "wecom"
