"""Bulk deeds at the desk: choosing, looking ahead, doing, taking back (docs/adr/0033-bulk-deeds.md)."""
