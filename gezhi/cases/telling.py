"""Who must hear of a move: the reporter's message is queued in the same transaction; who left only a phone number is called (I12)."""

from datetime import datetime
from uuid import UUID

from gezhi.cases.doing import Doing
from gezhi.cases.lifecycle import State
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.journal import outbox
from gezhi.kernel.actor import ActorKind
from gezhi.reports import queries as reports
from gezhi.tenancy.prepared import Prepared

PLEASE_CONFIRM, STRUCK_OFF = "please_confirm", "settled"
MESSAGE = "message.reporter"  # errand kind; payload: what, case number, report id; into: the number it goes on under

BY_WORD_OF_MOUTH = frozenset({"phone", "counter", "order"})  # they have no status page at hand
_BY_ENDING = {"decline": "declined", "join": "joined", "undo_split": "joined"}
_BY_EVENT = {
    "accept": "accepted",
    "ask": "asked",
    "decline": "declined",
    "approve_extension": "extended",
    "carry_forward": "paused",
    "reopen": "reopened",
    "join": "joined",
    "undo_join": "apart",
    "split": "split",
}


def what_to_tell(event: str, source: str, target: str) -> str:
    """The word for what the reporter hears of this move; "" = nothing."""
    if source != target == State.CLOSED:
        return _BY_ENDING.get(event, "closed")
    if source != target == State.TO_CONFIRM:
        return PLEASE_CONFIRM
    return _BY_EVENT.get(event, "")


def message_key(case: UUID, version: int, report: UUID) -> str:
    """The errand's key: one message per step and report."""
    return f"{case}:{version}:{report}"


def tell(case: Case, doing: Doing) -> None:
    """Queue one message per report of the case, or a row on the desk's call-back list. Nothing when nobody need hear.

    Whoever says it himself, on the phone or on the status page, is not rung up about it.
    """
    move, arrow, at = doing.move, doing.arrow, doing.at
    what = what_to_tell(move.event, arrow.source, arrow.target)
    is_answered = arrow.source is State.TO_CONFIRM and arrow.target is not State.TO_CONFIRM
    if is_answered:
        strike_off(case, at, kind=PLEASE_CONFIRM)
    if not what:
        return  # most moves say nothing to the reporter
    report_ids = [id for (id,) in _LINKED_TO.rows(case.id)] if doing.moved is None else doing.moved
    elsewhere = {"into": doing.elsewhere} if doing.elsewhere else {}
    outbox.queue(
        *(
            outbox.Following(
                MESSAGE,
                message_key(case.id, case.version, report_id),
                at,
                payload={"what": what, "number": case.number, "report": str(report_id)} | elsewhere,
                subject=("report", report_id),
            )
            for report_id in report_ids
        )
    )
    says_it = {move.heard, doing.actor.id if doing.actor.kind is ActorKind.REPORTER else None}
    to_call = [one.id for one in reports.reaches(report_ids) if must_be_called(one, what)]
    if is_answered:  # whoever hears the end, or says it, need not hear what was before
        strike_off(case, at, report_id__in={*to_call, *says_it} - {None})
    _owe_calls(case, what, [id for id in to_call if id not in says_it], at)


def strike_off(case: Case, at: datetime, **which: object) -> None:
    """Take calls off the list that need not be made any more: `hearing` asks for the reason of each."""
    CallBack.objects.filter(case=case, done_at=None, **which).update(done_at=at, outcome=STRUCK_OFF)


_LINKED_TO = Prepared(lambda case: CaseReport.objects.filter(case=case).values_list("report_id"))


def must_be_called(report: reports.Reach, what: str) -> bool:
    """Whoever told us by word of mouth hears everything by phone; whoever has the status page is rung up to confirm only."""
    if not report.has_contact:
        return False
    return report.channel in BY_WORD_OF_MOUTH or what == PLEASE_CONFIRM


def _owe_calls(case: Case, what: str, report_ids: list[UUID], at: datetime) -> None:
    if report_ids:
        CallBack.objects.bulk_create(
            [
                CallBack(
                    case=case,
                    report_id=report_id,
                    desk_id=case.desk_id,
                    kind=what,
                    round=case.round,
                    made_at=at,
                )
                for report_id in report_ids
            ],
            ignore_conflicts=True,
        )
