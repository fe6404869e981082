"""Prove I1, I2, I3, I4, I7, I9, I10, I11 and I12 on the cases of the jurisdiction in force, naming each row that breaks one."""

from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from gezhi.cases import dues, hearing, publicly, publicly_check, timing
from gezhi.cases.bulk import check as bulk_check
from gezhi.cases.fold import FOLDED, fold, snapshot
from gezhi.cases.lifecycle import ARROWS, Ending
from gezhi.cases.memory import series, things, trying
from gezhi.cases.models import Case, CaseEvidence, CaseReport, Escalation
from gezhi.cases.network import actions as network
from gezhi.cases.orders import check as orders_check
from gezhi.cases.orders.clock import CLOCK
from gezhi.cases.voices import BESIDE, BIRTHS
from gezhi.journal import outbox
from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.parties.days import local_day
from gezhi.reports import queries as reports

UNDRAWN = BESIDE | {
    CLOCK,
    dues.ANEW,
    publicly.EVENT,
    series.EVENT,
    things.EVENT,
    trying.EVENT,
    *network.EVENTS,
}  # deeds that move nothing
DRAWN = {(arrow.event, arrow.source.value, arrow.target.value) for arrow in ARROWS}


def findings() -> Iterator[Finding]:
    """Nothing, when all is well."""
    yield from _owners()
    yield from _clocks()
    yield from _endings()
    yield from _reasons()
    yield from _escalations()
    yield from _joins()
    yield from _reports()
    yield from _places()
    yield from _categories()
    yield from _stories()
    yield from orders_check.findings()
    yield from publicly_check.findings()
    yield from bulk_check.findings()


def _owners() -> Iterator[Finding]:
    """I1: whoever is accountable for an open case is still there. That each party has a phone is proved by `parties`."""
    closed = Case.objects.filter(closed_at=None).exclude(lead__closed_on=None)
    for number, party in closed.values_list("number", "lead__code"):
        yield Finding("I1", number, f"its accountable party {party} is closed")


def _clocks() -> Iterator[Finding]:
    """I2: an open case has a deadline, the one its clocks say, and a timer that waits or is being worked on."""
    waiting = outbox.subjects_waiting(timing.TIMER)
    for number, id, due in Case.objects.filter(closed_at=None).values_list("number", "id", "due_at"):
        if due is None:
            yield Finding("I2", number, "has no deadline")
        if id not in waiting:
            yield Finding("I2", number, "has no timer")
    for case in dues.elsewhere():
        is_at, belongs = (
            f"{one:%Y-%m-%d %H:%M}" if one else "none" for one in (case.due_at, timing.due(case))
        )
        yield Finding("I2", case.number, f"is due at {is_at} UTC, its clocks say {belongs}")


def _endings() -> Iterator[Finding]:
    """I3, I4: solved only with a check by another, of the last round, or with the reporter's yes; on the spot with a picture."""
    claimed = (Ending.SOLVED.value, Ending.NOT_FOUND.value, Ending.NO_LONGER_THERE.value)
    unconfirmed = Case.objects.filter(ending__in=claimed, confirmed_at=None)
    by_another = Q(checker__isnull=False) & (Q(handler=None) | ~Q(checker=F("handler")))
    for number in unconfirmed.exclude(by_another).values_list("number", flat=True):
        yield Finding("I3", number, "closed without a check by another and without the reporter's yes")
    stale = unconfirmed.filter(by_another).exclude(checked_round=F("round"))
    for number in stale.values_list("number", flat=True):
        yield Finding("I4", number, "closed on a check of an earlier round")
    on_spot = Case.objects.filter(ending=Ending.SOLVED_ON_SPOT_UNCHECKED.value)
    shown = CaseEvidence.objects.filter(kind__in=("photo_after", "photo_same_angle"))
    for number in on_spot.exclude(id__in=shown.values("case_id")).values_list("number", flat=True):
        yield Finding("I3", number, "closed on the spot without an after picture")


def _reasons() -> Iterator[Finding]:
    """I3: every other ending has its reason, and an approver where one is asked for."""
    approved = (Ending.NOT_OURS.value, Ending.WONT_DO.value)
    for number in Case.objects.filter(ending__in=approved, ended_by=None).values_list("number", flat=True):
        yield Finding("I3", number, "closed without an approver")
    mute = Case.objects.filter(ending__in=(*approved, Ending.DECLINED.value), ending_reason="")
    for number in mute.values_list("number", flat=True):
        yield Finding("I3", number, "closed without a reason")


def _escalations() -> Iterator[Finding]:
    """I10: once per case, level and round, and in the end to a person."""
    twice = (
        Escalation.objects.values("case__number", "level", "round").annotate(n=Count("id")).filter(n__gt=1)
    )
    for row in twice:
        yield Finding("I10", row["case__number"], f"escalated {row['n']} times to level {row['level']}")
    unheard = Case.objects.filter(closed_at=None, ladder_ended=True, escalated_person=None)
    for number in unheard.values_list("number", flat=True):
        yield Finding("I10", number, "is at the end of its ladder, and no officer stands there: appoint one")


