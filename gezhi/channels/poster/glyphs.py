"""What the posters' font can show. Pure but for the list of its signs, read once."""

from functools import cache
from pathlib import Path

SIGNS = Path(__file__).parent / "data" / "signs.txt"
LACKING = "□"


@cache
def held() -> frozenset[str]:
    """The signs of the font."""
    return frozenset(SIGNS.read_text(encoding="utf-8"))


def shown(text: str) -> str:
    """The text with □ for each sign that the font lacks; blanks and breaks of every kind become one blank."""
    return "".join(sign if sign in held() else LACKING for sign in " ".join(text.split()))


def lacking(text: str) -> str:
    """The codes of the signs that are shown as □, each once: "U+20BB7 U+9FA6"; "" when there is none."""
    strange = dict.fromkeys(sign for sign in "".join(text.split()) if sign not in held())
    return " ".join(f"U+{ord(sign):04X}" for sign in strange)
