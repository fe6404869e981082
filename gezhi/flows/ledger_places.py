"""Which place a ledger means by its words: the exact name first, then what people would find by typing them; several are none."""

import re
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.text import TooLong
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.wording import fold, has_han, in_one_script

MOST_SEARCHES = 3000  # words that no place bears exactly; each costs up to 20 statements
SHORTEST = 2  # signs: one sign is part of many names
_ROOM = re.compile(r"[\s-]*[0-9]{1,5}[A-Za-z]?\s*(?:室|户|号房|房)?$")  # a flat is no place of the register


class Found(NamedTuple):
    """id, path: the place, if it is one. is_exact: the words say it whole. why: unlocated, several_places."""

    id: UUID | None = None
    path: str = ""
    is_exact: bool = False
    why: str = ""


class PlaceFinder:
    """All names of all open places, read once: 2 statements. Words are looked up once each."""

    def __init__(self) -> None:
        self.paths: dict[UUID, str] = {}
        self.named: dict[str, set[UUID]] = {}
        for one in (
            places.subtree("").filter(closed_on=None).only("id", "code", "folded", "full_name", "path")
        ):
            self.paths[one.id] = one.path
            for name in (one.folded, one.code.lower(), *_endings(one.full_name)):
                self.named.setdefault(name, set()).add(one.id)
        for id, folded in places.all_other_names():
            if id in self.paths:
                self.named.setdefault(folded, set()).add(id)
        self.known: dict[tuple[str, str], Found] = {}
        self.searches = 0

    def find(self, words: str, area: str) -> Found:
        """The place of these words, within an area when its name is known. At most 20 statements, none for words seen before."""
        if (words, area) not in self.known:
            self.known[words, area] = self._find(words, area)
        return self.known[words, area]

    def _find(self, words: str, area: str) -> Found:
        around = self._one(self._exact(area))
        if not words:
            return Found(around, self.paths[around], True) if around else Found(why="unlocated")
        inside = self.paths[around] if around else ""
        named = self._exact(words) or (self._exact(f"{area} {words}") if area else set())
        within = {id for id in named if paths.is_within(self.paths[id], inside)} if inside else named
        if one := self._one(within or named):
            return Found(one, self.paths[one], is_exact=True)
        if named:
            return Found(why="several_places")
        without_room = _ROOM.sub("", words)
        if without_room and without_room != words:
            return self._find(without_room, area)._replace(is_exact=False)
        return self._searched(words, inside)

    def _searched(self, words: str, inside: str) -> Found:
        if len(words) < SHORTEST or not has_han(words) or self.searches >= MOST_SEARCHES:
            return Found(why="unlocated")
        self.searches += 1
        found = places.find(words, 2, inside=inside)
        if len(found) == 1:
            return Found(found[0].id, found[0].path)
        return Found(why="several_places" if found else "unlocated")

    def _exact(self, words: str) -> set[UUID]:
        return self.named.get(_key(words), set()) if words else set()

    def _one(self, ids: set[UUID]) -> UUID | None:
        return next(iter(ids)) if len(ids) == 1 else None


def _endings(full_name: str) -> list[str]:
    """「悦海社区 悦海花园 3号楼」 is also called 「悦海花园 3号楼」."""
    parts = full_name.split()
    return [_key(" ".join(parts[at:])) for at in range(len(parts) - 1)]


def _key(words: str) -> str:
    try:
        return in_one_script(fold(words))
    except TooLong:
        return ""
