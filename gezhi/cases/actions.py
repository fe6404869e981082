"""Open a case, and move it. `advance` is the only writer of Case.state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases import timing
from gezhi.cases.complaint import keep_from_company
from gezhi.cases.doing import Doing
from gezhi.cases.effects import EFFECTS, nothing
from gezhi.cases.facts import circumstances
from gezhi.cases.fold import changed, snapshot
from gezhi.cases.lifecycle import BEGINS_ANEW, LEAVES_CLOCK, Arrow, Ending, Fact, State, decide
from gezhi.cases.links import chain
from gezhi.cases.models import CallBack, Case, CaseEvidence, CaseReport
from gezhi.cases.move import Move
from gezhi.cases.numbers import next_number
from gezhi.cases.orders import clock
from gezhi.cases.policy import may_open, roles_for
from gezhi.cases.queries import locked
from gezhi.cases.telling import tell
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import actions as evidence
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.journal.chain import canonical
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Missing, NotFound, Stale
from gezhi.parties import queries as parties
from gezhi.parties.days import local_day
from gezhi.places.queries import PlaceRow
from gezhi.tenancy import inserting
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.inserting import Mould, Ready
from gezhi.tenancy.updating import save_fields


@dataclass(frozen=True, slots=True)
class Opening:
    """What a fresh report says about its case. title: as `titled` makes it. place None = unlocated: the intake desk has it.

    feared: the opening condition that its words make one fear: the clock for making safe starts although nobody has sorted it.
    """

    report_id: UUID
    title: str
    channel: str
    place: PlaceRow | None = None
    category_id: UUID | None = None
    is_askable: bool = False
    run_id: UUID | None = None
    came_back_from: UUID | None = None
    feared: UUID | None = None


def open_from(opening: Opening, *, at: datetime) -> tuple[Case, Deed]:
    """Open a case in `reported` for an acknowledged report, in the caller's transaction.

    The deed is returned for the caller to journal together with the report's. 3 INSERTs: case, link, timer.
    """
    case = _fresh(opening, next_number(local_day(at).year), at, Known())
    Case.objects.bulk_create([case])
    CaseReport.objects.bulk_create(
        [CaseReport(case=case, report_id=opening.report_id, origin=case, linked_at=at)]
    )
    outbox.queue(timing.following(case))
    return case, Deed("case", case.id, "reported", after=snapshot(case), is_first=True)


def open_many(openings: list[Opening], *, at: datetime) -> list[Deed]:
    """As `open_from`, for a batch of imported reports: 3 INSERTs in all. The deeds are for the caller to journal."""
    batch = ready_many(openings, at=at)
    store_many(batch)
    return batch.deeds


class Batch(NamedTuple):
    """Cases that are ready to be written, with their links, their timers and the deeds to be journalled in the same transaction."""

    cases: list[Ready]
    links: list[Ready]
    timers: list[Ready]
    deeds: list[Deed]


def ready_many(openings: Sequence[Opening], *, at: datetime, known: "Known | None" = None) -> Batch:
    """Cases for a batch of imported reports. Nothing is written, but that numbers are taken (`numbers.stock_up` before).

    known: what was asked for an earlier batch; as old as its caller lets it grow.
    """
    known = known or Known()
    link = Mould(CaseReport(linked_at=at), "id", "case_id", "report_id", "origin_id")
    batch, year = Batch([], [], [], []), local_day(at).year
    for one in openings:
        mould = known.mould_of(one, at)
        id, number = new_id(), next_number(year)
        batch.cases.append(mould.case.cast(id, number, one.title))
        batch.links.append(link.cast(new_id(), id, one.report_id, id))
        batch.timers.append(mould.timer.cast(new_id(), str(id), id))
        batch.deeds.append(mould.deed(id, number))
    return batch


def store_many(batch: Batch) -> None:
    """Write them, inside the transaction that stores their reports, and journals the deeds. 3 INSERTs."""
    inserting.write(Case, batch.cases)
    inserting.write(CaseReport, batch.links)
    outbox.queue_ready(batch.timers)


class _Cast(NamedTuple):
    """What all cases have in common that open at one moment, for one place, about one category."""

    case: Mould
    timer: Mould
    after: Mapping[str, Any]
    spelled: tuple[str, str]  # `after` before and behind the number

    def deed(self, id: UUID, number: str) -> Deed:
        before, behind = self.spelled
        after = {**self.after, "number": number}
        return Deed("case", id, "reported", after=after, is_first=True, spelled=f"{before}{number}{behind}")


_NUMBER = "\ufdd0"  # no text that we keep has this sign


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked already while batches are opened: desks by path, calendar codes by party, what alike cases share."""

    desks: dict[str, UUID] = field(default_factory=dict)
    calendars: dict[UUID, str] = field(default_factory=dict)
    casts: dict[tuple[Any, ...], _Cast] = field(default_factory=dict)

    def desk_of(self, path: str, at: datetime) -> UUID:
        if path not in self.desks:
            self.desks[path] = parties.desk_of(path, at)
        return self.desks[path]

    def mould_of(self, opening: Opening, at: datetime) -> _Cast:
        place = opening.place.id if opening.place else None
        alike = (
            at,
            opening.channel,
            place,
            opening.category_id,
            opening.is_askable,
            opening.run_id,
            opening.came_back_from,
            opening.feared,
        )
        if alike not in self.casts:
            self.casts[alike] = _cast(opening, at, self)
        return self.casts[alike]


