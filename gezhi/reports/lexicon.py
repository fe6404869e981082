"""The words that speak for a category, or of danger. PURE: the shipped ones, with what the office added and switched off."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from gezhi.reports.alarm import BOTH, blanked, folded, parts, stands_in

DATA = Path(__file__).parent / "data"
MOST_SIGNS = 40
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
    """words: every word that counts. by_code: leaf → its words, folded once with their strength. dangers: words of danger with their parts."""

    words: tuple[Spoken, ...]
    by_code: Mapping[str, tuple[tuple[str, int], ...]] = field(init=False)
    dangers: tuple[tuple[Spoken, tuple[str, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for one in self.words:
            if not one.condition:
                found[one.code].append((one.word.lower(), one.strength))
        feared = tuple((one, parts(one.word)) for one in self.words if one.condition)
        object.__setattr__(self, "dangers", feared)
        object.__setattr__(self, "by_code", {code: tuple(words) for code, words in found.items()})

    def danger(self, text: str) -> Danger | None:
        """The first danger that the text speaks of as something that is."""
        said = folded(text)
        likely = [(one, wanted) for one, wanted in self.dangers if all(part in said for part in wanted)]
        said = blanked(said, harmless()) if likely else said
        for one, wanted in likely:
            if stands_in(wanted, said):
                return Danger(one.word, one.condition, one.call)
        return None


@cache
def harmless() -> re.Pattern[str]:
    """What looks like danger and is none: the data file's, each a pattern of folded signs."""
    return re.compile("|".join(_book()["harmless"]))


@cache
def _book() -> Any:
    return json.loads((DATA / "lexicon.json").read_text(encoding="utf-8"))


@cache
def shipped() -> tuple[Spoken, ...]:
    """The words of the data file."""
    book = _book()
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
