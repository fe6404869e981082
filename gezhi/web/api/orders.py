"""Orders from above for programs: take one in, ask which are due, write the issuer's verdict down; as the person whose token it is."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router, Schema, Status
from pydantic import Field

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import State
from gezhi.cases.orders import actions
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.actions import Terms
from gezhi.cases.orders.kinds import Answer, Issuer, OrderState
from gezhi.cases.orders.queries import Standing
from gezhi.channels.orders import telling
from gezhi.flows.take_order import Coming, take_order
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties.tokens import Scope
from gezhi.web import problems
from gezhi.web.api.describing import described
from gezhi.web.api.door import JSON, Door
from gezhi.web.api.shapes import Code, Limit, Moment, Sent
from gezhi.web.asked import Asked
from gezhi.web.naming import cursor_of, id_after, leaf, place_named

ELSEWHERE = gettext_noop("这个单号已经登记过，没有重复登记。它不在您能看到的范围内，请问总受理席。")
router = Router()


class OrderIn(Sent):
    issuer: Issuer
    number: Annotated[str, Field(min_length=1, max_length=80)]
    text: Annotated[str, Field(min_length=1)] = Field(
        description="What it says; names and ID numbers of people are taken out."
    )
    due_at: Moment
    return_until: Moment | None = Field(None, description="Until when it may be returned.")
    said_at: Moment | None = Field(None, description="When the issuer sent it.")
    category: Annotated[str, Field(max_length=200)] = Field("", description="In the issuer's words.")
    wanted: Annotated[str, Field(max_length=200)] = Field(
        "", description="In which form the answer is wanted."
    )
    contact: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="Phone of who called the issuer; kept encrypted."
    )
    place: Code | None = Field(None, description="Code of a place.")
    leaf: Code | None = Field(None, description="Code of a leaf of GET categories.")
    case: Code | None = Field(None, description="Number of the case that it is about; none opens one.")


class VerdictOut(Schema):
    responded: Answer | None
    resolved: Answer | None
    satisfied: Answer | None
    at: datetime | None


class CaseOfOrder(Schema):
    number: str
    state: State


class OrderOut(Schema):
    id: UUID
    issuer: Issuer
    number: str
    state: OrderState
    category: str
    wanted: str
    received_at: datetime
    due_at: datetime
    return_until: datetime | None
    done_at: datetime | None
    verdict: VerdictOut
    case: CaseOfOrder


class OrderPage(Schema):
    items: list[OrderOut]
    next: str | None


class OrdersWanted(Limit):
    state: OrderState | None = None
    due_before: Moment | None = None


class VerdictIn(Sent):
    responded: Answer | None = None
    resolved: Answer | None = None
    satisfied: Answer | None = None
    note: Annotated[str, Field(max_length=5000)] = ""


@router.post(
    "orders",
    auth=Door(scope=Scope.ORDERS_WRITE, body=JSON),
    response={200: OrderOut, 201: OrderOut},
    url_name="orders",
    **described("take_order", 400, 401, 403, 404, 409, 413, 415, 422, 429, closed=True),
)
def take(request: Asked, body: OrderIn) -> Any:
    """Take an order in. 201; the same issuer and number again: 200 with the one that stands, nothing added; 409 known_elsewhere when it
    stands where the person may not look.
    """
    phone = body.contact or ""
    coming = Coming(
        Terms(body.issuer.value, body.number, body.due_at, body.return_until, body.category, body.wanted),
        telling.unnamed(body.text),
        phone,
        place_named(body.place) if body.place is not None else None,
        leaf(body.leaf) if body.leaf is not None else None,
        body.said_at,
        _case(body.case, request),
    )
    taken = take_order(coming, actor=request.actor, at=request.now)
    if not taken.is_new and not orders.listed(request.actor).filter(id=taken.order_id).exists():
        return problems.answer(409, code="known_elsewhere", detail=_(ELSEWHERE))
    return Status(201 if taken.is_new else 200, _row(orders.standing(taken.order_id)))


def _case(number: str | None, request: Asked) -> UUID | None:
    if number is None:
        return None
    try:
        return cases.by_number(number, actor=request.actor).id
    except NotFound:
        raise Invalid("case", "unknown") from None


@router.get(
    "orders",
    auth=Door(scope=Scope.ORDERS_READ, asks=OrdersWanted),
    response=OrderPage,
    url_name="orders",
    **described("list_orders", 400, 401, 403, 422, 429, closed=True),
)
def list_orders(request: Asked, wanted: Query[OrdersWanted]) -> dict[str, Any]:
    """Orders that the person may see, newest first. 3 queries; tokens and posts apart."""
    if not orders.sees_orders(request.actor):
        raise NotYours(deed="orders")
    rows = orders.due_before(
        request.actor, wanted.due_before, wanted.state.value if wanted.state else ""
    ).order_by("-id")
    if (after := id_after(wanted.cursor)) is not None:
        rows = rows.filter(id__lt=after)
    found = orders.with_cases(rows[: wanted.limit + 1])
    items = found[: wanted.limit]
    more = len(found) > len(items)
    return {"items": [_row(one) for one in items], "next": cursor_of(items[-1].order.id) if more else None}


@router.post(
    "orders/{order_id}/verdict",
    auth=Door(scope=Scope.ORDERS_WRITE, body=JSON),
    response=OrderOut,
    url_name="order_verdict",
    **described("judge_order", 400, 401, 403, 404, 413, 415, 422, 429, closed=True),
)
def judge(request: Asked, order_id: UUID, body: VerdictIn) -> dict[str, Any]:
    """What the issuer says of our answer; the newest word counts."""
    said = {name: value.value for name in actions.VERDICT if (value := getattr(body, name)) is not None}
    actions.note_verdict(order_id, said, body.note, actor=request.actor, at=request.now)
    return _row(orders.standing(order_id))


def _row(one: Standing) -> dict[str, Any]:
    order = one.order
    plain = (
        "id",
        "issuer",
        "number",
        "state",
        "category",
        "wanted",
        "received_at",
        "due_at",
        "return_until",
        "done_at",
    )
    return {
        **{name: getattr(order, name) for name in plain},
        "verdict": {
            **{name: getattr(order, name) or None for name in actions.VERDICT},
            "at": order.judged_at,
        },
        "case": {"number": one.case.number, "state": one.case.state},
    }
