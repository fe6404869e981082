"""What may be done with an order, and from where. PURE.

An order is never closed by its case: it waits until it is answered or returned, whatever the case has become.
"""

from datetime import datetime
from typing import NamedTuple

from gezhi.cases.orders.kinds import OrderState
from gezhi.kernel.refusal import Invalid, NotFromHere

WAITING = frozenset({OrderState.OPEN, OrderState.ASKED})


class Arrow(NamedTuple):
    """One deed: from which states, into which."""

    deed: str
    sources: frozenset[OrderState]
    target: OrderState


ARROWS = (
    #     deed                from                                  to
    Arrow("answer", WAITING, OrderState.ANSWERED),
    Arrow("return", WAITING, OrderState.RETURNED),
    Arrow("ask_extension", frozenset({OrderState.OPEN}), OrderState.ASKED),
    Arrow("grant_extension", frozenset({OrderState.ASKED}), OrderState.OPEN),
    Arrow("refuse_extension", frozenset({OrderState.ASKED}), OrderState.OPEN),
    Arrow("send_back", frozenset({OrderState.ANSWERED, OrderState.RETURNED}), OrderState.OPEN),
)
_BY_DEED = {arrow.deed: arrow for arrow in ARROWS}


def decide(deed: str, state: str, *, return_until: datetime | None, at: datetime) -> OrderState:
    """The state it comes into. Raises NotFromHere, Invalid("reason", "window_over") for a return after the issuer's window."""
    arrow = _BY_DEED[deed]
    if OrderState(state) not in arrow.sources:
        raise NotFromHere(f"order_{state}")
    if deed == "return" and return_until is not None and at > return_until:
        raise Invalid("reason", "window_over", until=return_until)
    return arrow.target


def offers(state: str, *, return_until: datetime | None, at: datetime) -> tuple[str, ...]:
    """The deeds that `decide` lets through now, in the order of the table."""
    is_over = return_until is not None and at > return_until
    return tuple(
        arrow.deed
        for arrow in ARROWS
        if OrderState(state) in arrow.sources and not (arrow.deed == "return" and is_over)
    )
