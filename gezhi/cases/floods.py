"""Many voices in a short time that begin alike: a storm from somewhere, or half a quarter without light. None is lost or put off.

Each has its number, its clocks and its place in the ledger; only the desk's list shows them as one line, and tells them as one notice, so
that others are seen beside them. What may be dangerous is never folded.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case as CaseWhen
from django.db.models import Count, F, Min, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case
from gezhi.cases.policy import visible_to
from gezhi.cases.titles import SPOKEN
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import digest
from gezhi.reports.kinds import WITH_CODE

FROM = 20  # so many are a flood: a building that reports its lift stays below
WITHIN = timedelta(hours=24)
OPENING = 20  # signs of the title: floods change their ends
MOST = 10  # lines
_OPENING = Substr("title", 1, OPENING)
_WORDLESS = ("", SPOKEN)
_SPOT = CaseWhen(When(title__in=_WORDLESS, then=F("place_id")), default=Value(None))


class Flood(NamedTuple):
    """What they begin with, "" or SPOKEN for pictures or voices without words at one place; how many; since when."""

    opening: str
    place_id: UUID | None
    size: int
    since: datetime

    @property
    def key(self) -> "Key":
        """What finds its cases."""
        return self.opening, self.place_id


Key = tuple[str, UUID | None]


class Part(NamedTuple):
    """What a fresh case is part of: a flood at its desk, and how many it is by now."""

    key: Key
    desk_id: UUID
    size: int


def floods(*, actor: Actor, at: datetime) -> list[Flood]:
    """Those under way among the cases this actor may see, the largest first. 1 query."""
    rows = visible_to(actor).filter(_may_be_one(), received_at__gt=at - WITHIN).order_by()
    groups = rows.values(opening=_OPENING, spot=_SPOT)
    counted = groups.annotate(count=Count("id"), since=Min("received_at")).filter(count__gte=FROM)
    in_order = counted.order_by("-count", "opening").values_list("opening", "spot", "count", "since")
    return [Flood(*row) for row in in_order[:MOST]]


def parts_of(case_ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, Part]:
    """Those of these cases that are part of a flood at their desk. 2 queries, 1 where none may be one, none for none."""
    may_be = Case.objects.filter(_may_be_one(), id__in=case_ids) if case_ids else Case.objects.none()
    found = {case.id: (key_of(case), case.desk_id) for case in may_be.only("title", "place_id", "desk_id")}
    if not found:
        return {}
    desks = {desk for _, desk in found.values()}
    rows = Case.objects.filter(_may_be_one(), received_at__gt=at - WITHIN, desk_id__in=desks).order_by()
    counted = (
        rows.values("desk_id", opening=_OPENING, spot=_SPOT)
        .annotate(count=Count("id"))
        .filter(count__gte=FROM)
    )
    sizes = {
        ((opening, spot), desk): count
        for opening, spot, desk, count in counted.values_list("opening", "spot", "desk_id", "count")
    }
    return {id: Part(*each, sizes[each]) for id, each in found.items() if each in sizes}


def key_of(case: Case) -> Key:
    """What would find a case's flood."""
    return case.title[:OPENING], case.place_id if case.title in _WORDLESS else None


def mark_of(key: Key) -> str:
    """What names a flood in an address."""
    return digest(f"{key[0]}\0{key[1]}")[:16]


def keys_of(case_ids: Collection[UUID]) -> dict[UUID, Key]:
    """The flood that each of these cases is or was one of. 1 query."""
    return {case.id: key_of(case) for case in Case.objects.filter(id__in=case_ids).only("title", "place_id")}


def cases_of(key: Key, desk: UUID) -> QuerySet[Case]:
    """All that nobody has looked at of a flood at one desk. Lazy."""
    rows: QuerySet[Case] = Case.objects.filter(belongs(key), desk_id=desk)
    return rows


def belongs(key: Key) -> Q:
    """The cases of one flood."""
    opening, place_id = key
    begins = Q(title=opening, place_id=place_id) if opening in _WORDLESS else Q(title__startswith=opening)
    return _may_be_one() & begins


def _may_be_one() -> Q:
    """Nobody has looked at it yet, it came from outside, and nothing in it is dangerous."""
    return Q(state=State.REPORTED.value, closed_at=None, channel__in=[*WITH_CODE], make_safe_due=None)
