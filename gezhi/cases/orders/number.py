"""An order's number as it is compared: WH-1, wh-1, ＷＨ—1 and WH 1 are one order, 2026-1-12 and 2026-11-2 are two. PURE."""

import unicodedata

import regex

from gezhi.kernel.ids import digest
from gezhi.kernel.text import KEY_LIMIT, code_key

KEY_SIGNS = 80
_BETWEEN_DIGITS = regex.compile(r"(?<=\p{Nd})[\s\u200b]*[\p{Pd}\u2212_][\s\u200b]*(?=\p{Nd})")


def number_key(number: str) -> str:
    """The key of a cleaned number, at most KEY_SIGNS; a dash between digits parts them, every other one says nothing."""
    parts = _BETWEEN_DIGITS.split(unicodedata.normalize("NFKC", number))
    key = "-".join(map(_quiet, parts)) or number
    return key if len(key) <= KEY_SIGNS else digest(key)


def _quiet(part: str) -> str:
    """Piece by piece: folding makes up to 18 signs of one."""
    return "".join(code_key(part[start : start + KEY_LIMIT]) for start in range(0, len(part), KEY_LIMIT))
