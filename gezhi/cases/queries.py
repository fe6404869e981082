"""Read cases: one, many, what may be done, who had it how long. Strangers' rows are absent."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from gezhi.cases import lifecycle, solvings, spots
from gezhi.cases.facts import REPORTER_MAY_REOPEN, circumstances
from gezhi.cases.lifecycle import Ending, Offer, Role, State
from gezhi.cases.line import CaseLine
from gezhi.cases.models import CallBack, Case, CaseEvidence, CaseReport, Pause
from gezhi.cases.policy import (
    may_be_checked_by,
    may_open,
    roles_now,
    sees_all,
    visible_but,
    visible_to,
)
from gezhi.cases.policy import (
    works_at as works_at,
)
from gezhi.cases.reading import open_to
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.journal.queries import Step, stories_of, story
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.ids import CASE_NUMBER
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.text import code_key
from gezhi.places.onpath import within
from gezhi.tenancy.prepared import Prepared, PreparedCount, PreparedRows


def by_number(number: str, *, actor: Actor) -> Case:
    """One case that this actor may see. 1 query, 1 or 2 more for whoever only may look. Raises NotFound for others' and unknown ones alike."""
    key = code_key(number) if len(number) <= 40 else ""
    plain = f"{key[:6]}-{key[6:10]}-{key[10:]}" if key.isdigit() else number.strip()
    return _first_open(_BY_NUMBER.found(plain) if CASE_NUMBER.match(plain) else [], actor)


def by_id(case_id: UUID, *, actor: Actor) -> Case:
    """One case that this actor may see. 1 query, 1 or 2 more for whoever only may look. Raises NotFound."""
    return _first_open(_BY_ID.found(case_id), actor)


def locked(case_id: UUID) -> Case:
    """The case, locked against other writers until the transaction ends, so that what is decided about it stays true; readers and rows
    that refer to it do not wait. Whoever may see it. 1 query. Raises NotFound.
    """
    found = _LOCKED.found(case_id)
    if not found:
        raise NotFound("case")
    return found[0]


def _first_open(found: Sequence[Case], actor: Actor) -> Case:
    if not found or not may_open(actor, found[0]):
        raise NotFound("case")
    return found[0]


_BY_NUMBER = PreparedRows(Case, lambda number: Case.objects.filter(number=number))
_BY_ID = PreparedRows(Case, lambda id: Case.objects.filter(id=id))
_LOCKED = PreparedRows(Case, lambda id: Case.objects.select_for_update(no_key=True).filter(id=id))


def of_report(report_id: UUID) -> Case:
    """The case a report belongs to now. 1 query. Raises NotFound."""
    link: CaseReport | None = CaseReport.objects.filter(report_id=report_id).select_related("case").first()
    if link is None:
        raise NotFound("case")
    case: Case = link.case
    return case


