"""Move a case. `advance` is the only writer of Case.state; `opening.py` makes the row."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import publicly, putback, timing
from gezhi.cases.doing import Doing
from gezhi.cases.effects import EFFECTS, nothing
from gezhi.cases.facts import circumstances
from gezhi.cases.fold import changed, snapshot
from gezhi.cases.lifecycle import BEGINS_ANEW, LEAVES_CLOCK, Arrow, Ending, Fact, State, decide
from gezhi.cases.links import chain
from gezhi.cases.models import CallBack, Case, CaseEvidence
from gezhi.cases.move import Move
from gezhi.cases.network import supervising
from gezhi.cases.orders import clock
from gezhi.cases.policy import may_open, roles_now
from gezhi.cases.queries import locked
from gezhi.cases.telling import tell
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import actions as evidence
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Missing, NotFound, Stale
from gezhi.tenancy.updating import save_fields


@transaction.atomic
def advance(case_id: UUID, move: Move, *, actor: Actor, at: datetime) -> Case:
    """Move one case along one arrow. The only writer of Case.state.

    at: aware moment of the deed. Returns the locked, saved row; copies held before are stale.
    Raises NotFound, Stale, NotFromHere, NotYours, Missing (its .facts = what lacks), Invalid. Source: docs/adr/0003-closed-loop.md.
    """
    move = move.cleaned()
    case = _locked(case_id, move, actor)
    before, unsaid = snapshot(case), publicly.why_none(case)
    putback.judge_version(case, move.event, move.version)
    arrow = _arrow(case, move, actor, at)
    doing = Doing(move, arrow, actor, at)
    EFFECTS.get(move.event, nothing)(case, doing)
    clock.follow_moved(case, doing)
    _arrive(case, doing)
    _show(case, move, at)
    after = snapshot(case)
    save_fields(case, [*changed(before, after), "ending_reason"])
    words = {"note": move.note.strip(), "reason": move.reason.strip()}
    facts = {
        "presence": move.presence,
        "count": move.count,
        "outcome": move.outcome,
        "heard": move.heard,
        "shown": len(move.shown) or None,
        "rule": move.rule,
    }
    gone = changed(before, after)
    come = {name: value for name, value in facts.items() if value} | doing.facts
    deed = Deed(
        "case",
        case.id,
        move.event,
        before={name: before[name] for name in gone},
        after={name: after[name] for name in gone} | come,
        words=words,
    )
    taken_back = publicly.follow_moved(case, unsaid, at=at)
    record(deed, *doing.also, *([taken_back] if taken_back else []), actor=actor, at=at)
    outbox.reschedule(timing.TIMER, str(case.id), due_at=timing.timer_at(case) if case.due_at else None)
    tell(case, doing)
    return case


def _locked(case_id: UUID, move: Move, actor: Actor) -> Case:
    """The case, locked; with those it joins or leaves, in one order, so that two joins never wait for each other."""
    beside = [move.into] if move.into else _beside(case_id, move)
    if not beside:
        alone = locked(case_id)
        if not may_open(actor, alone):
            raise NotFound("case")
        return alone
    held = Case.objects.select_for_update(no_key=True).filter(id__in=[case_id, *beside]).order_by("id")
    rows = {row.id: row for row in held}
    case: Case | None = rows.get(case_id)
    if case is None or not may_open(actor, case):
        raise NotFound("case")
    if move.event == "undo_join" and any(row.joined_into_id not in {None, *rows} for row in rows.values()):
        raise Stale(version=case.version, state=case.state)  # joined on while we waited
    return case


def _beside(case_id: UUID, move: Move) -> list[UUID]:
    """The cases that another move than a join touches: all to the end of the chain of joins, or the one it was split from."""
    if move.event == "undo_join":
        return chain(case_id)[1:]
    if move.event == "undo_split":
        parents = Case.objects.filter(id=case_id, split_from__isnull=False)
        return list(parents.values_list("split_from_id", flat=True))
    return []


def _arrow(case: Case, move: Move, actor: Actor, at: datetime) -> Arrow:
    """Which arrow this is; the closing proof is asked kind by kind."""
    facts = circumstances(case, at) | move.facts()
    if move.event == "call_back" and _rang_up(case, move, at):
        facts |= {Fact.CALLED}
    if move.category:
        facts |= {Fact.CATEGORY}
    if move.place:
        facts |= {Fact.PLACE}
    lacking = frozenset[str]()
    if move.event == "done":
        lacking = lacking_proof(case, move)
        facts |= set() if lacking else {Fact.PROOF}
    try:
        return decide(State(case.state), move.event, roles=roles_now(actor, case), facts=facts)
    except Missing as missing:
        raise Missing((set(missing.facts) - {Fact.PROOF.value}) | lacking) from None


def _rang_up(case: Case, move: Move, at: datetime) -> bool:
    """Whether the desk's call-back list says that this reporter was rung up in this very deed."""
    return CallBack.objects.filter(case=case, report_id=move.heard, last_try_at=at).exists()


def lacking_proof(case: Case, move: Move) -> frozenset[str]:
    """Kinds of the category's closing proof that this move does not show; {"category"} while there is none."""
    if case.category_id is None:
        return frozenset({Fact.CATEGORY.value})
    return move.lacks(frozenset(catalogue.proof(case.category_id).kinds))


def _arrive(case: Case, doing: Doing) -> None:
    """Set state, round, version, ending and stage as the arrow says."""
    arrow, at = doing.arrow, doing.at
    is_move = arrow.target is not arrow.source or arrow.event in BEGINS_ANEW
    case.state, case.version = arrow.target.value, case.version + 1
    if arrow.source is State.IN_HAND and arrow.target is not State.IN_HAND:
        case.extension_until = None  # whoever has it next asks for himself, from then on
    if arrow.next_round:
        case.round += 1
        case.checker_id = case.done_at = case.confirmed_at = case.is_drawn = None
        case.last_escalated_at = case.escalated_to_id = case.escalated_person_id = None
        case.escalations, case.ladder_ended, case.has_objection, case.claim = 0, False, False, ""
    if arrow.closes:
        case.closed_at = at
        case.ending = arrow.ending.value if arrow.ending else case.claim or Ending.SOLVED.value
        case.ending_reason = doing.move.reason.strip()
        supervising.end_with(case, doing)
    elif arrow.source is State.CLOSED and is_move:
        case.closed_at, case.ending, case.ending_reason = None, "", ""
    if is_move:
        case.entered_at = at
    if doing.stood is not None:
        putback.put_back(case, doing.stood)
    elif is_move or arrow.event not in LEAVES_CLOCK:
        timing.set_stage(case, at)


def _show(case: Case, move: Move, at: datetime) -> None:
    """Hang the move's pictures on this round. A picture is claimed once."""
    if not move.shown:
        return
    evidence.claim([shown.evidence for shown in move.shown], kind="case", id=case.id, at=at)
    CaseEvidence.objects.bulk_create(
        [
            CaseEvidence(case=case, evidence_id=shown.evidence, round=case.round, kind=shown.kind, at=at)
            for shown in move.shown
        ]
    )
