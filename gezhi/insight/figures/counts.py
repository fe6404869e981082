"""What is counted of one case: each count by a name, once of a line in hand and once as a question to the ledger's table.

A count depends on the line alone (and on what the issuers said, and on reviewed exclusions), never on what time it is: so a figure
stands still as long as the journal does. A case belongs to the month in which it was received.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from gezhi.cases.models import CaseReport, Order
from gezhi.cases.orders.kinds import Answer
from gezhi.insight.models import Exclusion
from gezhi.ledger.models import Line

ANSWERED_WITHIN = timedelta(hours=24)
NOT_OURS = ("duplicate", "declined", "not_ours")  # endings of what was never ours to solve
JUDGED = ("solved", "wont_do", "not_found", "no_longer_there")
SETTLED = ("solved", "solved_on_spot_unchecked")
HIGH = ("subdistrict", "district")
SAID = ("responded", "resolved", "satisfied")  # lines of an issuer's verdict
ORDER = "order"  # channel of the cases that an order opened
WITHIN = ("grid_team", "property", "owners", "volunteers")  # kinds of parties that work inside the grid


class Around(NamedTuple):
    """What a count knows besides the line. within: parties that work inside the grid. said: of each line of their verdict, whether it
    is a yes.
    """

    within: frozenset[UUID]
    is_excluded: bool = False
    said: Mapping[str, bool] = {}


NAMES = (
    "received", "excluded", "duplicate", "declined", "not_ours", "ours", "responded", "closed",
    "solved", "unchecked", "no_answer", "not_found", "no_longer_there", "wont_do", "judged",
    "satisfied", "unsatisfied", "silent", "answered", "timed", "on_time", "extended", "paused",
    "done", "reworked", "came_back", "settled", "within_grid", "raised",
    *(f"their_{name}{yes}" for name in SAID for yes in ("", "_yes")),
)  # fmt: skip
PLACE_OF = {name: place for place, name in enumerate(NAMES)}
ENDINGS = {
    "solved": "solved",
    "solved_on_spot_unchecked": "unchecked",
    "no_answer": "no_answer",
    "not_found": "not_found",
    "no_longer_there": "no_longer_there",
    "wont_do": "wont_do",
}
OF_CLOSED = frozenset(
    {*NOT_OURS, "closed", *ENDINGS.values(), "judged", "settled", "within_grid"}
)  # counts of what has an ending: closed cases, and no others, have one


def counted(line: Line, around: Around) -> set[str]:
    """The names of all counts that this line is one of."""
    if around.is_excluded:
        return {"excluded"}
    found = {"received"}
    for name, is_yes in around.said.items():
        found |= {f"their_{name}", f"their_{name}_yes"} if is_yes else {f"their_{name}"}
    if line.ending in NOT_OURS:
        found.add(line.ending)
    else:
        _ours(found, line)
        _clock(found, line)
        _course(found, line, around)
    return found


def _ours(found: set[str], line: Line) -> None:
    found.add("ours")
    if line.accepted_at and line.accepted_at - line.received_at <= ANSWERED_WITHIN:
        found.add("responded")
    if line.closed_at is None:
        return
    found |= {"closed", ENDINGS[line.ending]}
    if line.ending in JUDGED:
        found.add("judged")


def _clock(found: set[str], line: Line) -> None:
    """The second clock; what was extended or carried forward is counted apart."""
    is_paused = line.paused_minutes > 0 or line.paused_since is not None
    if line.extended_to is not None:
        found.add("extended")
    if is_paused:
        found.add("paused")
    if line.extended_to is None and not is_paused and line.fix_due and line.done_at:
        found |= {"timed", "on_time"} if line.done_at <= line.fix_due else {"timed"}


def _course(found: set[str], line: Line, around: Around) -> None:
    if line.verdict:
        found.add(line.verdict)
        if line.verdict != "silent":
            found.add("answered")
    if line.round > 1:
        found |= {"done", "reworked"}
    elif line.done_at:
        found.add("done")
    if line.came_back_from_id:
        found.add("came_back")
    if line.level in HIGH:
        found.add("raised")
    if line.ending in SETTLED:
        found.add("settled")
        if line.level not in HIGH and (line.level == "grid" or line.lead_id in around.within):
            found.add("within_grid")


def _lasted(name: str) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(F(name) - F("received_at"), DurationField())


def _excluded() -> Q:
    return Q(case_id__in=Exclusion.objects.filter(state=Exclusion.GRANTED).values("case_id"))


def _their(name: str, answers: tuple[str, ...]) -> Q:
    orders = Order.objects.filter(**{f"{name}__in": answers})
    links = CaseReport.objects.filter(report_id__in=orders.values("report_id"))
    return Q(channel=ORDER, case_id__in=links.values("origin_id"))


def _ended(ending: str) -> "Callable[[frozenset[UUID]], Q]":
    return lambda within: Q(ending=ending)


NEVER_PAUSED = Q(paused_minutes=0, paused_since=None)
ANSWERS = (Answer.YES.value, Answer.NO.value)
OURS: Mapping[str, Callable[[frozenset[UUID]], Q]] = {
    "ours": lambda within: Q(),
    "closed": lambda within: Q(closed_at__isnull=False),
    **{of: _ended(ending) for ending, of in ENDINGS.items()},
    "judged": lambda within: Q(ending__in=JUDGED),
    "satisfied": lambda within: Q(verdict="satisfied"),
    "unsatisfied": lambda within: Q(verdict="unsatisfied"),
    "silent": lambda within: Q(verdict="silent"),
    "answered": lambda within: Q(verdict__in=["satisfied", "unsatisfied"]),
    "timed": lambda within: NEVER_PAUSED & Q(extended_to=None, fix_due__isnull=False, done_at__isnull=False),
    "on_time": lambda within: NEVER_PAUSED & Q(extended_to=None, done_at__lte=F("fix_due")),
    "extended": lambda within: Q(extended_to__isnull=False),
    "paused": lambda within: ~NEVER_PAUSED,
    "done": lambda within: Q(round__gt=1) | Q(done_at__isnull=False),
    "reworked": lambda within: Q(round__gt=1),
    "came_back": lambda within: Q(came_back_from_id__isnull=False),
    "settled": lambda within: Q(ending__in=SETTLED),
    "within_grid": lambda within: (
        Q(ending__in=SETTLED) & ~Q(level__in=HIGH) & (Q(level="grid") | Q(lead_id__in=within))
    ),
    "raised": lambda within: Q(level__in=HIGH),
}


def of_count(name: str, rows: QuerySet[Line], within: frozenset[UUID]) -> QuerySet[Line]:
    """Those of these lines that a count counts. Raises KeyError for an unknown name. What an unpublished import brought is left out."""
    rows = rows.filter(is_held=False)
    if name == "excluded":
        return rows.filter(_excluded())
    rows = rows.exclude(_excluded())
    if name == "received":
        return rows
    if name in NOT_OURS:
        return rows.filter(ending=name)
    if name.startswith("their_"):
        said, _, yes = name.removeprefix("their_").partition("_")
        return _of_theirs(said, bool(yes), rows)
    rows = rows.exclude(ending__in=NOT_OURS)
    if name == "responded":
        return rows.annotate(waited=_lasted("accepted_at")).filter(waited__lte=ANSWERED_WITHIN)
    return rows.filter(OURS[name](within))


def _of_theirs(said: str, is_yes: bool, rows: QuerySet[Line]) -> QuerySet[Line]:
    """Cases of which every verdict is a yes; or of which there is one."""
    if is_yes:
        return rows.filter(_their(said, (Answer.YES.value,))).exclude(_their(said, (Answer.NO.value,)))
    return rows.filter(_their(said, ANSWERS))


def lasted(line: Line) -> tuple[timedelta | None, timedelta | None]:
    """How long it took from receipt until it was done, and until it was closed."""
    return _until(line.done_at, line.received_at), _until(line.closed_at, line.received_at)


def _until(end: datetime | None, begin: datetime) -> timedelta | None:
    return None if end is None else end - begin
