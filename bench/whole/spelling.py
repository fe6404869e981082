"""Texts that are alike but for ids, moments, numbers and paths: cut once, filled in a million times. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00"


class Slots:
    """Which strings of a group differ from copy to copy, each with its place in the list of values of a copy."""

    def __init__(self) -> None:
        self.ids: dict[UUID, int] = {}  # at [n] without dashes, at [n + 1] with them
        self.moments: dict[datetime, int] = {}  # at [n] as a row keeps it, at [n + 1] as a text says it
        self.words: dict[str, int] = {}  # numbers of cases, paths and ids of places
        self.size = 0

    def id(self, one: UUID) -> int:
        """The slot of an id that every copy has anew."""
        return self._slot(self.ids, one, 2)

    def moment(self, one: datetime) -> int:
        """The slot of a moment: it moves with the copy."""
        return self._slot(self.moments, one.astimezone(UTC).replace(tzinfo=None), 2)

    def word(self, one: str) -> int:
        """The slot of a text that stands for itself wherever it is said."""
        return self._slot(self.words, one, 1)

    def _slot(self, known: dict[Any, int], one: Any, width: int) -> int:
        if one not in known:
            known[one] = self.size
            self.size += width
        return known[one]


class Fill(NamedTuple):
    """text: with %s where something differs. pick: takes these values out of a copy's list."""

    text: str
    pick: Callable[[Sequence[str]], Any] | None

    def __call__(self, values: Sequence[str]) -> str:
        """The text of one copy."""
        return self.text % self.pick(values) if self.pick else self.text


def cut(text: str, slots: Slots, found: "re.Pattern[str]") -> Fill | str:
    """A text as a Fill, or as it is where nothing in it differs."""
    parts, places, last = list[str](), list[int](), 0
    for hit in found.finditer(text):
        at = _place(hit[0], slots)
        if at is None:
            continue
        parts += [text[last : hit.start()].replace("%", "%%"), "%s"]
        places.append(at)
        last = hit.end()
    if not places:
        return text
    return Fill("".join(parts) + text[last:].replace("%", "%%"), itemgetter(*places))


def pattern(slots: Slots) -> "re.Pattern[str]":
    """Everything that may differ: the words that are known, ids and moments."""
    known = sorted(map(re.escape, slots.words), key=len, reverse=True)
    dashed = [re.escape(str(id)) for id in slots.ids]
    return re.compile("|".join([*known, *dashed, MOMENT]))


def _place(hit: str, slots: Slots) -> int | None:
    if hit in slots.words:
        return slots.words[hit]
    if hit[4] == "-" and "T" in hit[:11]:
        return slots.moment(datetime.fromisoformat(hit)) + 1
    return slots.ids[UUID(hit)] + 1


def stored(value: Any, spell: Callable[[object], bytes]) -> Any:
    """A value as a row of either engine takes it: ids without dashes, moments of UTC as text, documents spelled."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, Mapping | list):
        return spell(value).decode()
    if isinstance(value, memoryview):
        return bytes(value)
    return int(value) if isinstance(value, bool) else value
