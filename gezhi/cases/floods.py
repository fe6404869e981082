"""Many voices in a short time that begin alike: a storm from somewhere, or half a quarter without light. None is lost or put off.

Each has its number, its clocks and its place in the ledger; only the desk's list shows them as one line, so that others are seen
beside them. What may be dangerous is never folded.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case as CaseWhen
from django.db.models import Count, F, Min, Q, Value, When
from django.db.models.functions import Substr

from gezhi.cases.lifecycle import State
from gezhi.cases.policy import visible_to
from gezhi.kernel.actor import Actor
from gezhi.reports.kinds import WITH_CODE

FROM = 20  # so many are a flood: a building that reports its lift stays below
WITHIN = timedelta(hours=24)
OPENING = 20  # signs of the title: floods change their ends
MOST = 10  # lines


class Flood(NamedTuple):
    """What they begin with, "" for pictures without words at one place; how many; since when."""

    opening: str
    place_id: UUID | None
    size: int
    since: datetime

    @property
    def key(self) -> "Key":
        """What finds its cases."""
        return self.opening, self.place_id


Key = tuple[str, UUID | None]


def floods(*, actor: Actor, at: datetime) -> list[Flood]:
    """Those under way among the cases this actor may see, the largest first. 1 query."""
    rows = visible_to(actor).filter(_may_be_one(), received_at__gt=at - WITHIN).order_by()
    spot = CaseWhen(When(title="", then=F("place_id")), default=Value(None))
    groups = rows.values(opening=Substr("title", 1, OPENING), spot=spot)
    counted = groups.annotate(count=Count("id"), since=Min("received_at")).filter(count__gte=FROM)
    in_order = counted.order_by("-count", "opening").values_list("opening", "spot", "count", "since")
    return [Flood(*row) for row in in_order[:MOST]]


def belongs(key: Key) -> Q:
    """The cases of one flood."""
    opening, place_id = key
    begins = Q(title__startswith=opening) if opening else Q(title="", place_id=place_id)
    return _may_be_one() & begins


def _may_be_one() -> Q:
    """Nobody has looked at it yet, it came from outside, and nothing in it is dangerous."""
    return Q(state=State.REPORTED.value, channel__in=[*WITH_CODE], make_safe_due=None)
