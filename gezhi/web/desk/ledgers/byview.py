"""A view that somebody keeps, as what a superior's form is filled from: the cases that it holds now, for the eyes of whoever fills it."""

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from gezhi.cases import lists
from gezhi.cases.lists import CaseFilter
from gezhi.channels.sheetforms.filling import MOST_LINES
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger.queries import LineFilter
from gezhi.parties import savedviews
from gezhi.web.casework.lists import soon_at
from gezhi.web.desk import filters
from gezhi.web.desk.listing.counters import judged_all
from gezhi.web.desk.listing.keeping import asks
from gezhi.web.refusals import sentence
from gezhi.web.staff import uuid_or_none

NONE: Final = ""


class Seen(NamedTuple):
    """A view of a form as its page shows it. problem: why it cannot be used; notes: what of it is gone; asks: what it holds, in words."""

    id: UUID | None = None
    problem: str = ""
    asks: str = ""
    notes: tuple[str, ...] = ()


def offered(actor: Actor, chosen: UUID | None) -> list[tuple[str, str, bool]]:
    """Options of a select: none, then the views of his parties and his own; the one that is chosen, even where it cannot be used. 1 query."""
    rows = savedviews.seen_by(actor)
    found = [(NONE, _("不按视图"), chosen is None)]
    found += [(row.id.hex, row.name, row.id == chosen) for row in rows]
    if chosen is not None and all(row.id != chosen for row in rows):
        found.append((chosen.hex, _("（用不了的视图）"), True))
    return found


def seen(id: UUID | None, *, actor: Actor) -> Seen:
    """At most 6 queries, none for no view."""
    if id is None:
        return Seen()
    try:
        chosen = _judged(id, actor)
    except Invalid as refused:
        return Seen(id, sentence(refused))
    missed = [_("位置找不到了。")] if chosen.place_missed else []
    return Seen(id, "", asks(chosen), (*chosen.problems, *chosen.notes, *missed))


def typed(text: str) -> UUID | None:
    """The view that a form names. Raises Invalid("view", "unknown")."""
    found = uuid_or_none(text)
    if text and found is None:
        raise Invalid("view", "unknown")
    return found


def sound(id: UUID | None, *, actor: Actor) -> UUID | None:
    """The same view, where it is one that he sees. Raises Invalid("view", "gone" | "of_others")."""
    if id is not None:
        _row(id, actor)
    return id


def narrowed(wanted: LineFilter, id: UUID | None, *, actor: Actor, at: datetime) -> LineFilter:
    """The same lines, of cases that the view holds at this moment alone. Few are named by their ids, so that nothing else is looked at.

    At most 7 queries, none for no view. Raises Invalid("view", "gone" | "of_others").
    """
    if id is None:
        return wanted
    chosen = _judged(id, actor)
    if chosen.place_missed or chosen.is_empty:
        return replace(wanted, cases=frozenset())
    since, until = _span(wanted, chosen.wanted)
    fits = replace(chosen.wanted, since=since, until=until)
    rows = lists.fitting(fits, actor=actor, at=at, soon=soon_at(at)).order_by().values_list("id", flat=True)
    found = list(rows[: MOST_LINES + 1])
    if len(found) <= MOST_LINES:
        return replace(wanted, cases=frozenset(found))
    return replace(wanted, holds=(wanted.holds or Q()) & Q(id__in=rows))


def _span(wanted: LineFilter, of_view: CaseFilter) -> tuple[datetime | None, datetime | None]:
    """The days that both ask for."""
    since = [one for one in (wanted.since, of_view.since) if one]
    until = [one for one in (wanted.until, of_view.until) if one]
    return max(since, default=None), min(until, default=None)


def _judged(id: UUID, actor: Actor) -> filters.Chosen:
    return judged_all([_row(id, actor)])[0]


def _row(id: UUID, actor: Actor) -> savedviews.ViewRow:
    try:
        return savedviews.one(id, actor=actor)
    except NotFound:
        raise Invalid("view", "gone" if savedviews.is_gone(id) else "of_others") from None
