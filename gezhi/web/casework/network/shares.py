"""分工: who does what of a case, as the card on its page."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

from gezhi.cases.network import queries as network
from gezhi.kernel.actor import Actor
from gezhi.kernel.worktime import ROUND_THE_CLOCK
from gezhi.parties import queries as parties
from gezhi.web import times, words
from gezhi.work import queries as tasks
from gezhi.work.facts import CASE_AT_WORK
from gezhi.work.wording import TASK_STATES

if TYPE_CHECKING:
    from gezhi.cases.models import Case

OVER = frozenset({"done", "ended"})


def wanted(case: "Case", actor: Actor) -> bool:
    """Where it has tasks, or whoever looks may make some. No query."""
    return case.tasks_open is not None or may_send(case, actor)


def may_send(case: "Case", actor: Actor) -> bool:
    """Whether he may give shares of it to others now. No query."""
    return case.state in CASE_AT_WORK and network.sides(actor, case)[0]


def context(case: "Case", actor: Actor, at: datetime) -> dict[str, Any]:
    """rows: the lead first. left: how many are not done. 3 queries, none for a case that never had a task."""
    rows = tasks.of_case(case.id) if case.tasks_open is not None else []
    known = parties.parties_by_ids({case.lead_id, *(row.party_id for row in rows)}) if rows else {}
    names = parties.account_names(_people(case, rows)) if rows else {}
    mine = actor.parties()
    owns, above = network.sides(actor, case)
    shown = [_row(row, known, names, at) for row in rows]
    for line, row in zip(shown, rows, strict=True):
        line["url"] = reverse("desk:task", args=[row.id]) if owns or above or row.party_id in mine else ""
    return {
        "lead": {
            "party": known[case.lead_id].name,
            "person": names.get(case.handler_id, "") if case.handler_id else "",
        }
        if rows
        else {},
        "rows": shown,
        "left": sum(row.is_open for row in rows),
        "send_url": reverse("desk:share_out", args=[case.number]) if may_send(case, actor) else "",
    }


def _people(case: "Case", rows: list[tasks.TaskRow]) -> set[UUID]:
    found = {case.handler_id, *(row.person_id for row in rows)}
    return {id for id in found if id}


def _row(
    row: tasks.TaskRow, known: dict[UUID, parties.PartyRow], names: dict[UUID, str], at: datetime
) -> dict[str, Any]:
    return {
        "number": row.number.rpartition("-")[2],
        "party": known[row.party_id].name,
        "person": names.get(row.person_id, "") if row.person_id else "",
        "what": row.what,
        "state": words.of(TASK_STATES, row.state),
        "is_over": row.state in OVER,
        "is_returned": row.state == "returned",
        "clock": clock(row.due_at, row.sent_at, at) if row.is_open else None,
        "done": times.moment(row.done_at, at) if row.done_at else "",
    }


def clock(due: datetime, sent_at: datetime, at: datetime) -> times.Clock:
    """The chip of a task's day: soon, once a quarter of its time is left."""
    return times.clock(due, at=at, soon=at + (due - sent_at) / 4, hours=ROUND_THE_CLOCK)
