"""Which places a sentence speaks of: their names, other names (old and common ones) and names that sound alike, found inside the words.

The names of an office are kept in each process for some seconds; 10,000 places weigh some 5 MB.
"""

import time
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import regex

from gezhi.places import paths
from gezhi.places.models import Place, PlaceName
from gezhi.places.wording import has_han, in_one_script
from gezhi.tenancy.current import current

FRESH_SECONDS = 20.0
LOOKED_AT = 400  # signs of a text: where it is stands near its beginning
LONGEST, SHORTEST = 24, 2
SHORTEST_SOUND = 3  # signs: two that sound alike are too many
AREA = 1.0
_NOISE = regex.compile(r"[\s\p{Pd}_,，。、；;:：()（）]+")


class Named(NamedTuple):
    """A place that a text names. words: as found there. by: name other sound. score: 0 … 1."""

    place_id: UUID
    score: float
    words: str
    by: str


class _Entry(NamedTuple):
    id: UUID
    path: str
    by: str


@dataclass(frozen=True, slots=True)
class _Names:
    """By folded name, and by pinyin."""

    written: dict[str, tuple[_Entry, ...]]
    sounds: dict[str, tuple[_Entry, ...]]
    until: float


_kept: dict[UUID, _Names] = {}


def named_in(text: str, *, inside: str = "", limit: int = 3) -> list[Named]:
    """The places that a text names, likeliest first. inside: the path of the place that is known already: what lies there comes first.

    A building's number alone ("3号楼") names nothing unless its compound is named, too, or known. 0 or 2 queries.
    """
    names = _names()
    said = _folded(text)
    hits = _hits(said, names.written)
    if not hits and has_han(said):
        said = in_one_script(said)
        hits = _hits(said, names.written) or _sounding(said, names.sounds)
    return _ranked(hits, inside)[:limit]


def is_name(text: str) -> bool:
    """Whether a text is, as a whole, the name or another name of a place. 0 or 2 queries."""
    return _folded(text) in _names().written


def _ranked(hits: list[tuple[_Entry, str, bool]], inside: str) -> list[Named]:
    longest: dict[UUID, tuple[_Entry, str, bool]] = {}
    for entry, words, is_alone in hits:
        if entry.id not in longest or len(words) > len(longest[entry.id][1]):
            longest[entry.id] = (entry, words, is_alone)
    found = []
    for entry, words, is_alone in longest.values():
        above = [longest[id][1] for id in paths.ids(entry.path)[:-1] if id in longest]
        is_here = bool(inside) and paths.is_within(entry.path, inside)
        if not is_alone and not above and not is_here:
            continue
        known = len(words) + sum(map(len, above)) + (LONGEST // 4 if is_here else 0)
        score = min(0.99, 0.4 + 0.05 * known) * (0.7 if entry.by == "sound" else 1.0)
        found.append((len(paths.ids(entry.path)), Named(entry.id, round(score, 2), "".join((*above, words)), entry.by)))  # fmt: skip
    found.sort(key=lambda one: (-one[1].score, -one[0]))
    covered = {id for entry, _, _ in longest.values() for id in paths.ids(entry.path)[:-1]}
    best = [one for _, one in found]
    # an area whose building is named comes behind it
    return sorted(best, key=lambda one: one.place_id in covered and any(each.place_id not in covered for each in best))  # fmt: skip


def _hits(said: str, known: dict[str, tuple[_Entry, ...]]) -> list[tuple[_Entry, str, bool]]:
    """Longest names first; a name inside a longer one that was found does not count again."""
    found: list[tuple[_Entry, str, bool]] = []
    at = 0
    while at < len(said):
        for size in range(min(LONGEST, len(said) - at), SHORTEST - 1, -1):
            entries = known.get(said[at : at + size])
            if entries and not (said[at].isdigit() and at and said[at - 1].isdigit()):
                found += [(entry, said[at : at + size], len(entries) == 1) for entry in entries]
                at += size
                break
        else:
            at += 1
    return found


def _sounding(said: str, known: dict[str, tuple[_Entry, ...]]) -> list[tuple[_Entry, str, bool]]:
    from pypinyin import lazy_pinyin

    signs = said[: LOOKED_AT // 4]
    sounds = [lazy_pinyin(sign)[0] if has_han(sign) else sign for sign in signs]
    found = []
    for at in range(len(signs)):
        for size in range(min(LONGEST, len(signs) - at), SHORTEST_SOUND - 1, -1):
            if entries := known.get("".join(sounds[at : at + size])):
                found += [(entry, signs[at : at + size], len(entries) == 1) for entry in entries]
                break
    return found


def _folded(text: str) -> str:
    return str(_NOISE.sub("", unicodedata.normalize("NFKC", text[:LOOKED_AT]))).lower()


def _names() -> _Names:
    here, now = current(), time.monotonic()
    known = _kept.get(here)
    if known is None or known.until < now:
        known = _kept[here] = _read(now)
    return known


def _read(now: float) -> _Names:
    written: dict[str, list[_Entry]] = defaultdict(list)
    sounds: dict[str, list[_Entry]] = defaultdict(list)
    own = Place.objects.filter(closed_on=None).values_list("id", "path", "folded", "pinyin")
    others = PlaceName.objects.filter(place__closed_on=None).values_list("place_id", "place__path", "folded", "pinyin")  # fmt: skip
    for rows, by in ((own, "name"), (others, "other")):
        for id, path, folded, pinyin in rows:
            name = _NOISE.sub("", folded)
            if SHORTEST <= len(name) <= LONGEST:
                written[name].append(_Entry(id, path, by))
            if len(name) >= SHORTEST_SOUND:
                for sound in set(pinyin.split()):
                    sounds[sound].append(_Entry(id, path, "sound"))
    return _Names(
        {name: tuple(entries) for name, entries in written.items()},
        {sound: tuple(entries) for sound, entries in sounds.items()},
        now + FRESH_SECONDS,
    )