def _cast(opening: Opening, at: datetime, known: Known) -> _Cast:
    case = _fresh(opening, _NUMBER, at, known)
    after = snapshot(case)
    before, behind = canonical(after).decode().split(_NUMBER)
    timer = outbox.mould(timing.following(case), "id", "key", "subject_id")
    return _Cast(Mould(case, "id", "number", "title"), timer, after, (before, behind))


def _fresh(opening: Opening, number: str, at: datetime, known: Known) -> Case:
    place, path = opening.place, opening.place.path if opening.place else ""
    desk = known.desk_of(path, at)
    case = Case(
        number=number,
        channel=opening.channel,
        title=opening.title,
        place_id=place.id if place else None,
        place_path=path,
        grid_id=place.grid_id if place else None,
        desk_id=desk,
        lead_id=desk,
        received_at=at,
        entered_at=at,
        is_askable=opening.is_askable,
        run_id=opening.run_id,
        came_back_from_id=opening.came_back_from,
        feared_id=opening.feared,
    )
    timing.remember_calendars(case, known.calendars)
    if opening.category_id:
        case.category_id = opening.category_id
        case.condition_id = catalogue.default_condition(opening.category_id).id
    keep_from_company(case)
    timing.set_clocks(case)
    timing.set_stage(case, at)
    return case


@transaction.atomic
def advance(case_id: UUID, move: Move, *, actor: Actor, at: datetime) -> Case:
    """Move one case along one arrow. The only writer of Case.state.

    at: aware moment of the deed. Returns the locked, saved row; copies held before are stale.
    Raises NotFound, Stale, NotFromHere, NotYours, Missing (its .facts = what lacks), Invalid. Source: docs/adr/0003-closed-loop.md.
    """
    move = move.cleaned()
    case = _locked(case_id, move, actor)
    before = snapshot(case)
    if move.version is not None and move.version != case.version:
        raise Stale(version=case.version, state=case.state)
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
    record(deed, *doing.also, actor=actor, at=at)
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
        return decide(State(case.state), move.event, roles=roles_for(actor, case), facts=facts)
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
    elif arrow.source is State.CLOSED and is_move:
        case.closed_at, case.ending, case.ending_reason = None, "", ""
    if is_move:
        case.entered_at = at
    if is_move or arrow.event not in LEAVES_CLOCK:
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
