"""Erase what cases keep of a reporter's words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.cases.links import chain
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.cases.titles import titled
from gezhi.journal.actions import erase_words
from gezhi.journal.queries import deeds, first_deeds

# the desk writes down what a reporter said
TOLD_BY_MOUTH = frozenset({"call_back", "satisfied", "unsatisfied", "answer"})
SPLITS = frozenset({"split", "split_from"})


@transaction.atomic
def forget_reporter(report_id: UUID, *, at: datetime) -> None:
    """Blank what cases keep of a reporter's words: the title of the one he opened and of those split off with his report or with
    words alone, what he wrote in any, and what the desk wrote down of a talk with him, or with somebody it does not name.
    The chain stays valid (I14).
    """
    link = CaseReport.objects.get(report_id=report_id)
    his = _all_its_cases(link)
    of_words = _born_of_words(his)
    named = {link.origin_id, *_carried(report_id), *of_words}
    Case.objects.filter(id__in=named).update(title="")
    CallBack.objects.filter(report_id=report_id, done_at=None).update(done_at=at, outcome="settled")
    erase_words(kind="case", by=report_id, at=at)
    for case_id in his | of_words:
        spoken = [entry.id for entry in deeds("case", case_id) if _tells_of(entry, str(report_id))]
        erase_words(kind="case", id=case_id, entries=spoken, at=at)


def retitle(report_id: UUID, *, was: str, now: str) -> None:
    """Cases that are called by a report's words are called by the desk's from now on. In the caller's transaction. 2 statements."""
    links = CaseReport.objects.filter(report_id=report_id).values_list("origin_id", "split_into_id")
    named = {id for pair in links for id in pair if id}
    Case.objects.filter(id__in=named, title=titled(was)).update(title=titled(now))


def _tells_of(entry: Any, report: str) -> bool:
    """Whether the desk wrote down there what this reporter said, or may have."""
    if entry.event in SPLITS:
        return report in entry.after["reports"] or not entry.after["reports"]
    return entry.event in TOLD_BY_MOUTH and entry.after.get("heard") in (None, report)


def _all_its_cases(link: CaseReport) -> set[UUID]:
    """The case that a report opened, the one it belongs to, those it was split off into and from, and all along their joins."""
    carried = _carried(link.report_id)
    parents = Case.objects.filter(id__in=carried).values_list("split_from_id", flat=True)
    return {link.case_id, *parents}.union(*(chain(id) for id in (link.origin_id, *carried)))


def _carried(report_id: UUID) -> list[UUID]:
    """Cases that were split off with this report, also those it has left since. 1 query."""
    children = Case.objects.filter(split_from__isnull=False).values("id")
    births = first_deeds("case", children)
    return [entry.subject_id for entry in births if str(report_id) in entry.after["reports"]]


def _born_of_words(parents: Iterable[UUID]) -> set[UUID]:
    """Cases that were split off from these without a report, and from those in turn: the desk said in its own words what they are
    about. 1 query for each generation.
    """
    found, last = set[UUID](), list(parents)
    while last:
        births = first_deeds("case", Case.objects.filter(split_from__in=last).values("id"))
        last = [
            entry.subject_id
            for entry in births
            if not entry.after["reports"] and entry.subject_id not in found
        ]
        found.update(last)
    return found