def report_ids(case_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Reports of each case, first linked first. 1 query."""
    found: dict[UUID, list[UUID]] = {}
    wanted = tuple(case_ids)
    for case_id, report_id in _REPORTS_OF.rows(wanted) if wanted else ():
        found.setdefault(case_id, []).append(report_id)
    return found


_REPORTS_OF = Prepared(
    lambda ids: (
        CaseReport.objects.filter(case_id__in=ids)
        .order_by("linked_at", "id")
        .values_list("case_id", "report_id")
    )
)


def numbers(ids: Iterable[UUID], *, actor: Actor) -> dict[UUID, str]:
    """Numbers of cases by id, of those that the actor may see. 1 or 2 queries."""
    return dict(visible_to(actor).filter(id__in=list(ids)).values_list("id", "number"))


def open_in(
    *,
    category_id: UUID | None = None,
    grid_id: UUID | None = None,
    place_path: str = "",
    party_id: UUID | None = None,
) -> QuerySet[Case]:
    """Every open case of a category, a grid cell, a subtree of places or a party (accountable, or its desk), whoever may see it, most
    urgent first: what stands in the way of closing it, or moves with it.
    """
    if place_path:
        fits = within(place_path)
    elif party_id:
        fits = Q(lead_id=party_id) | Q(desk_id=party_id)
    else:
        fits = Q(category_id=category_id) if category_id else Q(grid_id=grid_id)
    return Case.objects.filter(fits, closed_at=None).order_by("due_at", "id")


def readable(found: Iterable[Case], *, actor: Actor) -> set[UUID]:
    """Which of these cases the actor may open. 1 query."""
    return set(visible_to(actor).filter(id__in=[one.id for one in found]).values_list("id", flat=True))


def is_visible(actor: Actor, case_id: str, hidden: Collection[UUID] | None = None) -> Exists:
    """Whether this actor may open the case that a row of another question names in `case_id`. Looked up row by row: a list of all
    that he may open would be read through each time.

    hidden: what `unpublished_runs` says, for whoever has asked already.
    """
    rows = visible_to(actor) if hidden is None else visible_but(actor, hidden)
    return Exists(rows.filter(id=OuterRef(case_id)))


def is_surely_visible(actor: Actor, case_id: str, hidden: Collection[UUID]) -> Q:
    """As `is_visible`; of whoever sees the whole office, and has no complaint of his own in it, no case is looked up."""
    looked_up = Q(is_visible(actor, case_id, hidden))
    if hidden or not sees_all(actor):
        return looked_up
    return Q(~Exists(Case.objects.filter(complained_of__in=actor.parties()))) | looked_up


def silence_may_be_broken() -> bool:
    """Whether a reporter may still ask for a case to be reopened that closed because he gave no answer. No query."""
    return Ending.NO_ANSWER in REPORTER_MAY_REOPEN and catalogue.rule("confirm_days") > 0


def is_danger(case: Case | CaseLine) -> bool:
    """Whether its words make one fear something that nobody has looked at or made safe. As `lists.DANGER` asks of the table."""
    is_unread = case.state in {State.REPORTED, State.ASKED}
    return is_unread and case.feared_id is not None and case.made_safe_at is None


def is_escalated(case: Case | CaseLine) -> bool:
    """Whether somebody above whoever had it sees to it: the first rung is its own party, reminded, unless nobody stands above."""
    return case.escalations > 1 or case.ladder_ended


def my_work(actor: Actor, *, at: datetime) -> QuerySet[Case]:
    """What this person's parties must take or do now, and what waits in his own hands; most urgent first."""
    parties = actor.parties(Duty.WORKER, Duty.MANAGER, Duty.CLERK, Duty.OFFICER)
    to_do = Q(state__in=[State.DISPATCHED, State.IN_HAND], lead_id__in=parties)
    rows = visible_to(actor).filter(to_do & (Q(handler_id=None) | Q(handler_id=actor.id)))
    return rows.order_by("due_at", "id")


def to_check(actor: Actor) -> QuerySet[Case]:
    """What waits for a check that this actor may make: not his own work. Oldest deadline first."""
    waiting = visible_to(actor).filter(may_be_checked_by(actor), state=State.TO_CHECK)
    return waiting.order_by("due_at", "id")


def offers_for(case: Case, *, actor: Actor, at: datetime) -> tuple[Offer, ...]:
    """What this actor may do with the case now, as the lifecycle's rows say."""
    return lifecycle.offers(
        State(case.state), roles=roles_now(actor, case), circumstances=circumstances(case, at)
    )


def roles(case: Case, *, actor: Actor) -> frozenset[Role]:
    """What this actor is to the case: which words of it he reads, what he may show others."""
    return roles_now(actor, case)


def timeline(case: Case, *, actor: Actor | None = None) -> list[Step]:
    """All deeds on the case, oldest first, with the words kept beside them. 2 queries, 1 or 2 more where others take part.

    actor: who reads. Of a step that leads to a case he may not open he learns neither number nor words.
    """
    steps = story("case", case.id)
    return steps if actor is None else open_to(actor, steps)


def timeline_and_reports(
    case: Case, reports: Collection[UUID], *, actor: Actor
) -> tuple[list[Step], dict[UUID, list[Step]]]:
    """The same, and the stories of these reports. As many queries."""
    told = stories_of({"case": [case.id], "report": reports})
    return open_to(actor, told.pop(case.id)), told


WAITING = frozenset({State.ASKED.value, State.TO_CHECK.value, State.TO_CONFIRM.value})


class Holding(NamedTuple):
    """One stretch of the hand-off strip: which party was accountable, from when to when (None = still).

    turn: the state in which it was somebody else's turn, "objected" while the desk looks into an objection; "" when it was that party's.
    """

    party_id: UUID
    since: datetime
    until: datetime | None
    turn: str = ""


def holdings(steps: Sequence[Step]) -> list[Holding]:
    """Who had it, how long, and for whom it waited: from the case's story. No query."""
    found: list[Holding] = []
    lead: str = ""
    state: str = ""
    objected = False
    for step in steps:
        after = step.entry.after
        lead, state = after.get("lead_id") or lead, after.get("state", state)
        objected = after.get("has_objection", objected)
        turn = "" if state not in WAITING else "objected" if objected else state
        if found and found[-1].until is None:
            if state != State.CLOSED and (str(found[-1].party_id), found[-1].turn) == (lead, turn):
                continue
            found[-1] = found[-1]._replace(until=step.entry.at)
        if lead and state != State.CLOSED:
            found.append(Holding(UUID(lead), step.entry.at, None, turn))
    return found


def pauses(case: Case) -> list[Pause]:
    """Every stretch in which the clocks stood, with reason. 1 query."""
    return _PAUSES_OF.found(case.id)


def shown(case: Case) -> list[CaseEvidence]:
    """Pictures of the work, by round and time. 1 query."""
    return _SHOWN_OF.found(case.id)


_PAUSES_OF = PreparedRows(Pause, lambda id: Pause.objects.filter(case_id=id).order_by("started_at"))
_SHOWN_OF = PreparedRows(
    CaseEvidence, lambda id: CaseEvidence.objects.filter(case_id=id).order_by("round", "at", "id")
)


def count_of_owed_calls(actor: Actor) -> int:
    """How long the desk's call-back list is, counted to COUNTED and one. 1 query, none for whoever calls nobody."""
    desks = tuple(actor.parties(Duty.CLERK, Duty.OFFICER))
    return _OWED.count(desks) if desks else 0


def _owed(desks: Collection[UUID]) -> QuerySet[CallBack]:
    return CallBack.objects.filter(done_at=None, desk_id__in=desks)


def _count_of_owed(desks: Collection[UUID]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = _owed(desks).order_by().values_list(Value(1))[: counting.COUNTED + 1]
    return found


_OWED = PreparedCount(_count_of_owed)


def owed_calls(actor: Actor) -> QuerySet[CallBack]:
    """The desk's call-back list: whom to ring up, oldest first; the case is joined."""
    desks = actor.parties(Duty.CLERK, Duty.OFFICER)
    return _owed(desks).select_related("case").order_by("made_at", "id")


def call(call_id: UUID, *, actor: Actor) -> CallBack:
    """One call of the desk's, owed or not owed any more (done_at); the case is joined. 1 query. Raises NotFound."""
    desks = actor.parties(Duty.CLERK, Duty.OFFICER)
    found: CallBack | None = (
        CallBack.objects.filter(id=call_id, desk_id__in=desks).select_related("case").first()
    )
    if found is None:
        raise NotFound("call")
    return found


def newest_part(case_id: UUID) -> Case:
    """The case that was split off last. 1 query. Raises NotFound."""
    found: Case | None = Case.objects.filter(split_from_id=case_id).order_by("-number").first()
    if found is None:
        raise NotFound("case")
    return found


def movable_reports(case_id: UUID) -> list[UUID]:
    """Reports that may be split off: all but the first that is the case's own. 1 query."""
    links = list(CaseReport.objects.filter(case_id=case_id).order_by("linked_at", "id"))
    own = [link for link in links if (link.split_into_id or link.origin_id) == case_id]
    stays = (own or links)[:1]
    return [link.report_id for link in links if link not in stays]


def solved_before(case: Case, *, actor: Actor, at: datetime) -> list[Case]:
    """What this actor may see of what was solved at this spot within the office's days, last first: perhaps it has come back. 1 query
    where nothing was, 3 at most.
    """
    return spots.solved_here(case, actor=actor, at=at)


def owes_call(case_id: UUID, report_id: UUID) -> bool:
    """Whether the reporter is still to be rung up about this case. 1 query."""
    return CallBack.objects.filter(case_id=case_id, report_id=report_id, done_at=None).exists()


def public_step(case: Case) -> int:
    """The four plain steps of the reporter: 1 received, 2 being solved, 3 please confirm, 4 done."""
    return {State.REPORTED: 1, State.ASKED: 1, State.TO_CONFIRM: 3, State.CLOSED: 4}.get(State(case.state), 2)


def solved_at(place_path: str, limit: int = 3) -> list[Case]:
    """What was last solved at a place or below it. 2 queries. For everybody's eyes: show place, category and day only."""
    return list(solvings.last_solved(place_path).filter(_for_everybody())[:limit])


def _for_everybody() -> Q:
    """What may be named at a door: what complains of nobody, and nothing that points at what somebody does at home (catalogue/discreet.py)."""
    veiled = [one.id for one in catalogue.leaves() if is_discreet(one.code)]
    return Q(complained_of=None) & (Q(category=None) | ~Q(category__in=veiled))


def solved_between(place_path: str, since: datetime, until: datetime, limit: int) -> tuple[int, list[Case]]:
    """How many were solved at a place or below it within [since, until), and the last of them. 2 queries.

    For everybody's eyes: show place and category only.
    """
    endings = (lifecycle.Ending.SOLVED.value, lifecycle.Ending.SOLVED_ON_SPOT_UNCHECKED.value)
    rows = Case.objects.filter(
        within(place_path), state=State.CLOSED, ending__in=endings, closed_at__gte=since, closed_at__lt=until
    )
    return rows.count(), list(rows.filter(_for_everybody()).order_by("-closed_at", "id")[:limit])


# The path of every case is its place's; the grid cell only while it is open: what was done in a cell that ended stays there.
_IN_ANOTHER_CELL = Q(closed_at=None, place__grid__isnull=False) & (
    Q(grid_id=None) | ~Q(grid_id=F("place__grid_id"))
)
_ELSEWHERE = ~Q(place_path=F("place__path")) | _IN_ANOTHER_CELL


def not_where_their_place_is(path: str = "/", *, after: UUID | None = None, limit: int = 50) -> list[UUID]:
    """Cases at the places of a subtree that have not followed their place, in order of their ids, behind one. 1 query."""
    rows = Case.objects.filter(_ELSEWHERE, within(path, "place__path"))
    rows = rows.filter(id__gt=after) if after else rows
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def is_where_its_place_is(case_id: UUID) -> bool:
    """Whether nothing is left to follow. 1 query; true for as long as the case is locked."""
    return not Case.objects.filter(_ELSEWHERE, id=case_id, place__isnull=False).exists()


def in_hands_of(party_ids: Iterable[UUID]) -> list[Case]:
    """Located cases that these parties have dispatched to them or in hand. 1 query."""
    states = (State.DISPATCHED, State.IN_HAND)
    rows = Case.objects.filter(state__in=states, lead_id__in=list(party_ids)).exclude(place_path="")
    return list(rows.order_by("id"))


def at_work(party_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these parties are accountable for something open. 1 query."""
    rows = Case.objects.filter(closed_at=None, lead_id__in=list(party_ids)).order_by()
    return set(rows.values_list("lead_id", flat=True).distinct())


def confirmed(limit: int) -> list[tuple[UUID, UUID]]:
    """(report, category) of the newest cases whose category a person has confirmed, newest first: what a report opened, not what joined it. 1 query."""
    rows = CaseReport.objects.filter(_CONFIRMED, origin=F("case")).order_by("-case__received_at", "-id")
    return list(rows.values_list("report_id", "case__category_id")[:limit])


def count_confirmed(most: int) -> int:
    """How many there are, counted up to a number. 1 query."""
    return len(CaseReport.objects.filter(_CONFIRMED, origin=F("case")).order_by().values_list("id")[:most])


_CONFIRMED = (
    Q(case__category__isnull=False)
    & ~Q(case__state__in=[State.REPORTED.value, State.ASKED.value])
    & ~Q(case__ending__in=[Ending.DECLINED.value, Ending.DUPLICATE.value])
)
