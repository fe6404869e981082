"""Bulk deeds: one wish over many cases, done case by case (docs/adr/0033-bulk-deeds.md)."""
