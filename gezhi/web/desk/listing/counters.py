"""The views that people keep, each with how many cases it has: counted as far as any list, all in one statement, and kept for a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.cases import lists
from gezhi.insight.search.finding import look_for_each
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor
from gezhi.parties import savedviews
from gezhi.parties.savedviews import ViewRow
from gezhi.places import queries as places
from gezhi.web.desk import filters
from gezhi.web.desk.listing.question import read_text
from gezhi.web.standing import Standing

MOST_SHOWN = 12  # above the list; the others are on the page of all views
MOST_COUNTED = 60  # on that page: somebody would have to work for five parties


class Counter(NamedTuple):
    """A view and how many cases it has (total), COUNTED + 1 for more. chosen: its filter as it is judged today."""

    row: ViewRow
    total: int
    chosen: filters.Chosen


Asked = tuple[tuple[UUID, str], ...]

_kept: Standing[tuple[Actor, Asked], tuple[Counter, ...]] = Standing()


def counters(actor: Actor, *, at: datetime, soon: datetime) -> tuple[Counter, ...]:
    """The first dozen of his and his parties' views. 1 query where he has none; else 2 while nothing happens in the office, at most 8 when it does,
    however many views there are.
    """
    return _counters(savedviews.seen_by(actor)[:MOST_SHOWN], actor, at=at, soon=soon)


def totals(rows: Sequence[ViewRow], actor: Actor, *, at: datetime, soon: datetime) -> dict[UUID, int]:
    """How many cases each of these views has, the first `MOST_COUNTED` of them. No query for none; else 1 while nothing happens in the office, at most 7
    when it does, however many views there are.
    """
    found = _counters(rows[:MOST_COUNTED], actor, at=at, soon=soon)
    return {one.row.id: one.total for one in found}


def _counters(rows: Sequence[ViewRow], actor: Actor, *, at: datetime, soon: datetime) -> tuple[Counter, ...]:
    if not rows:
        return ()
    asked = tuple((row.id, row.query) for row in rows)
    return _named(rows, _kept.of((actor, asked), at, lambda: counted(rows, actor=actor, at=at, soon=soon)))


def _named(rows: Sequence[ViewRow], known: Sequence[Counter]) -> tuple[Counter, ...]:
    """What was counted, under the names and columns of now."""
    return tuple(one._replace(row=row) for row, one in zip(rows, known, strict=True))


def counted(rows: Sequence[ViewRow], *, actor: Actor, at: datetime, soon: datetime) -> tuple[Counter, ...]:
    """Each view counted now. At most 6 queries however many there are."""
    chosen = judged_all(rows)
    wanted = [one for one in chosen if not (one.place_missed or one.is_empty)]
    counts = iter(
        lists.counted([one.wanted for one in wanted], actor=actor, at=at, soon=soon, most=counting.COUNTED)
    )
    return tuple(
        Counter(row, 0 if one.place_missed or one.is_empty else next(counts), one)
        for row, one in zip(rows, chosen, strict=True)
    )


def judged_all(rows: Sequence[ViewRow]) -> list[filters.Chosen]:
    """What the views ask for, judged today: what is gone since says so. At most 4 queries however many there are."""
    questions = [read_text(row.query) for row in rows]
    spots = places.by_codes(one.typed["place"] for one in questions)
    sought = look_for_each([one.typed["q"] for one in questions])
    return [
        filters.judged(one, spots.get(one.typed["place"]), found)
        for one, found in zip(questions, sought, strict=True)
    ]
