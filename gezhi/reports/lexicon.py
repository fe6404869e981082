"""The words that speak for a category, or of danger. PURE: the shipped ones, with what the office added and switched off."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
BOTH = "+"  # 电梯+困: both must stand in the text, close to each other
NEAR = 24  # signs between the two
MOST_SIGNS = 40
_NOBODY = re.compile(
    "[没沒无無](?:有)?(?:任何)?人?被?[困关關]"  # 没有人被困: that nothing of the kind happened
    "|[相有][关關]|困[难難扰擾境惑]"  # 相关人员, 困难: the same signs in other words
)
STRENGTHS = (0, 1, 2, 3)  # 0 = does not count here


class Spoken(NamedTuple):
    """One word for a leaf. condition, call: only of a word that means danger: what is feared, and the number to call now."""

    word: str
    code: str
    strength: int = 1
    condition: str = ""
    call: str = ""


class Danger(NamedTuple):
    """What a text makes one fear: the words that say so, the opening condition, the number to call now."""

    words: str
    condition: str
    call: str

    @property
    def said(self) -> str:
        """The words as people read them: 电梯…困."""
        return self.words.replace(BOTH, "…")

    @property
    def leaf(self) -> str:
        """The code of the category that the condition belongs to."""
        return self.condition.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """words: every word that counts. by_code: leaf → its words, folded once with their strength."""

    words: tuple[Spoken, ...]
    by_code: Mapping[str, tuple[tuple[str, int], ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for one in self.words:
            if not one.condition:
                found[one.code].append((one.word.lower(), one.strength))
        object.__setattr__(self, "by_code", {code: tuple(words) for code, words in found.items()})

    def danger(self, text: str) -> Danger | None:
        """The first danger that the text speaks of."""
        low = _NOBODY.sub("", text.lower())
        for one in self.words:
            if one.condition and _stands_in(one.word.lower(), low):
                return Danger(one.word, one.condition, one.call)
        return None


def _stands_in(word: str, text: str) -> bool:
    """The whole word; of one in two parts both, in any order, no further apart than somebody means them together."""
    return word in text if BOTH not in word else bool(_together(word).search(text))


@cache
def _together(word: str) -> re.Pattern[str]:
    first, _both, second = (re.escape(part) for part in word.partition(BOTH))
    return re.compile(f"{first}.{{0,{NEAR}}}{second}|{second}.{{0,{NEAR}}}{first}", re.DOTALL)


@cache
def shipped() -> tuple[Spoken, ...]:
    """The words of the data file."""
    book = json.loads((DATA / "lexicon.json").read_text(encoding="utf-8"))
    words = [Spoken(word, code) for code, said in book["words"].items() for word in said]
    for one in book["danger"]:
        code = one["condition"].split("-")[0]
        words += [Spoken(word, code, 1, one["condition"], one["call"]) for word in one["words"]]
    return tuple(words)


def with_own(own: Iterable[Spoken]) -> Lexicon:
    """The shipped lexicon as this office has it. The same word for the same leaf counts as the office says; 0 = not at all."""
    changed = {(one.word, one.code): one for one in own}
    merged = {(one.word, one.code): one for one in shipped()} | changed
    return Lexicon(tuple(one for one in merged.values() if one.strength))
