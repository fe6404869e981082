"""Inspection albums (迎检影集): lines that a superior inspects, and the pictures before and after that answer each (docs/adr/0036)."""
