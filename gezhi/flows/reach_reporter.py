"""The desk, or a repairer whom the reporter allowed, looks at a phone number; the desk says in its own words what was said.

Who may is decided by what he is to the case that the report belongs to; the reporter reads every look on the status page.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.forgetting import forget_reporter, retitle
from gezhi.cases.lifecycle import Role
from gezhi.insight.search import following as search
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, NotYours
from gezhi.reports import actions as reports
from gezhi.reports import queries as said

DESK = frozenset({Role.DESK, Role.APPROVER})
WORKERS = frozenset({Role.HANDLER, Role.GRID_WORKER})


def may_reveal(roles: frozenset[Role], *, may_call: bool) -> bool:
    """The desk always, whoever handles it when the reporter ticked that he may be called."""
    return bool(roles & DESK) or (may_call and bool(roles & WORKERS))


def may_restate(roles: frozenset[Role]) -> bool:
    """The desk alone, as for erasing a reporter."""
    return bool(roles & DESK)


def ask_to_reveal(case_id: UUID, report_id: UUID, *, actor: Actor) -> None:
    """Whether he may look at all, before he is asked why. Raises NotFound, NotYours."""
    case = cases.by_id(case_id, actor=actor)
    report = _of_case(case.id, report_id)
    if not may_reveal(cases.roles(case, actor=actor), may_call=report.may_call):
        raise NotYours(deed="reveal_contact")


def reveal_contact(case_id: UUID, report_id: UUID, reason: str, *, actor: Actor, at: datetime) -> str:
    """The phone number, with reason and name in the journal. Raises NotFound, NotYours, Missing("reason"), Invalid("contact")."""
    ask_to_reveal(case_id, report_id, actor=actor)
    return reports.reveal_contact(report_id, reason, actor=actor, at=at)


def ask_to_restate(case_id: UUID, report_id: UUID, *, actor: Actor) -> None:
    """Whether the desk may put this report into its own words, or erase it. Raises NotFound, NotYours."""
    case = cases.by_id(case_id, actor=actor)
    if not may_restate(cases.roles(case, actor=actor)):
        raise NotYours(deed="restate")
    _of_case(case.id, report_id)


@transaction.atomic
def restate(case_id: UUID, report_id: UUID, text: str, *, actor: Actor, at: datetime) -> None:
    """Handlers read the desk's words from now on. Raises NotFound, NotYours, Missing("text"), Invalid."""
    ask_to_restate(case_id, report_id, actor=actor)
    [before] = said.for_desk([report_id])
    reports.restate(report_id, text, actor=actor, at=at)
    retitle(report_id, was=before.restatement or before.text, now=text)


@transaction.atomic
def forget(
    case_id: UUID, report_id: UUID, reason: str, *, with_pictures: bool = False, actor: Actor, at: datetime
) -> None:
    """Erase a reporter: words, phone number, and what the case repeats of them. The journal's chain stays valid (I14).

    Raises NotFound, NotYours, Missing("reason"), NotFromHere("already_erased").
    """
    ask_to_restate(case_id, report_id, actor=actor)
    reports.erase(report_id, reason, with_pictures=with_pictures, actor=actor, at=at)
    search.write(forget_reporter(report_id, at=at))  # what is derived forgets in the same moment


def _of_case(case_id: UUID, report_id: UUID) -> said.ReportRow:
    """The report of this case, or one whose reporter is still to be rung up about it after it went on to another."""
    is_here = report_id in cases.report_ids([case_id]).get(case_id, [])
    if not is_here and not cases.owes_call(case_id, report_id):
        raise NotFound("report")
    return said.for_desk([report_id])[0]
