from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "gezhi.evidence"
    label = "evidence"
