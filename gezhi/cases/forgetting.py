"""Erase what cases keep of a reporter's words."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.cases import publicly
from gezhi.cases.models import CallBack, Case, CaseReport, Order
from gezhi.cases.titles import SPOKEN, titled
from gezhi.cases.voices import NOBODY, Held, held
from gezhi.journal.actions import erase_words
from gezhi.journal.queries import deeds, first_deeds

# the desk writes down what a reporter said
TOLD_BY_MOUTH = frozenset({"call_back", "satisfied", "unsatisfied", "answer"})
SPLITS = frozenset({"split", "split_from"})
Journey = dict[UUID, list[Held]]


@transaction.atomic
def forget_reporter(report_id: UUID, *, at: datetime) -> set[UUID]:
    """Blank what cases keep of a reporter's words: the title of the one he opened and of those split off with his report, or with
    words alone while it was there; what he wrote in any; and what the desk wrote down of a talk with him, or with somebody it does
    not name while his report was there; and what is said in public of any case that his report was ever with. Where his report ever was, the journal tells, also of joins and splits that were undone.
    The chain stays valid (I14). Returns the cases that kept something.
    """
    origin: UUID = CaseReport.objects.values_list("origin_id", flat=True).get(report_id=report_id)
    his = str(report_id)
    journey = _journey(his, origin)
    of_words = _born_of_words(_split_off(journey, his, in_words=True))
    named = {origin, *_split_off(journey, his, in_words=False), *of_words}
    Case.objects.filter(id__in=named).update(title="")
    CallBack.objects.filter(report_id=report_id, done_at=None).update(done_at=at, outcome="settled")
    _take_back_in_public(journey, of_words, at)
    erase_words(kind="case", by=report_id, at=at)
    for order_id in Order.objects.filter(report_id=report_id).values_list("id", flat=True):
        erase_words(kind="order", id=order_id, at=at)
    for case_id, steps in journey.items():
        spoken = [one.step.id for one in steps if _tells_of(one.step, his, was_there=_was_there(one, his))]
        erase_words(kind="case", id=case_id, entries=spoken, at=at)
    for case_id in of_words:
        spoken = [entry.id for entry in deeds("case", case_id) if _tells_of(entry, his, was_there=True)]
        erase_words(kind="case", id=case_id, entries=spoken, at=at)
    return {*named, *journey, *of_words}


def _take_back_in_public(journey: Journey, of_words: set[UUID], at: datetime) -> None:
    """What the desk said to everybody may be his words still, whenever it was said. The desk may say it anew, of what is left."""
    said = {id: [one.step for one in steps] for id, steps in journey.items()}
    said |= {id: list(deeds("case", id)) for id in of_words - said.keys()}
    entries = {id: [one.id for one in steps if one.event == publicly.EVENT] for id, steps in said.items()}
    publicly.forget(entries, entries, at=at)


def retitle(report_id: UUID, *, was: str, now: str) -> None:
    """Cases that are called by a report's words are called by the desk's from now on. In the caller's transaction. 2 statements."""
    links = CaseReport.objects.filter(report_id=report_id).values_list("origin_id", "split_into_id")
    named = {id for pair in links for id in pair if id}
    old = [titled(was)] if was else ["", SPOKEN]
    Case.objects.filter(id__in=named, title__in=old).update(title=titled(now))


def _journey(report: str, origin: UUID) -> Journey:
    """Every case that a report was ever with, from the one it opened on, each with its whole story. 1 query a case."""
    found: Journey = {}
    waiting, his = [origin], frozenset({report})
    while waiting:
        case_id = waiting.pop()
        opened = his if case_id == origin else NOBODY
        found[case_id] = [*held(deeds("case", case_id), opened, {str(id): his for id in found})]
        waiting += {id for id in _onward(found[case_id], report) if id not in found} - set(waiting)
    return found


def _onward(steps: Iterable[Held], report: str) -> Iterator[UUID]:
    """Where the report went from a case. A row that does not say which reports went took all that were there."""
    was_there = False
    for one in steps:
        after = one.step.after
        if report in one.moved or (was_there and not one.is_told):
            gone = (after.get(name) for name in ("joined_into_id", "child", "released"))
            yield from (UUID(id) for id in gone if id)
        was_there = report in one.reports


def _split_off(journey: Journey, report: str, *, in_words: bool) -> set[UUID]:
    """Cases that were split off with this report; in_words: without any, while it was there."""
    splits = [one for steps in journey.values() for one in steps if one.step.event == "split"]
    return {
        UUID(one.step.after["child"])
        for one in splits
        if (report in one.reports and not one.moved if in_words else report in one.moved)
    }


def _was_there(one: Held, report: str) -> bool:
    return report in one.reports or report in one.moved


def _tells_of(entry: Any, report: str, *, was_there: bool) -> bool:
    """Whether the desk wrote down there what this reporter said, or may have."""
    if entry.event in SPLITS:
        return report in entry.after["reports"] or (was_there and not entry.after["reports"])
    heard = entry.after.get("heard")
    return entry.event in TOLD_BY_MOUTH and (heard == report or (was_there and heard is None))


def _born_of_words(first: Iterable[UUID]) -> set[UUID]:
    """These cases, of which the desk said in its own words what they are about, and those split off from them in the same way, in
    turn. 1 query for each generation.
    """
    found = set(first)
    last = list(found)
    while last:
        births = first_deeds("case", Case.objects.filter(split_from__in=last).values("id"))
        last = [
            entry.subject_id
            for entry in births
            if not entry.after["reports"] and entry.subject_id not in found
        ]
        found.update(last)
    return found
