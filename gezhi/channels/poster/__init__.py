"""Posters for doors: facts in, one PDF out, the same bytes everywhere (docs/adr/0025-posters.md).

`sheet`, `drawing` and `glyphs` are pure; `press` starts the child `compositor`, where alone typst is loaded.
"""
