"""Prove N1 to N7 and N15 on the tasks of the jurisdiction in force, naming each row that breaks one. Source: docs/the-whole-network.md §12."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q

from gezhi.cases.lifecycle import State
from gezhi.cases.network import queries as network
from gezhi.evidence import queries as evidence
from gezhi.journal import outbox
from gezhi.journal.queries import deeds, entries_of
from gezhi.kernel.finding import Finding
from gezhi.work import clock
from gezhi.work.fold import FOLDED, KIND, fold, snapshot
from gezhi.work.lifecycle import TASK_ARROWS
from gezhi.work.models import (
    FollowCursor,
    Task,
    TaskAnswer,
    TaskEvidence,
    TaskLink,
    TaskNeed,
    TaskShown,
)
from gezhi.work.proof import kinds_of
from gezhi.work.queries import OPEN_STATES
from gezhi.work.sending import BORN

DRAWN = {(arrow.event, arrow.source.value, arrow.target.value) for arrow in TASK_ARROWS}
UNDRAWN = frozenset({"contributed"})  # deeds that move nothing
AT_WORK = (State.DISPATCHED.value, State.IN_HAND.value, State.OPENED.value)
LINK_DAYS = timedelta(days=14)


def findings() -> Iterator[Finding]:
    """Nothing, when all is well."""
    yield from _stories()
    yield from _owners()
    yield from _proofs()
    yield from _counts()
    yield from _needs()
    yield from _links()
    yield from _checkers()
    yield from _shown()


def _stories() -> Iterator[Finding]:
    """N1: a task's row is the fold of its journal, and only drawn arrows were taken. 2 streamed queries."""
    tasks = Task.objects.order_by("id").iterator(chunk_size=1000)
    ahead: Task | None = next(tasks, None)
    for id, entries in groupby(entries_of(KIND), key=lambda entry: entry.subject_id):
        steps = list(entries)
        while ahead is not None and ahead.id < id:
            yield Finding("N1", ahead.number, "is not in the journal")
            ahead = next(tasks, None)
        if ahead is None or ahead.id != id:
            yield Finding("N1", str(id), "stands in the journal but not among the tasks")
            continue
        task, ahead = ahead, next(tasks, None)
        yield from _folded(task, [step.after for step in steps])
        yield from _arrows(task.number, [(step.event, step.after.get("state")) for step in steps])
    while ahead is not None:
        yield Finding("N1", ahead.number, "is not in the journal")
        ahead = next(tasks, None)


def _folded(task: Task, afters: list[Any]) -> Iterator[Finding]:
    stored, told = snapshot(task), fold(afters)
    for name in FOLDED:
        if stored[name] != told.get(name):
            yield Finding(
                "N1", task.number, f"{name} is {stored[name]!r}, the journal says {told.get(name)!r}"
            )


def _arrows(number: str, steps: list[tuple[str, str | None]]) -> Iterator[Finding]:
    born, state = steps[0]
    if (born, state) != (BORN, "sent"):
        yield Finding("N1", number, f"began with {born} in {state}")
    for event, to in steps[1:]:
        target = to or state
        if event not in UNDRAWN and (event, state, target) not in DRAWN:
            yield Finding("N1", number, f"{event} led from {state} to {target}: no such arrow")
        state = target


def _owners() -> Iterator[Finding]:
    """N2: an open task has a party that is there and a timer that waits; that it has a deadline the database says."""
    open_ones = Task.objects.filter(state__in=OPEN_STATES)
    for number, party in open_ones.exclude(party__closed_on=None).values_list("number", "party__code"):
        yield Finding("N2", number, f"its party {party} is closed")
    waiting = outbox.subjects_waiting(clock.TIMER)
    for number, id in open_ones.values_list("number", "id"):
        if id not in waiting:
            yield Finding("N2", number, "has no timer")


