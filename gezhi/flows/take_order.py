"""An order from above becomes a report with its case, or joins a case that is known: one transaction, once per issuer and number.

Source: docs/adr/0026-orders.md. Its text comes through `receive_report` like every other voice; what the issuer wants stands beside it.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.orders import actions as orders
from gezhi.cases.orders import queries as known_orders
from gezhi.cases.orders.actions import Terms
from gezhi.cases.orders.number import number_key
from gezhi.flows.receive_and_join import receive_and_join_or_nothing
from gezhi.flows.receive_report import Voice
from gezhi.journal.actions import record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.places.queries import PlaceRow
from gezhi.reports.actions import publish_left
from gezhi.reports.intake import OURS, Intake

SOURCE = "order"


@dataclass(frozen=True, slots=True)
class Coming:
    """An order as it came. text: what it says, names and phone taken out; phone: of who called the issuer, "" when none is named.

    into: the case that a person says it is about; None opens one.
    """

    terms: Terms
    text: str
    phone: str = ""
    place: PlaceRow | None = None
    category: UUID | None = None
    said_at: datetime | None = None
    into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The order that stands now. is_new False: it was there already, and nothing was added."""

    order_id: UUID
    is_new: bool


class AsRead(Protocol):
    """An order as a parser of its issuer's layout gives it (channels.orders.paste.Read)."""

    @property
    def issuer(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def return_until(self) -> datetime | None: ...
    @property
    def said_at(self) -> datetime | None: ...
    @property
    def category(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def text(self) -> str: ...


def coming_of(read: AsRead) -> Coming:
    """An order that was read whole. Raises ValueError when nobody read when it is due."""
    if read.due_at is None:
        raise ValueError("an order is due some day")
    terms = Terms(read.issuer, read.number, read.due_at, read.return_until, read.category, read.wanted)
    return Coming(terms, read.text, read.phone, said_at=read.said_at)


def take_order(coming: Coming, *, actor: Actor, at: datetime) -> Taken:
    """Take one in. Raises NotYours, Invalid (of Terms, of the report, into), Missing."""
    if not known_orders.sees_orders(actor):
        raise NotYours(deed="take_order")
    terms = orders.judged(coming.terms)
    try:
        return _take(replace(coming, terms=terms), actor=actor, at=at)
    except Invalid as refused:
        if refused.code != "other_body":
            raise
    taken = known_orders.known(terms.issuer, terms.number)  # somebody was faster by a moment
    if taken is None:
        raise Invalid("number", "taken")
    return Taken(taken.id, is_new=False)


@transaction.atomic
def _take(coming: Coming, *, actor: Actor, at: datetime) -> Taken:
    terms = coming.terms
    if taken := known_orders.known(terms.issuer, terms.number):
        publish_left([taken.report_id], actor=actor, at=at)  # of a sheet that came in by half only
        return Taken(taken.id, is_new=False)
    if coming.into is not None:  # said where the known case lies, and of its category
        coming = replace(coming, place=None, category=None)
    voice = Voice(as_intake(coming, terms), coming.place)
    received = receive_and_join_or_nothing(voice, _into(coming, actor), actor=actor, at=at).received
    if not received.is_new:  # by its key: the same order a moment ago
        raise Invalid("key", "other_body")
    order, deed = orders.take_in(received.report_id, terms, at=at)
    record(deed, actor=actor, at=at)
    orders.put_clock(received.report_id, actor=actor, at=at)
    return Taken(order.id, is_new=True)


def _into(coming: Coming, actor: Actor) -> str:
    """The number of the case that a person says it is about; "" for none. Raises Invalid("into", "unknown")."""
    if coming.into is None:
        return ""
    try:
        return str(cases.by_id(coming.into, actor=actor).number)
    except NotFound:
        raise Invalid("into", "unknown") from None


def as_intake(coming: Coming, terms: Terms) -> Intake:
    """Its report. terms: judged."""
    place = coming.place
    number = hashlib.sha256(f"{terms.issuer}\n{number_key(terms.number)}".encode()).hexdigest()
    return Intake(
        channel=SOURCE,
        text=coming.text,
        place=place.id if place else None,
        place_path=place.path if place else "",
        category=coming.category,
        contact=coming.phone,
        said_at=coming.said_at,
        key=f"order-{number}",
        maker=OURS,
        source=f"{SOURCE}:{terms.issuer}",
        external_number=terms.number,
    )
