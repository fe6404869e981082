"""What is asked for in words (a place's code, a span, along what), as the question itself; refused in words, too. For the desk and for programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from gezhi.catalogue import queries as catalogue
from gezhi.insight.figures.reading import LONGEST, Asked
from gezhi.insight.figures.sight import Grounds, grounds, is_managers
from gezhi.insight.figures.tally import DEPTH
from gezhi.kernel.actor import Actor
from gezhi.kernel.months import Span, is_month, later, month_at
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.kinds import Channel

SPANS = ("month", "quarter", "year", "own")


class Question(NamedTuple):
    """place: None = the whole office. span_name: of SPANS. words: as they were asked.

    is_his_own: they are those of the party whose manager asks: their rates are said, however few work there.
    """

    asked: Asked
    place: PlaceRow | None
    span: Span
    span_name: str
    words: Mapping[str, str]
    is_his_own: bool = False

    @property
    def path(self) -> str:
        return self.place.path if self.place else paths.ROOT


def question(words: Mapping[str, str], *, actor: Actor, at: datetime) -> Question:
    """words: place (code), span (month, quarter, year, own), from and to (2026-03), party (code), category (code), channel; each may be
    absent: then the whole of what this actor may look at (his own party's, where a complaint of it is in the whole), the last twelve months.
    1 query each for place and party.

    Raises NotYours, Invalid (place, span, from, to, party, category, channel: unknown, unreadable, after_to, too_long, one_of_them).
    """
    found = grounds(actor)
    if not found.any:
        raise NotYours(deed="figures")
    span, name = _span(words, month_at(at, zone()))
    axis, key = _along(words)
    place = _place(words.get("place", ""), found)
    if axis == "all" and place is None and not found.areas:
        axis, key = "party", min(found.parties).hex
    asked = Asked(place.id if place else None, axis, key)
    path = place.path if place else paths.ROOT
    if not found.hold(asked, path):
        raise NotYours(deed="figures")
    if found.holds_kept(asked, path, span):
        if words.get("place") or axis != "all" or not found.parties:
            raise NotYours(deed="figures")
        asked, place = Asked(None, "party", min(found.parties).hex), None
    return Question(asked, place, span, name, words, is_managers(asked, actor))


def _place(code: str, found: Grounds) -> PlaceRow | None:
    """The place of this code, or the one above it that has figures; without a code the widest that may be looked at."""
    if not code:
        if found.sees_all or not found.areas:
            return None
        return places.ancestors(found.areas[0])[-1]
    try:
        place = places.by_code(code)
    except NotFound:
        raise Invalid("place", "unknown") from None
    return place if paths.depth(place.path) <= DEPTH else places.ancestors(place.path)[DEPTH - 1]


def _span(words: Mapping[str, str], today: int) -> tuple[Span, str]:
    name = words.get("span") or ("own" if words.get("from") or words.get("to") else "year")
    if name not in SPANS:
        raise Invalid("span", "unknown")
    if name != "own":
        return span_of(name, today), name
    first, last = _month(words, "from", today), _month(words, "to", today)
    if first > last:
        raise Invalid("from", "after_to")
    span = Span(first, last)
    if span.length() > LONGEST:
        raise Invalid("from", "too_long", most=LONGEST)
    return span, name


def span_of(name: str, today: int) -> Span:
    """month: this one; quarter: this calendar quarter; year: the last twelve months, this one included. Raises KeyError for others."""
    begins = {"month": today, "quarter": today - (today % 100 - 1) % 3, "year": later(today, -11)}
    return Span(begins[name], today)


def _month(words: Mapping[str, str], name: str, today: int) -> int:
    """2026-03 as a browser's own picker sends it, or 202603."""
    text = words.get(name, "").replace("-", "")
    if not text:
        return today
    if not is_month(text):
        raise Invalid(name, "unreadable")
    return int(text)


def _along(words: Mapping[str, str]) -> tuple[str, str]:
    said = [name for name in ("party", "category", "channel") if words.get(name)]
    if len(said) > 1:
        raise Invalid(said[1], "one_of_them")
    if not said:
        return "all", ""
    (axis,) = said
    return axis, {"party": _party, "category": _category, "channel": _channel}[axis](words[axis])


def _party(code: str) -> str:
    """By code, or by id as the desk's filters write it."""
    for one in parties.parties(with_closed=True):
        if code in {one.code, str(one.id)}:
            return one.id.hex
    raise Invalid("party", "unknown")


def _category(code: str) -> str:
    try:
        return catalogue.by_code(code).id.hex
    except NotFound:
        raise Invalid("category", "unknown") from None


def _channel(word: str) -> str:
    if word not in Channel.values:
        raise Invalid("channel", "unknown")
    return word
