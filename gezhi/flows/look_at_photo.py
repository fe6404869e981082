"""The desk looks at one picture of a case: covers what nobody may see, and says whether everybody may see the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases import links
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role
from gezhi.evidence import looking
from gezhi.evidence import queries as evidence
from gezhi.evidence.queries import EvidenceRow
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, NotYours

DESK = frozenset({Role.DESK, Role.APPROVER})


def may_look(roles: frozenset[Role]) -> bool:
    """The desk alone, as for restating words."""
    return bool(roles & DESK)


def ask_to_look(case_id: UUID, evidence_id: UUID, *, actor: Actor) -> EvidenceRow:
    """The picture, when it is this case's and the actor may decide about it. Raises NotFound, NotYours."""
    case = cases.by_id(case_id, actor=actor)
    row = evidence.by_ids([evidence_id]).get(evidence_id)
    if row is None or case_of(row) != case.id:
        raise NotFound("photo")
    if not may_look(cases.roles(case, actor=actor)):
        raise NotYours(deed="look_at_photo")
    return row


def case_of(row: EvidenceRow) -> UUID | None:
    """The case a picture is part of now; None before its form was sent. At most 1 query."""
    if row.claimed_kind != "report" or row.claimed_id is None:
        return row.claimed_id
    try:
        return cases.of_report(row.claimed_id).id
    except NotFound:
        return None


class Elsewhere(NamedTuple):
    """The same picture in another case: its number, and which of its pictures."""

    number: str
    evidence_id: UUID


def seen_before(rows: Sequence[EvidenceRow], *, actor: Actor) -> dict[UUID, list[Elsewhere]]:
    """By picture, the other cases that have it, nearest first, each once; those the actor may not open are left out.

    5 queries, however many are asked about.
    """
    near = evidence.alike([row.id for row in rows])
    others = [other for found in near.values() for other in found]
    reports = {row.claimed_id for row in (*rows, *others) if row.claimed_id and row.claimed_kind == "report"}
    homes = links.homes(reports) if reports else {}

    def home(row: EvidenceRow) -> UUID | None:
        is_report = row.claimed_kind == "report" and row.claimed_id is not None
        return homes.get(row.claimed_id) if is_report and row.claimed_id else row.claimed_id

    numbers = cases.numbers({id for one in others if (id := home(one))}, actor=actor) if others else {}
    found: dict[UUID, list[Elsewhere]] = {}
    for row in rows:
        nearest: dict[UUID, Elsewhere] = {}
        for other in near.get(row.id, ()):
            case = home(other)
            if case in numbers and case != home(row) and case is not None:
                nearest.setdefault(case, Elsewhere(numbers[case], other.id))
        found[row.id] = [*nearest.values()]
    return found


@transaction.atomic
def redact(
    case_id: UUID,
    evidence_id: UUID,
    boxes: Sequence[Sequence[float]],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Cover parts of it. Raises NotFound, NotYours, Missing("reason"), Invalid("boxes")."""
    ask_to_look(case_id, evidence_id, actor=actor)
    looking.redact(evidence_id, boxes, reason, actor=actor, at=at)


@transaction.atomic
def go_back(case_id: UUID, evidence_id: UUID, reason: str, *, seen: UUID, actor: Actor, at: datetime) -> None:
    """Cover what was covered before the last change. seen: the change that was looked at. Raises NotFound, NotYours, NotFromHere."""
    ask_to_look(case_id, evidence_id, actor=actor)
    looking.go_back(evidence_id, reason, seen=seen, actor=actor, at=at)


@transaction.atomic
def decide(case_id: UUID, evidence_id: UUID, *, is_public: bool, actor: Actor, at: datetime) -> None:
    """Whether everybody may see it. Raises NotFound, NotYours."""
    ask_to_look(case_id, evidence_id, actor=actor)
    deed = looking.show_to_all if is_public else looking.keep_from_all
    deed(evidence_id, actor=actor, at=at)


def public_photos(case_ids: Sequence[UUID]) -> dict[UUID, list[EvidenceRow]]:
    """What everybody may see of each case: the reports' pictures first, then those of the work. 3 queries, none for no case."""
    if not case_ids:
        return {}
    reports = cases.report_ids(case_ids)
    case_by_report = {report: case for case, ids in reports.items() for report in ids}
    found: dict[UUID, list[EvidenceRow]] = {id: [] for id in case_ids}
    case_by_claim = case_by_report | {id: id for id in case_ids}
    for row in (*evidence.public_of("report", case_by_report), *evidence.public_of("case", case_ids)):
        if row.claimed_id in case_by_claim:
            found[case_by_claim[row.claimed_id]].append(row)
    return found
