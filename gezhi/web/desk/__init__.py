"""The door of clerks and keepers: the list, one case beside it, channels, ledger, places, parties, rules."""
