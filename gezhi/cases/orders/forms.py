"""The issuers' own forms as the office uploaded them. Whether a file may be kept is judged by `channels.orders.papers` before."""

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases.orders.kinds import Issuer, Paper
from gezhi.cases.orders.models import OrderForm
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours


class FormRow(NamedTuple):
    """A form without its bytes."""

    id: UUID
    issuer: str
    paper: str
    suffix: str
    added_at: datetime


def forms() -> list[FormRow]:
    """All of them. 1 query."""
    rows = OrderForm.objects.order_by("issuer", "paper", "suffix")
    return [FormRow(*row) for row in rows.values_list(*FormRow._fields)]


def form_of(issuer: str, paper: str, suffix: str) -> bytes | None:
    """The office's form, None where it has none of its own. 1 query."""
    rows = OrderForm.objects.filter(issuer=issuer, paper=paper, suffix=suffix)
    found = rows.values_list("data", flat=True).first()
    return None if found is None else bytes(found)


@transaction.atomic
def keep(issuer: str, paper: str, suffix: str, data: bytes, *, actor: Actor, at: datetime) -> UUID:
    """Keep a judged form, in the place of an earlier one; the same again changes nothing. Raises NotYours, Invalid("issuer"), Invalid("paper")."""
    _keeps(actor)
    if issuer not in Issuer.values:
        raise Invalid("issuer", "unknown")
    if paper not in Paper.values:
        raise Invalid("paper", "unknown")
    sha256 = hashlib.sha256(data).hexdigest()
    there = OrderForm.objects.filter(issuer=issuer, paper=paper, suffix=suffix, sha256=sha256)
    if (same := there.values_list("id", flat=True).first()) is not None:
        return UUID(str(same))
    row: OrderForm
    row, is_new = OrderForm.objects.select_for_update(no_key=True).update_or_create(
        issuer=issuer, paper=paper, suffix=suffix, defaults={"data": data, "sha256": sha256, "added_at": at}
    )
    after = {"issuer": issuer, "paper": paper, "suffix": suffix, "file": sha256}
    record(Deed("order_form", row.id, "keep_form", after=after, is_first=is_new), actor=actor, at=at)
    return row.id


@transaction.atomic
def drop(form_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Our own plain form stands there again. Raises NotYours, NotFound."""
    _keeps(actor)
    row: OrderForm | None = OrderForm.objects.select_for_update(no_key=True).filter(id=form_id).first()
    if row is None:
        raise NotFound("order_form")
    before = {"issuer": row.issuer, "paper": row.paper, "suffix": row.suffix, "file": row.sha256}
    OrderForm.objects.filter(id=form_id).delete()
    record(Deed("order_form", form_id, "drop_form", before=before), actor=actor, at=at)


def may_keep(actor: Actor) -> bool:
    """Administrators and officers."""
    return actor.kind is ActorKind.SYSTEM or actor.has(Duty.ADMIN, Duty.OFFICER)


def _keeps(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotYours(deed="keep_form")
