"""A case is left out of all figures when somebody asks for it with a reason and another person agrees. Journalled; listed under the figures."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role
from gezhi.cases.policy import roles_for, visible_to
from gezhi.insight.figures.standing import EXCLUSION, GRANTED
from gezhi.insight.models import Exclusion
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours
from gezhi.kernel.text import BadText, clean_name
from gezhi.ledger.models import Line
from gezhi.tenancy.prepared import Prepared

REASON_LIMIT = 300
MOST = 100  # listed under the figures


@transaction.atomic
def ask(number: str, reason: str, *, actor: Actor, at: datetime) -> Exclusion:
    """Ask that a case be left out. Raises NotFound (case), NotYours, Invalid (reason: required, BadText's codes; number: excluded_already)."""
    case = cases.by_number(number, actor=actor)
    if actor.id is None or not roles_for(actor, case) & {Role.DESK, Role.APPROVER}:
        raise NotYours(deed="ask_exclusion")
    row = Exclusion(case_id=case.id, reason=_reason(reason), asked_by_id=actor.id, asked_at=at)
    try:
        with transaction.atomic():
            Exclusion.objects.bulk_create([row])
    except IntegrityError:
        return _the_same(row)
    after = {"case": str(case.id), "state": row.state, "asked_by": str(actor.id)}
    deed = Deed(EXCLUSION, row.id, "exclusion_asked", after=after, words={"text": row.reason}, is_first=True)
    record(deed, actor=actor, at=at)
    return row


def granted() -> int:
    """How many cases are left out; one that is stays so. 1 query."""
    return Exclusion.objects.filter(state=Exclusion.GRANTED).count()


def _the_same(asked: Exclusion) -> Exclusion:
    """What was sent twice is there once. Raises Invalid("number", "excluded_already") when it is another's, or another reason."""
    there: Exclusion | None = (
        Exclusion.objects.filter(case_id=asked.case_id).exclude(state=Exclusion.REFUSED).first()
    )
    if there is None or (there.asked_by_id, there.reason) != (asked.asked_by_id, asked.reason):
        raise Invalid("number", "excluded_already")
    return there


def _reason(text: str) -> str:
    try:
        found = clean_name(text, REASON_LIMIT)
    except BadText as bad:
        raise Invalid("reason", bad.code, **bad.details) from bad
    if not found:
        raise Invalid("reason", "required")
    return found


@transaction.atomic
def review(exclusion_id: UUID, *, grant: bool, actor: Actor, at: datetime) -> Exclusion:
    """Agree or not. Raises NotFound, NotYours (no approver there, or it is his own), NotFromHere (reviewed already)."""
    row: Exclusion | None = Exclusion.objects.select_for_update(no_key=True).filter(id=exclusion_id).first()
    case = visible_to(actor).filter(id=row.case_id).first() if row else None
    if row is None or case is None:
        raise NotFound("exclusion")
    if not may_review(row, actor) or Role.APPROVER not in roles_for(actor, case):
        raise NotYours(deed="review_exclusion")
    if row.state != Exclusion.ASKED:
        raise NotFromHere(state=row.state, event="review_exclusion")
    row.state = Exclusion.GRANTED if grant else Exclusion.REFUSED
    row.reviewed_by_id, row.reviewed_at = actor.id, at
    row.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    event = GRANTED if grant else "exclusion_refused"
    deed = Deed(EXCLUSION, row.id, event, before={"state": Exclusion.ASKED}, after={"state": row.state})
    record(deed, actor=actor, at=at)
    return row


def may_review(row: Exclusion, actor: Actor) -> bool:
    """Nobody reviews what he asked for himself."""
    return row.asked_by_id != actor.id


def are_any() -> bool:
    """Whether the office has an exclusion that holds or waits. 1 query."""
    return bool(_STANDING.rows())


_STANDING = Prepared(lambda: Exclusion.objects.exclude(state=Exclusion.REFUSED).values_list("id")[:1])


def among(lines: QuerySet[Line]) -> QuerySet[Exclusion]:
    """Those of these lines' cases that hold or wait. The few exclusions are walked and the line of each looked up: a ground has lines by the million."""
    its = Exists(lines.order_by().filter(case_id=OuterRef("case_id")))
    found: QuerySet[Exclusion] = Exclusion.objects.filter(its).exclude(state=Exclusion.REFUSED)
    return found


def listed(lines: QuerySet[Line], *, actor: Actor) -> list[Exclusion]:
    """Those of these lines' cases that hold or wait, newest first, with their cases. 1 query and that of `visible_to`."""
    rows = among(lines).filter(cases.is_visible(actor, "case_id"))
    return list(rows.select_related("case").order_by("-asked_at", "id")[:MOST])
