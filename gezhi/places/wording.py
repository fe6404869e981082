"""Names as they are looked up: one script, one width, no spaces, and the sounds they may be typed by.

opencc and pypinyin weigh 60 MB together and are loaded at the first name that needs them.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple

import regex

from gezhi.kernel.text import code_key

READINGS = 2  # of one sign: 长 chang zhang, 乐 le yue
VARIANTS = 8  # of one name, besides the first
_HAN = regex.compile(r"\p{Han}")
_BEFORE_NUMBER = regex.compile(r"(?<=\p{Han})(?=[0-9]+\p{Han})|(?<=[a-zA-Z])(?=[0-9])")


class Keys(NamedTuple):
    """What a name is found by. initials, pinyin: the possible readings, each after a space: " cfxa zfxa"."""

    folded: str
    initials: str
    pinyin: str


@lru_cache(maxsize=8192)
def keys_of(name: str) -> Keys:
    """The stored search keys of a name. Raises TooLong."""
    folded = in_one_script(fold(name))
    readings = _readings(folded)
    return Keys(
        folded,
        # what is no Chinese sign comes back as it was and is kept whole: 128, lotte
        _each("".join(sound if sound in folded else sound[0] for sound in reading) for reading in readings),
        _each("".join(reading) for reading in readings),
    )


def fold(words: str) -> str:
    """Width, case, spaces and dashes evened out; the script stays as typed. Raises TooLong above 200 signs."""
    return code_key(words).lower()


def in_one_script(words: str) -> str:
    """繁體 as 简体."""
    return str(_converter().convert(words)) if has_han(words) else words


def has_han(words: str) -> bool:
    """Whether there is a Chinese sign in it."""
    return bool(_HAN.search(words))


def pieces(words: str) -> list[str]:
    """「悦海花园3号楼」 and 「悦海花园 3号楼」 → 悦海花园, 3号楼, yhhy3 → yhhy, 3: the areas first, the place last. 小区77 is one.

    Signs that nothing is looked up by are none. Raises TooLong.
    """
    return [piece for part in words.split() for piece in _BEFORE_NUMBER.split(part) if fold(piece)]


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _readings(name: str) -> list[tuple[str, ...]]:
    """How the name may be read, sign by sign: as the phrase is read, then with one sign read another way."""
    from pypinyin import Style, lazy_pinyin, pinyin

    phrase = tuple(lazy_pinyin(name))
    choices = enumerate(pinyin(name, style=Style.NORMAL, heteronym=True))
    others = ((at, sound) for at, sounds in choices for sound in sounds[:READINGS] if sound != phrase[at])
    return [phrase, *((*phrase[:at], sound, *phrase[at + 1 :]) for at, sound in islice(others, VARIANTS))]


def _each(readings: Iterable[str]) -> str:
    return "".join(f" {reading}" for reading in dict.fromkeys(readings))
