"""The desk's call-backs: three tries, then a note; an answer moves the case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack
from gezhi.cases.move import Move
from gezhi.cases.queries import locked
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound

# said in one sentence, no answer asked
TEXTED = frozenset({"accepted", "declined", "extended", "paused", "reopened", "closed"})
OUTCOMES = ("satisfied", "unsatisfied", "told", "not_reached")


@transaction.atomic
def note_call(call_id: UUID, outcome: str, note: str, *, actor: Actor, at: datetime) -> CallBack:
    """Write down one call. "satisfied"/"unsatisfied" answer a `please_confirm` and move the case; "told" settles the rest.

    "not_reached" counts a try; after the office's number of tries (rule `call_tries`) a note is demanded and the row is settled:
    the case then closes by itself as "no answer" when its days are over. Raises NotFound, Invalid, Missing.
    """
    call = _locked(call_id, actor)
    if outcome not in OUTCOMES:
        raise Invalid("outcome", "unknown")
    asks = call.kind == "please_confirm"
    if (outcome in {"satisfied", "unsatisfied"}) != (asks and outcome != "not_reached"):
        raise Invalid("outcome", "does_not_fit")
    call.tries, call.last_try_at = call.tries + 1, at
    is_last = outcome == "not_reached" and call.tries >= catalogue.rule("call_tries")
    if is_last and not note.strip():
        raise Missing({"note"})
    if outcome != "not_reached" or is_last:
        call.done_at, call.outcome = at, outcome
    call.save(update_fields=["tries", "last_try_at", "done_at", "outcome"])
    _tell_case(call, outcome, note, actor, at)
    return call


def texted(report_id: UUID, kind: str, *, at: datetime) -> None:
    """A short message said it: the call that was owed for it need not be made. What needs an answer is never struck off by one."""
    if kind in TEXTED:
        CallBack.objects.filter(report_id=report_id, kind=kind, done_at=None).update(
            done_at=at, outcome="texted"
        )


def _locked(call_id: UUID, actor: Actor) -> CallBack:
    """The owed call with its case. The case is locked first, as by every move: two orders would wait for each other."""
    owed = CallBack.objects.filter(
        id=call_id, desk_id__in=actor.parties(Duty.CLERK, Duty.OFFICER), done_at=None
    )
    case_id = owed.values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound("call")
    case = locked(case_id)
    call: CallBack | None = owed.select_for_update(no_key=True).first()
    if call is None:  # settled while we waited
        raise NotFound("call")
    call.case = case
    return call


def _tell_case(call: CallBack, outcome: str, note: str, actor: Actor, at: datetime) -> None:
    if outcome == "satisfied":
        move = Move("satisfied", note=note, heard=call.report_id)
    elif outcome == "unsatisfied":
        move = Move("unsatisfied", reason=note, heard=call.report_id)
    elif call.kind == "please_confirm" or note.strip():
        move = Move("call_back", note=note or "—", outcome=outcome, heard=call.report_id)
    else:
        return
    advance(call.case_id, move, actor=actor, at=at)
