"""Bring in a sheet of orders: all of it or nothing, the same one again adds nothing. Judged whole before the first write, then written in short batches that one small write
publishes, as messages are (import_messages.py); a run that was killed is taken up where it stopped, or published by whoever meets its orders.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.opening import Opening, open_many
from gezhi.cases.orders import actions as orders
from gezhi.cases.orders import queries as known_orders
from gezhi.cases.orders.number import number_key
from gezhi.cases.titles import titled
from gezhi.flows.suggest import feared
from gezhi.flows.take_order import Coming, as_intake
from gezhi.journal.actions import record
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties.days import local_day
from gezhi.reports.actions import (
    judged_rows,
    publish_left,
    publish_run,
    publish_stale,
    receive_many,
    start_run,
)
from gezhi.reports.receipts import Received, known

BROKEN_OFF = timedelta(hours=1)
BATCH = 10  # orders per transaction
MOST_TRIES = 3  # of a batch, when others are faster with one of its numbers


class Brought(NamedTuple):
    """read = new + known."""

    read: int
    new: int
    known: int


def import_orders(
    issuer: str, coming: Sequence[Coming], *, file_digest: str, actor: Actor, at: datetime
) -> Brought:
    """Take in the orders of one judged sheet. Call it outside any transaction. Raises NotYours, Invalid (nothing was written then;
    `row` = index of the culprit).
    """
    if not known_orders.sees_orders(actor):
        raise NotYours(deed="take_order")
    judged = _judged(coming)
    # a run of this very file: who sends another one at the same time shares nothing with it
    run = start_run(f"order:{issuer}:{file_digest[:20]}", file_digest, actor=actor, at=at)
    year = local_day(at).year
    receipts: list[Received] = []
    for start in range(0, len(judged), BATCH):
        numbers.stock_up(year, BATCH)
        receipts += _write(judged[start : start + BATCH], run, actor=actor, at=at)
    try:
        new, known = publish_run(run, read=len(judged), actor=actor, at=at)
    except NotFound:  # who sent the same file, or met one of its orders, has published it
        new = sum(one.is_new for one in receipts)
        known = len(judged) - new
    publish_left([one.report_id for one in receipts if not one.is_new], actor=actor, at=at)
    return Brought(len(judged), new, known)


def _judged(coming: Sequence[Coming]) -> list[tuple[orders.Terms, Coming]]:
    """Each with its terms in one spelling. Whatever writing one would refuse is refused here: a run that began is never refused."""
    found = []
    for row, one in enumerate(coming):
        try:
            found.append((orders.judged(one.terms), one))
        except Invalid as bad:
            raise Invalid(bad.field, bad.code, row=row, limit=bad.details.get("limit", "")) from bad
    judged_rows([as_intake(one, terms) for terms, one in found])
    return found


def show_left(*, at: datetime) -> None:
    """Orders of sheets that broke off an hour ago are shown as far as they came: their clocks run. Who sends the sheet again has the rest."""
    publish_stale("order:", before=at - BROKEN_OFF, actor=SYSTEM, at=at)


def _write(
    batch: Sequence[tuple[orders.Terms, Coming]], run: UUID, *, actor: Actor, at: datetime
) -> list[Received]:
    """One batch; when somebody was faster with one of its numbers, once more: it is known then."""
    for _ in range(MOST_TRIES - 1):
        try:
            return _write_once(batch, run, actor=actor, at=at)
        except IntegrityError:
            continue
    return _write_once(batch, run, actor=actor, at=at)


@transaction.atomic
def _write_once(
    batch: Sequence[tuple[orders.Terms, Coming]], run: UUID, *, actor: Actor, at: datetime
) -> list[Received]:
    receipts = _received(batch, run, at)
    fresh = [(receipt, *pair) for receipt, pair in zip(receipts, batch, strict=True) if receipt.deed]
    openings = [
        Opening(
            receipt.report_id,
            titled(one.text),
            "order",
            is_askable=bool(one.phone),
            run_id=run,
            feared=feared(one.text),
        )
        for receipt, _terms, one in fresh
    ]
    cases = open_many(openings, at=at) if openings else []
    taken = [orders.take_in(receipt.report_id, terms, at=at)[1] for receipt, terms, _one in fresh]
    deeds = [*(receipt.deed for receipt, _terms, _one in fresh if receipt.deed), *cases, *taken]
    if deeds:
        record(*deeds, actor=actor, at=at)
    for receipt, _terms, _one in fresh:
        orders.put_clock(receipt.report_id, actor=actor, at=at)
    return receipts


def _received(batch: Sequence[tuple[orders.Terms, Coming]], run: UUID, at: datetime) -> list[Received]:
    """A receipt for each. What is there under another spelling of its number is known."""
    keys = [number_key(terms.number) for terms, _one in batch]
    there = known_orders.known_many(batch[0][0].issuer, keys)
    fresh = [as_intake(one, terms) for key, (terms, one) in zip(keys, batch, strict=True) if key not in there]
    new = iter(receive_many(fresh, run, at=at) if fresh else [])
    return [known(there[key]) if key in there else next(new) for key in keys]
