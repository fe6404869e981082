"""Gezhi 格治: a community's matters, from the voice that tells of one to the ledger that counts it."""

__version__ = "0.1.0"
