"""Which places a sentence speaks of: their names, other names (old and common ones) and names that sound alike, found inside the words.

The names of an office are kept in each process for some seconds; 10,000 places weigh some 5 MB.
"""

import time
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import regex

from gezhi.places import paths, saying
from gezhi.places.kinds import Kind
from gezhi.places.models import Place, PlaceName
from gezhi.places.wording import has_han, in_one_script
from gezhi.tenancy.current import current

FRESH_SECONDS = 20.0
LOOKED_AT = 400  # signs of a text: where it is stands near its beginning
LONGEST, SHORTEST = 24, 2
SHORTEST_SOUND = 3  # signs: two that sound alike are too many
NUMBERED = (Kind.BUILDING, Kind.STAIRWELL)  # called alike in every compound
_HOUSE = regex.compile(r"(?:[0-9]+[a-z]?|[a-z])号楼")


class Named(NamedTuple):
    """A place that a text names. words: as found there, numbers written one way. by: name other sound. score: 0 … 1."""

    place_id: UUID
    score: float
    words: str
    by: str
    path: str


class _Entry(NamedTuple):
    id: UUID
    path: str
    by: str
    kind: str


class _Hit(NamedTuple):
    """One name found in a text, from `at` to `end`; is_alone: no other place is called so."""

    entry: _Entry
    words: str
    is_alone: bool
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class _Names:
    """By name as `saying` writes it, by what is left of a compound's without its ending, and by pinyin."""

    written: dict[str, tuple[_Entry, ...]]
    stems: dict[str, tuple[_Entry, ...]]
    sounds: dict[str, tuple[_Entry, ...]]
    until: float


class Meant(NamedTuple):
    """Places that the words of a search mean, best first, and the words that belong to no name of theirs."""

    ids: list[UUID]
    left: str


_kept: dict[UUID, _Names] = {}


def named_in(text: str, *, inside: str = "", limit: int = 3) -> list[Named]:
    """The places that a text names, likeliest first. inside: the path of the place that is known already: what lies there comes first.

    A building's number alone ("3号楼") names nothing unless its compound is named, too, or known. 0 or 2 queries.
    """
    names = _names()
    said = _folded(text)
    hits = _hits(said, names)
    if not hits and has_han(said):
        said = _folded(in_one_script(text[:LOOKED_AT]))
        hits = _hits(said, names) or _sounding(said, names.sounds)
    return _ranked(hits, inside)[:limit]


def meant(words: str, *, inside: str = "", limit: int = 3) -> Meant:
    """The places that the words of a search mean as a whole, or as far as they are known ("悦海花园东门": the compound, 东门 is left).

    inside: only what lies on this path or below it. 0 or 2 queries.
    """
    names = _names()
    said = saying.typed(_plain(in_one_script(words[:LOOKED_AT]) if has_han(words) else words[:LOOKED_AT]))
    if numbers := _numbered(said, names, inside):
        return Meant(numbers[:limit], "")
    hits = _hits(said, names, is_whole=True)
    best = [one for one in _ranked(hits, inside) if not inside or paths.is_within(one.path, inside)]
    if not best:
        return Meant([], said)
    taken = {hit.entry.path: hit for hit in hits}
    spans = [taken[one] for one in (*paths.above(best[0].path), best[0].path) if one in taken]
    left = "".join(sign for at, sign in enumerate(said) if not any(one.at <= at < one.end for one in spans))
    level = [one for one in best if one.score == best[0].score and one.words == best[0].words]
    return Meant([one.place_id for one in level[:limit]], left)


def is_name(text: str) -> bool:
    """Whether a text is, as a whole, the name or another name of a place. 0 or 2 queries."""
    return _folded(text) in _names().written


def _numbered(said: str, names: _Names, inside: str) -> list[UUID]:
    """Buildings, or stairwells of buildings, that nothing but their number names."""
    house, stairs = saying.numbers(said)
    houses = [one for one in names.written.get(house, ()) if not inside or paths.is_within(one.path, inside)]
    if not stairs or not house:
        return [one.id for one in houses]
    known = {one.path for one in houses}
    return [one.id for one in names.written.get(stairs, ()) if paths.above(one.path)[-1] in known]


