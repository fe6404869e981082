"""Everything the page of one task shows. Nothing of its case but place, category and who leads; never its title or a report."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.evidence import queries as evidence
from gezhi.kernel.actor import Actor
from gezhi.kernel.text import visible
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.web import networkwords, times, words
from gezhi.web.casework import lists, photos, timeline
from gezhi.web.casework.network.shares import clock
from gezhi.web.casework.network.taskforms import GRAVE, PLAIN
from gezhi.work import queries as tasks
from gezhi.work.facts import owner_of
from gezhi.work.proof import kinds_of
from gezhi.work.wording import TASK_STATES

if TYPE_CHECKING:
    from gezhi.work.models import Task

GOOD, BAD = frozenset({"finish"}), frozenset({"return", "send_back", "escalate"})


def context(task: "Task", *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The template's context. About 12 queries, whatever the task has been through. task: with its case joined."""
    steps = tasks.steps(task.id)
    holdings = tasks.hands(steps)
    owner = duty.answering(owner_of(task, task.case), at)
    known = parties.parties_by_ids({task.party_id, *(one.party_id for one in holdings)})
    shown = _shown(task)
    names = parties.account_names(_people(task, steps))
    chip = clock(task.due_at, task.sent_at, at)
    is_open = task.state in tasks.OPEN_STATES
    return {
        "task": task,
        "heading": task.what,
        "state": words.of(TASK_STATES, task.state),
        "clock": chip if is_open else None,
        "due": times.moment(task.due_at, at),
        "asked": times.moment(task.asked_until, at) if task.asked_until else "",
        "party": known[task.party_id],
        "person": names.get(task.person_id, "") if task.person_id else "",
        "owner": {
            "name": owner.party_name,
            "phone": owner.phone,
            "answers": "" if owner.is_standing else owner.name,
        },
        "where": _where(task),
        "category": _category(task),
        "proof": [words.of(words.PROOFS, kind) for kind in kinds_of(task.proof)],
        "needs": [_need(row, at) for row in tasks.needs(task.id)],
        "along": _along(task),
        "photos": [one for _, one in shown if one.is_ready],
        "waiting": sum(not one.is_ready for _, one in shown),
        "case_url": _case_url(task, actor),
        "deeds": _deeds(task, actor, at),
        "segments": timeline.segments(holdings, known, state=chip.state if is_open else "", at=at),
        "timeline": [_line(step, names, shown, at) for step in reversed(steps)],
    }


def _people(task: "Task", steps: Sequence[Any]) -> set[UUID]:
    """Its own people and those of the office who did a step."""
    found = {task.person_id, task.finisher_id}
    found |= {step.entry.actor_id for step in steps if step.entry.actor_kind == "account"}
    return {id for id in found if id}


def _where(task: "Task") -> dict[str, str]:
    place = places.by_ids([task.place_id]).get(task.place_id) if task.place_id else None
    return {"name": place.full_name, "code": place.code} if place else {}


def _category(task: "Task") -> str:
    if task.case is None or task.case.category_id is None:
        return ""
    return catalogue.category(task.case.category_id).label(get_language() or "")


def _case_url(task: "Task", actor: Actor) -> str:
    """The case's page for whoever may open it. 1 or 2 queries."""
    if task.case is None or not cases.readable([task.case], actor=actor):
        return ""
    return reverse("desk:case", args=[task.case.number])


def _need(row: tasks.TaskRow, at: datetime) -> dict[str, Any]:
    return {"what": row.what, "state": words.of(TASK_STATES, row.state), "is_open": row.is_open}


def _shown(task: "Task") -> list[tuple[Any, photos.Picture]]:
    rows = tasks.shown(task.id)
    found = evidence.by_ids({row.evidence_id for row in rows}) if rows else {}
    once = {row.evidence_id: row for row in rows}
    return [(row, photos.picture(found[id], row.kind)) for id, row in once.items() if id in found]


def _along(task: "Task") -> list[photos.Picture]:
    ids = tasks.going_along(task.id)
    found = evidence.by_ids(ids) if ids else {}
    return [photos.picture(found[id], "before") for id in ids if id in found]


def _deeds(task: "Task", actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Buttons: the likely ones first, the quiet ones behind them."""
    return [
        {
            "event": offer.event,
            "label": words.of(networkwords.TASK_ACTS, offer.event),
            "icon": networkwords.TASK_ICONS.get(offer.event, "circle"),
            "url": reverse("desk:task_move", args=[task.id, offer.event]),
            "is_plain": offer.event in PLAIN,
            "quiet": offer.quiet,
            "grave": offer.event in GRAVE,
        }
        for offer in tasks.offers_for(task, actor=actor, at=at)
    ]


def _line(
    step: Any, names: dict[UUID, str], shown: Sequence[tuple[Any, photos.Picture]], at: datetime
) -> dict[str, Any]:
    entry = step.entry
    return {
        "icon": networkwords.TASK_ICONS.get(entry.event, "circle"),
        "title": words.of(networkwords.TASK_DEEDS, entry.event),
        "who": lists.known_of(names, entry.actor_id) or "" if entry.actor_kind == "account" else "",
        "text": "\n".join(
            visible(text) for name, text in sorted(step.words.items()) if name != "proof_sentence"
        ),
        "time": times.moment(entry.at, at),
        "exact": times.exact(entry.at),
        "kind": "good" if entry.event in GOOD else "bad" if entry.event in BAD else "",
        "photos": [one for row, one in shown if row.at == entry.at and one.is_ready],
    }


def spots(ids: set[UUID]) -> dict[UUID | None, str]:
    """Short names of places. 1 query, none for no place."""
    return {id: lists.short_name(one) for id, one in places.by_ids(ids).items()} if ids else {}
