"""Find a place by what people type: its name, another name, its spoken number, its code, or its sounds."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from gezhi.kernel.text import TooLong
from gezhi.places import paths
from gezhi.places.models import Place, PlaceName
from gezhi.places.register import MAX_CODE_SIGNS, tidy_code
from gezhi.places.subtree import within
from gezhi.places.wording import fold, has_han, in_one_script, pieces

MAX_SPOKEN = 2**31 - 1
AREAS = 3  # that one piece of the words may mean
MAX_PIECES = 4


def found(words: str, limit: int, inside: str = "") -> list[Place]:
    """Open places (inside: of the subtree of this path), best first; nothing for words too long or empty. At most 20 statements."""
    try:
        typed = fold(words)
    except TooLong:
        return []
    if not typed or limit < 1:
        return []
    here = _by_words(words, limit, inside)
    return here or (_by_words(in_one_script(words), limit, inside) if has_han(typed) else [])


def _by_words(words: str, limit: int, inside: str) -> list[Place]:
    here, around = Q(), Q()
    if inside:  # a piece of the words may also name an area that it lies in
        low, high = paths.span(inside)
        here = Q(path__gte=low, path__lt=high)
        around = here | Q(id__in=paths.ids(inside))
    every = within("").filter(closed_on=None)
    whole, parts = _ranked(every.filter(here), words, limit), pieces(words)
    if whole or not 2 <= len(parts) <= MAX_PIECES:
        return whole
    scopes: list[QuerySet[Place]] = [every.filter(around)]
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
    return found or _ranked(places, part, limit)


def _ranked(places: QuerySet[Place], words: str, limit: int) -> list[Place]:
    """The number or code itself, then the exact name, then beginnings, then whatever holds the words; short names first."""
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
    return list(rows.order_by(rank, Length("folded"), "number", "code")[:limit])


def _matching(key: str) -> Q:
    """Names and their readings. One letter is a beginning of nothing people mean."""
    if not key.isascii():
        return Q(folded__contains=key)
    sounds = Q(initials__contains=f" {key}") | Q(pinyin__contains=f" {key}") if len(key) > 1 else Q()
    return Q(folded__contains=key) | sounds


def _spoken(words: str) -> Q:
    code = tidy_code(words)
    is_number = code.isascii() and code.isdigit() and len(code) < MAX_CODE_SIGNS
    number = Q(number=int(code)) if is_number and int(code) <= MAX_SPOKEN else Q()
    return Q(code=code) | number
