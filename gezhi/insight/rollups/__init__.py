"""Counts made ahead from the ledger's lines: they follow the journal, or are made anew (docs/adr/0037-roll-ups-and-figures.md)."""