def _ranked(hits: list[_Hit], inside: str) -> list[Named]:
    longest: dict[str, _Hit] = {}  # by path
    for hit in _behind_their_houses(hits, inside):
        path = hit.entry.path
        if path not in longest or len(hit.words) > len(longest[path].words):
            longest[path] = hit
    around = {path: [longest[one] for one in paths.above(path) if one in longest] for path in longest}
    most = _most_known(longest, around, inside)
    found = []
    for path, hit in longest.items():
        above, is_here = around[path], bool(inside) and paths.is_within(path, inside)
        is_known = (
            hit.is_alone or is_here or any(one.is_alone or one.entry.kind not in NUMBERED for one in above)
        )
        if not is_known or len(above) + is_here < most[hit.at, hit.words]:
            continue
        signs = len(hit.words) + sum(len(one.words) for one in above) + (LONGEST // 4 if is_here else 0)
        score = min(0.99, 0.4 + 0.05 * signs) * (0.7 if hit.entry.by == "sound" else 1.0)
        words = "".join(one.words for one in (*above, hit))
        found.append(Named(hit.entry.id, round(score, 2), words, hit.entry.by, path))
    found.sort(key=lambda one: (-one.score, -len(one.path)))
    covered = {above for path in longest for above in paths.above(path)}
    has_inner = any(one.path not in covered for one in found)
    # an area whose building is named comes behind it
    return sorted(found, key=lambda one: has_inner and one.path in covered)


def _behind_their_houses(hits: list[_Hit], inside: str) -> list[_Hit]:
    """A stairwell is meant only with its own building: 2单元 of another one is a wrong door."""
    said = {hit.entry.path for hit in hits}
    return [
        hit
        for hit in hits
        if hit.entry.kind != Kind.STAIRWELL
        or (house := paths.above(hit.entry.path)[-1]) in said
        or paths.is_within(inside, house)
    ]


def _most_known(
    longest: Mapping[str, _Hit], around: Mapping[str, Sequence[_Hit]], inside: str
) -> dict[tuple[int, str], int]:
    """Of the places that one name in the text may mean: around how many of their areas the text names, at most."""
    most: dict[tuple[int, str], int] = {}
    for path, hit in longest.items():
        known = len(around[path]) + (bool(inside) and paths.is_within(path, inside))
        most[hit.at, hit.words] = max(most.get((hit.at, hit.words), 0), known)
    return most


def _hits(said: str, names: _Names, *, is_whole: bool = False) -> list[_Hit]:
    """Longest names first; a name inside a longer one that was found does not count again."""
    found: list[_Hit] = []
    heard: set[str] = set()  # a name that comes again says nothing more
    at = 0
    while at < len(said):
        for size in range(min(LONGEST, len(said) - at), SHORTEST - 1, -1):
            words = said[at : at + size]
            entries = names.written.get(words) or _stemmed(said, at + size, names.stems.get(words), is_whole)
            if entries and not (said[at].isdigit() and at and said[at - 1].isdigit()):
                if words not in heard:
                    found += [_Hit(entry, words, len(entries) == 1, at, at + size) for entry in entries]
                heard.add(words)
                at = _numbers_behind(said, at + size, entries, names, found)
                break
        else:
            at += 1
    return found


def _stemmed(said: str, end: int, entries: tuple[_Entry, ...] | None, is_whole: bool) -> tuple[_Entry, ...]:
    """「悦海3号楼」: a compound without its ending, when a building follows, or nothing else was typed."""
    if not entries or not (
        saying.behind_area(said, end) or _HOUSE.match(said, end) or (is_whole and end == len(said))
    ):
        return ()
    return entries


def _numbers_behind(said: str, end: int, areas: Sequence[_Entry], names: _Names, found: list[_Hit]) -> int:
    """Buildings and stairwells that a bare number behind their area means; where the text goes on."""
    is_house = areas[0].kind == Kind.BUILDING
    tail = saying.behind_house(said, end) if is_house else saying.behind_area(said, end)
    if tail is None:
        return end
    places, size = [*areas], 0
    for name in filter(None, (tail.house, tail.stairs)):
        places = [
            one
            for one in names.written.get(name, ())
            if any(paths.is_within(one.path, area.path) and one.id != area.id for area in places)
        ]
        if not places:
            break
        size = tail.size
        found += [_Hit(one, name, len(places) == 1, end, end + size) for one in places]
    return end + size


def _sounding(said: str, known: dict[str, tuple[_Entry, ...]]) -> list[_Hit]:
    from pypinyin import lazy_pinyin

    signs = said[: LOOKED_AT // 4]
    sounds = [lazy_pinyin(sign)[0] if has_han(sign) else sign for sign in signs]
    found = []
    for at in range(len(signs)):
        for size in range(min(LONGEST, len(signs) - at), SHORTEST_SOUND - 1, -1):
            if entries := known.get("".join(sounds[at : at + size])):
                found += [
                    _Hit(one, signs[at : at + size], len(entries) == 1, at, at + size) for one in entries
                ]
                break
    return found


def _folded(text: str) -> str:
    return saying.evened(_plain(text[:LOOKED_AT]))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _names() -> _Names:
    here, now = current(), time.monotonic()
    known = _kept.get(here)
    if known is None or known.until < now:
        known = _kept[here] = _read(now)
    return known


def _read(now: float) -> _Names:
    written: dict[str, list[_Entry]] = defaultdict(list)
    sounds: dict[str, list[_Entry]] = defaultdict(list)
    own = Place.objects.filter(closed_on=None).values_list("id", "path", "folded", "pinyin", "kind")
    others = PlaceName.objects.filter(place__closed_on=None).values_list(
        "place_id", "place__path", "folded", "pinyin", "place__kind"
    )
    for rows, by in ((own, "name"), (others, "other")):
        for id, path, folded, pinyin, kind in rows:
            name = saying.name_of(folded, kind)
            if SHORTEST <= len(name) <= LONGEST:
                written[name].append(_Entry(id, path, by, kind))
            if len(name) >= SHORTEST_SOUND:
                for sound in set(pinyin.split()):
                    sounds[sound].append(_Entry(id, path, "sound", kind))
    stems = _stems(written)
    for stem, entries in stems.items():
        if len(entries) == 1:
            for ending in saying.ENDINGS:
                written.setdefault(f"{stem}{ending}", entries)
    return _Names(_frozen(written), _frozen(stems), _frozen(sounds), now + FRESH_SECONDS)


def _stems(written: Mapping[str, Sequence[_Entry]]) -> dict[str, list[_Entry]]:
    """Compounds, and communities where there is none, by their names without the ending."""
    stems: dict[str, dict[str, dict[UUID, _Entry]]] = defaultdict(lambda: defaultdict(dict))
    for name, entries in written.items():
        for stem in saying.stems(name):
            for one in entries:
                if one.kind in (Kind.COMPOUND, Kind.COMMUNITY):
                    stems[stem][one.kind][one.id] = one._replace(by="name")
    return {
        stem: [*(kinds[Kind.COMPOUND] or kinds[Kind.COMMUNITY]).values()] for stem, kinds in stems.items()
    }


def _frozen(entries: Mapping[str, Sequence[_Entry]]) -> dict[str, tuple[_Entry, ...]]:
    return {name: tuple(ones) for name, ones in entries.items()}
