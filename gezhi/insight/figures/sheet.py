"""Everything that a page or a program says of one place along one axis in a span of months: read, compared with its own past, broken down.

A number of queries that depends on nothing but what is asked: see `sheet` and `parts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.insight.figures import reading
from gezhi.insight.figures.cells import Sum
from gezhi.insight.figures.figures import Figure, Time, count, figures, times
from gezhi.insight.figures.hot import LOOKED_BACK, Hot, folded, hot_spots, past_of
from gezhi.insight.figures.reading import LONGEST, Asked, ByMonth
from gezhi.insight.figures.tally import DEPTH
from gezhi.insight.poisson import LEAST
from gezhi.insight.rollups.following import Reached, reached
from gezhi.kernel.months import Span, later
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow

FEW_PEOPLE = 3  # a party of fewer has no rates: they would be somebody's
BY = ("place", "party", "category", "channel")
NEVER = 10**9  # no number of cases is enough


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a table: a place below, a party, a category, a channel. key: a place's id in hex, else as in Asked.

    is_small: of a party of fewer than three people. figures, times: their values are None then.
    """

    key: str
    place: PlaceRow | None
    found: Sum
    figures: Sequence[Figure]
    times: Sequence[Time]
    is_small: bool = False

    @property
    def ours(self) -> int:
        return count(self.found, "ours")


@dataclass(frozen=True, slots=True)
class Sheet:
    """reached: the position of the journal that all of it covers. least: below so many cases no rate is said. before, a_year_before:
    the same figures of the months just before, and of the same months last year.
    """

    asked: Asked
    span: Span
    reached: Reached
    least: int
    is_small: bool
    whole: Sum
    months: Sequence[Sum]
    figures: Sequence[Figure]
    times: Sequence[Time]
    before: Sequence[Figure]
    a_year_before: Sequence[Figure]
    times_before: Sequence[Time]
    times_a_year_before: Sequence[Time]


def sheet(asked: Asked, span: Span, *, is_his_own: bool = False, at: datetime) -> Sheet:
    """2 queries, of a party 3. Raises ValueError when the span is longer than `reading.LONGEST`."""
    if span.length() > LONGEST:
        raise ValueError("too many months")
    stood, least = reached(), catalogue.rule("figure_least")
    is_small = asked.axis == "party" and not is_his_own and is_few(UUID(asked.key), parties.headcounts(at))
    enough = NEVER if is_small else least
    compared = (span.before(), span.a_year_before())
    read = Span(min(one.first for one in compared), span.last)
    by_month = reading.read(asked.place, asked.axis, read, stood.edition)

    def of(some: Span) -> tuple[Sum, list[Sum]]:
        return reading.total(by_month, asked.key, some), reading.each(by_month, asked.key, some)

    whole, months = of(span)
    before, a_year_before = (of(one) for one in compared)
    return Sheet(
        asked, span, stood, least, is_small, whole, months,
        figures(whole, months, enough), times(whole, months, enough),
        figures(*before, enough), figures(*a_year_before, enough),
        times(*before, enough), times(*a_year_before, enough),
    )  # fmt: skip


def is_few(party: UUID, heads: Mapping[UUID, int]) -> bool:
    """Whether fewer than three people have a post there."""
    return heads.get(party, 0) < FEW_PEOPLE


def parts(
    asked: Asked, by: str, span: Span, edition: int, *, least: int, is_small: bool, at: datetime
) -> list[Part]:
    """The same span broken down, most cases first. by: place (the ones directly below, along the same axis), else an axis, of a place
    whose axis is "all". is_small: of what is asked for, as its sheet says: of few people no part has a rate either. 3 queries at most.
    """
    if by == "place":
        return _ordered(_places(asked, span, edition, least, is_small))
    by_month = reading.read(asked.place, by, span, edition)
    heads = parties.headcounts(at) if by == "party" else {}
    found = [
        _part(key, None, by_month, key, span, least, is_small or (by == "party" and is_few(UUID(key), heads)))
        for key in reading.keys(by_month, span)
    ]
    return _ordered(found)


def _places(asked: Asked, span: Span, edition: int, least: int, is_small: bool) -> list[Part]:
    below = places.children(asked.place)
    while len(below) == 1 and (deeper := places.children(below[0].id)):
        below = deeper  # a table of one line says nothing that stands not above it
    read = reading.read_many([one.id for one in below], asked.axis, span, edition)
    return [_part(one.id.hex, one, read.get(one.id, {}), asked.key, span, least, is_small) for one in below]


def _part(
    key: str,
    place: PlaceRow | None,
    by_month: ByMonth,
    of: str,
    span: Span,
    least: int,
    is_small: bool,
) -> Part:
    found = reading.total(by_month, of, span)
    enough = NEVER if is_small else least
    return Part(key, place, found, figures(found, [], enough), times(found, [], enough), is_small)


def _ordered(found: list[Part]) -> list[Part]:
    """Most cases first; what nothing came of is left out. No order by a rate: it would be a ranking."""
    shown = [one for one in found if count(one.found, "received") or count(one.found, "excluded")]
    return sorted(shown, key=lambda one: (-one.ours, one.key))


def _path(of: object) -> str:
    return of.path if isinstance(of, PlaceRow) else ""


class HotList(NamedTuple):
    """hot: of: a PlaceRow or a CategoryView. places, categories: how many were looked at."""

    hot: Sequence[Hot]
    places: int = 0
    categories: int = 0


def hot(asked: Asked, path: str, span: Span, edition: int) -> HotList:
    """Hot spots of the last month: of all places below, down to the compound, and of the top classes and their categories here. 6 queries.

    Only what got as many as a hot spot has this month is read with its past, so the cost hangs on the number of places, not of cases.
    """
    month = span.last
    past = past_of(month, reading.first_month(edition))
    if past is None or asked.axis != "all":
        return HotList(())
    whole = Span(later(month, -LOOKED_BACK), month)
    many = [id for id, n in reading.came_below(path, month, edition).items() if n >= LEAST]
    of_places = reading.read_many(many, "all", whole, edition)
    of_categories = reading.read(asked.place, "category", whole, edition)
    kinds = [*catalogue.tops(), *catalogue.leaves()]

    def came(one: PlaceRow | CategoryView, some: Span) -> int:
        if isinstance(one, PlaceRow):
            return count(reading.total(of_places.get(one.id, {}), "", some), "received")
        return count(reading.total(of_categories, one.id.hex, some), "received")

    below = places.open_to_depth(path, DEPTH)
    candidates: list[PlaceRow | CategoryView] = [*places.by_ids(many).values(), *kinds]
    found = hot_spots(candidates, month, past, came, looked_at=below + len(kinds))
    return HotList(folded(found, _path, below + len(kinds)), below, len(kinds))
