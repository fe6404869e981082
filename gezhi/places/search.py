"""Find a place by what people type: its name, another name, its spoken number, its code, or its sounds."""

import unicodedata
from typing import NamedTuple
from uuid import UUID

import regex
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from gezhi.kernel.text import TooLong
from gezhi.places import gazetteer, onpath, paths, saying
from gezhi.places.models import Place, PlaceName
from gezhi.places.register import MAX_CODE_SIGNS, tidy_code
from gezhi.places.subtree import within
from gezhi.places.wording import fold, in_one_script, pieces

MAX_SPOKEN = 2**31 - 1
AREAS = 3  # that one piece of the words may mean
MAX_PIECES = 4
MOST_ALIKE = 400  # stairwells of one number


class Ground(NamedTuple):
    """Where somebody is at home: grid cells, and paths of areas. What lies there is likelier meant."""

    grids: tuple[UUID, ...] = ()
    under: tuple[str, ...] = ()


NOWHERE = Ground()


def found(words: str, limit: int, inside: str = "", near: Ground = NOWHERE) -> list[Place]:
    """Open places (inside: of the subtree of this path), best first; nothing for words too long or empty.

    As typed, then in one script with its numbers written one way, then as the gazetteer reads them whole. At most 42 statements.
    """
    ways = _ways(words)
    if not ways or limit < 1:
        return []
    if all(saying.numbers(ways[-1])):  # 3-2 of every compound
        known = gazetteer.meant(words, inside=inside, limit=MOST_ALIKE)
        return sorted(_in_order(known.ids), key=lambda one: not _is_near(one, near))[:limit]
    for way in ways:
        if here := _by_words(way, limit, inside, near):
            return here
    known = gazetteer.meant(words, inside=inside, limit=limit)
    return _in_order(known.ids) if not known.left else []


def around(words: str, limit: int) -> tuple[list[Place], str]:
    """Where the words are known in part only: the places they name as far as they do, and what is left of them. At most 3 statements."""
    if not _ways(words):
        return [], ""
    known = gazetteer.meant(words, limit=limit)
    return _in_order(known.ids), known.left


def _ways(words: str) -> list[str]:
    """How the words may be written, the likeliest first; each has something to look up: 「(」 has as it was typed, and nothing of it is a name."""
    if not _key(words):
        return []
    plain = in_one_script(words)
    spoken = saying.typed(unicodedata.normalize("NFKC", plain).lower())
    if saying.is_dashed(plain):
        return [spoken]
    # of two that are looked up alike one will do
    ways = {"".join(way.split()): way for way in (spoken, plain, words)}
    return [way for way in ways.values() if _key(way)][::-1]


def _key(words: str) -> str:
    """As `fold`; "" of what is too long, as one sign may be that stands for eighteen."""
    try:
        return fold(words)
    except TooLong:
        return ""


def _in_order(ids: list[UUID]) -> list[Place]:
    rows = {row.id: row for row in Place.objects.filter(id__in=ids, closed_on=None)} if ids else {}
    return [rows[id] for id in ids if id in rows]


def _by_words(words: str, limit: int, inside: str, near: Ground) -> list[Place]:
    here, near_by = Q(), Q()
    if inside:  # a piece of the words may also name an area that it lies in
        here = onpath.within(inside, "path")
        near_by = here | Q(id__in=paths.ids(inside))
    every = within("").filter(closed_on=None)
    whole, parts = _ranked(every.filter(here), words, limit, near), pieces(words)
    if whole or not 2 <= len(parts) <= MAX_PIECES:
        return whole
    scopes: list[QuerySet[Place]] = [every.filter(near_by)]
    for part in parts[:-1]:
        areas = [area for scope in scopes for area in _piece(scope, part, AREAS)][:AREAS]
        scopes = [within(area.path).filter(closed_on=None) for area in areas]
    best = {place.id: place for scope in scopes for place in _piece(scope.filter(here), parts[-1], limit)}
    return list(best.values())[:limit]


def _piece(places: QuerySet[Place], part: str, limit: int) -> list[Place]:
    """As `_ranked`; a number behind a name is a building's or a stairwell's (「yhhy 3 2」), before it is anybody's spoken number."""
    key = fold(part)
    if not (key.isascii() and key.isdigit()):
        return _ranked(places, part, limit)
    numbered = places.filter(folded__regex=rf"^{key}[^0-9]")
    found = list(numbered.order_by(Length("path"), Length("folded"), "number", "code")[:limit])
    return [one for one in found if len(one.path) == len(found[0].path)] or _ranked(places, part, limit)


def _ranked(places: QuerySet[Place], words: str, limit: int, near: Ground = NOWHERE) -> list[Place]:
    """The number or code itself, then the exact name, then beginnings, then whatever holds the words; near ones, then short names first."""
    key = fold(words)
    matching = _matching(key)
    others = PlaceName.objects.filter(matching).values("place_id")
    spoken = _spoken(words)
    rank = Case(
        When(spoken, then=Value(0)),
        When(folded=key, then=Value(1)),
        When(folded__startswith=key, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = places.filter(spoken | matching | Q(id__in=others))
    return list(rows.order_by(rank, *_nearness(near), Length("folded"), "number", "code")[:limit])


def _nearness(near: Ground) -> list[Case]:
    here = Q(grid_id__in=near.grids) if near.grids else Q(pk__in=())
    for path in near.under:
        here |= onpath.within(path, "path")
    return (
        [Case(When(here, then=Value(0)), default=Value(1), output_field=IntegerField())] if any(near) else []
    )


def _is_near(place: Place, near: Ground) -> bool:
    return place.grid_id in near.grids or any(paths.is_within(place.path, path) for path in near.under)


def _matching(key: str) -> Q:
    """Names and their readings. One letter is a beginning of nothing people mean."""
    if key[0].isdigit() and not key.isdigit():  # 3号楼 is in 13号楼, and is another
        return Q(folded__regex=rf"(^|[^0-9]){regex.escape(key)}") | _sounding(key)
    if not key.isascii():
        return Q(folded__contains=key)
    return Q(folded__contains=key) | _sounding(key)


def _sounding(key: str) -> Q:
    if not key.isascii() or len(key) < 2:
        return Q()
    return Q(initials__contains=f" {key}") | Q(pinyin__contains=f" {key}")


def _spoken(words: str) -> Q:
    code = tidy_code(words)
    is_number = code.isascii() and code.isdigit() and len(code) < MAX_CODE_SIGNS
    number = Q(number=int(code)) if is_number and int(code) <= MAX_SPOKEN else Q()
    return Q(code=code) | number