def _joins() -> Iterator[Finding]:
    """I11: a case has a report, gave its reports to another, or was split off with words alone; no links go round in a circle."""
    for name, deed in (("joined_into", "joined"), ("split_from", "split"), ("came_back_from", "came back")):
        yield from _circles(name, deed)
    linked = CaseReport.objects.filter(case_id=OuterRef("id"))
    alone = Case.objects.filter(~Exists(linked), joined_into=None, split_from=None)
    for number in alone.values_list("number", flat=True):
        yield Finding("I11", number, "has no report")


def _circles(name: str, deed: str) -> Iterator[Finding]:
    """Following one kind of link from case to case never comes round."""
    into = dict(Case.objects.exclude(**{name: None}).values_list("id", f"{name}_id"))
    for start in into:
        seen: set[UUID] = set()
        here: UUID | None = start
        while here is not None and here not in seen:
            seen.add(here)
            here = into.get(here)
        if here is not None:
            yield Finding("I11", str(start), f"is {deed} in a circle")


def _reports() -> Iterator[Finding]:
    """I11: every report has a case, and it is the end of the chain of joins that begins at its own."""
    into = dict(Case.objects.exclude(joined_into=None).values_list("id", "joined_into_id"))
    links = CaseReport.objects.order_by("report_id")
    told = links.values_list("report_id", "case_id", "origin_id", "split_into_id")
    every = reports.all_ids()
    expected = next(every, None)
    for report, case, origin, split_into in told.iterator(chunk_size=2000):
        while expected is not None and expected <= report:
            if expected != report:
                yield Finding("I11", f"report {expected}", "belongs to no case")
            expected = next(every, None)
        end, steps = split_into or origin, 0
        while end in into and steps <= len(into):
            end, steps = into[end], steps + 1
        if end != case and end not in into:  # a circle has been told
            yield Finding("I11", f"report {report}", f"stands with case {case}, its joins lead to {end}")
    while expected is not None:
        yield Finding("I11", f"report {expected}", "belongs to no case")
        expected = next(every, None)


def _places() -> Iterator[Finding]:
    """Who sees a case is decided by its copy of the place's path: it is the place's own. The grid cell, too, while it is open."""
    for number, own, path in (
        Case.objects.exclude(place=None)
        .exclude(place_path=F("place__path"))
        .values_list("number", "place_path", "place__path")
    ):
        yield Finding("places", number, f"lies at {own}, its place at {path}")
    for number in Case.objects.filter(place=None).exclude(place_path="").values_list("number", flat=True):
        yield Finding("places", number, "has the path of a place, but no place")
    cells = Case.objects.filter(closed_at=None, place__grid__isnull=False)
    for number in cells.exclude(grid_id=F("place__grid_id")).values_list("number", flat=True):
        yield Finding("places", number, "is in another grid cell than its place")


def _categories() -> Iterator[Finding]:
    """Nothing new comes into a category that ended. What came before that day may live again, in its first round or a later one."""
    begun = Case.objects.filter(closed_at=None, round=1, category__closed_on__isnull=False)
    fields = ("number", "received_at", "category__code", "category__closed_on")
    for number, received_at, code, closed_on in begun.values_list(*fields):
        if local_day(received_at) >= closed_on:
            yield Finding("catalogue", number, f"is open in category {code}, closed since {closed_on}")


def _stories() -> Iterator[Finding]:
    """I7, I9 and I12 in one reading: the journal adds up to the stored row, took drawn arrows, and told whom it had to.

    The journal and the cases are read side by side in the order of their ids, however many there are. 2 streamed queries.
    """
    page: list[hearing.Story] = []
    known = hearing.beside()
    cases = Case.objects.order_by("id").iterator(chunk_size=1000)
    ahead: Case | None = next(cases, None)
    for id, entries in groupby(entries_of("case"), key=lambda entry: entry.subject_id):
        steps = list(entries)
        while ahead is not None and ahead.id < id:
            yield Finding("I7", ahead.number, "is not in the journal")
            ahead = next(cases, None)
        if ahead is None or ahead.id != id:
            yield Finding("I7", str(id), "stands in the journal but not among the cases")
            continue
        case, ahead = ahead, next(cases, None)
        stored, told = snapshot(case), fold(step.after for step in steps)
        for name in FOLDED:
            if stored[name] != told.get(name):
                yield Finding(
                    "I7", case.number, f"{name} is {stored[name]!r}, the journal says {told.get(name)!r}"
                )
        yield from _arrows(case.number, [(step.event, step.after.get("state")) for step in steps])
        page.append(hearing.Story(id, case.number, steps))
        if len(page) == hearing.PAGE:
            yield from hearing.findings(page, known)
            page = []
    yield from hearing.findings(page, known)
    while ahead is not None:
        yield Finding("I7", ahead.number, "is not in the journal")
        ahead = next(cases, None)


def _arrows(number: str, steps: list[tuple[str, str | None]]) -> Iterator[Finding]:
    born, state = steps[0]
    if state != BIRTHS.get(born):
        yield Finding("I9", number, f"began with {born} in {state}")
    for event, to in steps[1:]:
        target = to or state
        if event not in UNDRAWN and (event, state, target) not in DRAWN:
            yield Finding("I9", number, f"{event} led from {state} to {target}: no such arrow")
        state = target