def _proofs() -> Iterator[Finding]:
    """N3: a done task shows every kind of its proof in its round, and who finished it, or which answer did."""
    shown: dict[UUID, set[tuple[str, int]]] = {}
    for id, kind, round in TaskEvidence.objects.values_list("task_id", "kind", "round"):
        shown.setdefault(id, set()).add((kind, round))
    said = _said_at_the_end()
    answered = set(TaskAnswer.objects.filter(what="finish").values_list("task_id", flat=True))
    for one in Task.objects.filter(state="done"):
        kinds = {kind for kind, round in shown.get(one.id, set()) if round == one.round}
        kinds |= said.get(one.id, set())
        if lacks := set(kinds_of(one.proof)) - kinds:
            yield Finding("N3", one.number, f"is done without {', '.join(sorted(lacks))}")
        if one.finisher_id is None and one.id not in answered:
            yield Finding("N3", one.number, "is done, and nobody finished it")


def _said_at_the_end() -> dict[UUID, set[str]]:
    """By task what its last finish said in words or counted. An erased word leaves its digest."""
    found: dict[UUID, set[str]] = {}
    for entry in entries_of(KIND, "finish"):
        found[entry.subject_id] = ({"note"} if "note" in entry.words else set()) | (
            {"count"} if entry.after.get("count") is not None else set()
        )
    return found


def _counts() -> Iterator[Finding]:
    """N4: a case says how many of its tasks are open; what is claimed done has none (behind the follower's cursor)."""
    rows = Task.objects.filter(case__isnull=False).order_by().values_list("case_id")
    counted = dict(rows.annotate(n=Count("id", filter=Q(state__in=OPEN_STATES))))
    reached = FollowCursor.objects.values_list("position", flat=True).first() or 0
    for id, number, open_now, state in network.counts(counted):
        if open_now != counted.get(id):
            yield Finding("N4", number, f"says {open_now} open tasks, there are {counted.get(id)}")
        if open_now and state not in AT_WORK and not _is_unread(id, reached):
            yield Finding("N4", number, f"is {state} with {open_now} open tasks")


def _is_unread(case_id: UUID, reached: int) -> bool:
    """Whether the follower has not come to the end of a case yet: it is sealed, then read, within seconds. 1 query."""
    ends = [one for one in deeds("case", case_id) if one.after.get("closed_at")]
    return bool(ends) and (ends[-1].position is None or ends[-1].position > reached)


def _needs() -> Iterator[Finding]:
    """N5: needs make no circle, and lead to tasks of the same case."""
    pairs = list(
        TaskNeed.objects.values_list("task__number", "task_id", "needs_id", "task__case_id", "needs__case_id")
    )
    needs: dict[UUID, set[UUID]] = {}
    for number, task, other, case, others in pairs:
        needs.setdefault(task, set()).add(other)
        if case != others:
            yield Finding("N5", number, "needs a task of another case")
    while free := [one for one, waits in needs.items() if not waits & set(needs)]:
        for one in free:
            del needs[one]
    for number, task, *_ in pairs:
        if task in needs:
            yield Finding("N5", number, "needs, by others, itself")


def _links() -> Iterator[Finding]:
    """N6: no living link opens another party's task, none lasts too long; answers are numbered without a gap."""
    living = TaskLink.objects.filter(ended_at=None).exclude(party=F("task__party"))
    for number in living.values_list("task__number", flat=True):
        yield Finding("N6", number, "has a living link of another party")
    for number, made, until in TaskLink.objects.values_list("task__number", "made_at", "expires_at"):
        if until - made > LINK_DAYS:
            yield Finding("N6", number, "has a link of more than fourteen days")
    rows = TaskAnswer.objects.order_by().values_list("task__number")
    for number, n, first, last in rows.annotate(n=Count("id"), first=Min("seq"), last=Max("seq")):
        if (first, last) != (1, n):
            yield Finding("N6", number, f"has {n} answers, numbered from {first} to {last}")


def _checkers() -> Iterator[Finding]:
    """N7: nobody who did a task of a round checked that round."""
    for number in network.checked_by_a_hand():
        yield Finding("N7", number, "was checked by somebody who did a share of it")


def _shown() -> Iterator[Finding]:
    """N15: what went along with a task was looked at, or shows the work."""
    rows = list(TaskShown.objects.values_list("task__number", "evidence_id"))
    known = evidence.by_ids({id for _, id in rows}) if rows else {}
    for number, id in rows:
        one = known.get(id)
        if one is None or (one.claimed_kind == "report" and one.looked_at is None):
            yield Finding("N15", number, "shows a picture that nobody looked at")
