from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "gezhi.ledger"
    label = "ledger"
