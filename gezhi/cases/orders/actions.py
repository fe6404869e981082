"""Take an order in, answer it, return it, ask for more time, write the issuer's verdict down. Each deed is journalled under "order".

The case is locked before the order, as by every move. Words (answers, reasons) stand in the journal's words, which can be erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role
from gezhi.cases.models import CaseReport
from gezhi.cases.orders import clock
from gezhi.cases.orders.kinds import Answer, Issuer, OrderState
from gezhi.cases.orders.life import decide
from gezhi.cases.orders.models import Order
from gezhi.cases.orders.number import number_key
from gezhi.cases.orders.queries import acting, words_of
from gezhi.cases.policy import roles_for
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotYours
from gezhi.kernel.text import BadText, clean, clean_name

NUMBER_LIMIT = 80
CATEGORY_LIMIT = 200
WORDS_LIMIT = 5000
VERDICT = ("responded", "resolved", "satisfied")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the issuer wants, in its own terms. number: cleaned; due_at, return_until: aware."""

    issuer: str
    number: str
    due_at: datetime
    return_until: datetime | None = None
    category: str = ""
    wanted: str = ""


def judged(terms: Terms) -> Terms:
    """The same with one spelling. Raises Invalid: issuer (unknown), number (required and of the text), due_at, return_until (after_due)."""
    if terms.issuer not in Issuer.values:
        raise Invalid("issuer", "unknown")
    number = _name(terms.number, "number", NUMBER_LIMIT)
    if not number:
        raise Invalid("number", "required")
    category = _name(terms.category, "their_category", CATEGORY_LIMIT)
    wanted = _name(terms.wanted, "wanted", CATEGORY_LIMIT)
    return Terms(terms.issuer, number, terms.due_at, terms.return_until, category, wanted)


def _name(text: str, field: str, limit: int) -> str:
    try:
        return clean_name(text, limit)
    except BadText as bad:
        raise Invalid(field, bad.code, **bad.details) from bad


def take_in(report_id: UUID, terms: Terms, *, at: datetime) -> tuple[Order, Deed]:
    """Write an order beside its fresh report, in the caller's transaction; the deed is for the caller to record. 1 INSERT."""
    order = Order(
        report_id=report_id,
        issuer=terms.issuer,
        number=terms.number,
        number_key=number_key(terms.number),
        category=terms.category,
        wanted=terms.wanted,
        received_at=at,
        due_at=terms.due_at,
        return_until=terms.return_until,
    )
    Order.objects.bulk_create([order])
    after = {
        "issuer": terms.issuer,
        "number": terms.number,
        "report": report_id,
        "due_at": terms.due_at,
        "return_until": terms.return_until,
        "state": OrderState.OPEN.value,
    }
    return order, Deed("order", order.id, "order_received", after=after, is_first=True)


def put_clock(report_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The case of a report goes by the clock of its orders, in the caller's transaction."""
    case = cases.locked(CaseReport.objects.values_list("case_id", flat=True).get(report_id=report_id))
    if deed := clock.follow(case):
        record(deed, actor=actor, at=at)


@transaction.atomic
def do(
    order_id: UUID, deed: str, words: str, *, until: datetime | None = None, actor: Actor, at: datetime
) -> Order:
    """One deed of `life.ARROWS` on an order. words: the answer, or the reason. until: of `ask_extension` and `grant_extension`.

    Raises NotFound, NotYours, NotFromHere, Invalid (words, until, reason: window_over), Missing (answer, reason, until).
    """
    order, case = _held(order_id, actor)
    said = _words(words)
    target = decide(deed, order.state, return_until=order.return_until, at=at)
    if deed in NEEDS and not said:
        raise Missing([NEEDS[deed]])
    before = _plain(order)
    _carry_out(order, deed, target, until, at)
    after = _plain(order)
    order.save(update_fields=FIELDS)
    gone = [name for name in FIELDS if before[name] != after[name]]
    told = Deed(
        "order",
        order.id,
        f"order_{deed}",
        before={name: before[name] for name in gone},
        after={name: after[name] for name in gone},
        words={"text": said},
    )
    follows = clock.follow(case)
    record(told, *([follows] if follows else []), actor=actor, at=at)
    return order


NEEDS: Mapping[str, str] = {"answer": "order_answer", "return": "reason", "ask_extension": "reason"}
FIELDS = ("state", "due_at", "asked_until", "done_at")


def _plain(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in FIELDS}


def _carry_out(order: Order, deed: str, target: OrderState, until: datetime | None, at: datetime) -> None:
    order.state = target.value
    order.done_at = at if target in {OrderState.ANSWERED, OrderState.RETURNED} else None
    if deed == "ask_extension":
        order.asked_until = _later(until, order.due_at)
    elif deed == "grant_extension":
        order.due_at, order.asked_until = _later(until or order.asked_until, order.due_at), None
    elif deed == "send_back":
        order.due_at = until or order.due_at
    if target is not OrderState.ASKED:
        order.asked_until = None


def _later(until: datetime | None, due: datetime) -> datetime:
    if until is None:
        raise Missing(["until"])
    if until <= due:
        raise Invalid("until", "not_later")
    return until


def _words(text: str) -> str:
    try:
        return clean(text, WORDS_LIMIT) if text.strip() else ""
    except BadText as bad:
        raise Invalid("text", bad.code, **bad.details) from bad


@transaction.atomic
def note_verdict(
    order_id: UUID, verdict: Mapping[str, str], words: str, *, actor: Actor, at: datetime
) -> Order:
    """What the issuer says of our answer: responded, resolved, satisfied, each yes, no or unknown. The newest word counts, the same again
    changes nothing.

    Raises NotFound, NotYours, Invalid (a line of the verdict: unknown; text), Missing("verdict") when nothing is said.
    """
    order, _case = _held(order_id, actor)
    if strange := [name for name in VERDICT if verdict.get(name, "") not in {"", *Answer.values}]:
        raise Invalid(strange[0], "unknown")
    said = {name: verdict[name] for name in VERDICT if verdict.get(name)}
    if not said:
        raise Missing(["order_verdict"])
    before, told = {name: getattr(order, name) for name in said}, _words(words)
    if before == said and told in {"", words_of(order.id, "verdict")}:
        return order
    for name, value in said.items():
        setattr(order, name, value)
    order.judged_at = at
    order.save(update_fields=[*said, "judged_at"])
    deed = Deed("order", order.id, "order_verdict", before=before, after=dict(said), words={"text": told})
    record(deed, actor=actor, at=at)
    return order


def _held(order_id: UUID, actor: Actor) -> tuple[Order, Any]:
    """The order and its case, both locked; the case as whoever acts for the desk sees it."""
    order, case = acting(order_id, actor=actor)
    locked = cases.locked(case.id)
    if not roles_for(actor, locked) & {Role.DESK, Role.APPROVER}:
        raise NotYours(deed="order")
    held: Order | None = Order.objects.select_for_update(no_key=True).filter(id=order.id).first()
    if held is None or not CaseReport.objects.filter(report_id=held.report_id, case_id=locked.id).exists():
        raise NotFound("order")
    return held, locked
