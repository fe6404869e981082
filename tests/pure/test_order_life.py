"""What may be done with an order, and from where: every pair of state and deed."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from gezhi.cases.orders.kinds import OrderState
from gezhi.cases.orders.life import ARROWS, decide, offers
from gezhi.kernel.refusal import Invalid, NotFromHere

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
PAIRS = sorted(product([arrow.deed for arrow in ARROWS], OrderState))
DRAWN = {(arrow.deed, source): arrow.target for arrow in ARROWS for source in arrow.sources}


@pytest.mark.parametrize(("deed", "state"), PAIRS)
def test_only_drawn_arrows_are_taken(deed: str, state: OrderState) -> None:
    if (deed, state) in DRAWN:
        assert decide(deed, state, return_until=None, at=NOON) == DRAWN[deed, state]
        assert deed in offers(state, return_until=None, at=NOON)
    else:
        with pytest.raises(NotFromHere):
            decide(deed, state, return_until=None, at=NOON)
        assert deed not in offers(state, return_until=None, at=NOON)


@pytest.mark.parametrize(("late", "is_over"), [(timedelta(), False), (timedelta(microseconds=1), True)])
def test_the_window_for_returning_ends_to_the_moment(late: timedelta, is_over: bool) -> None:
    assert ("return" not in offers("open", return_until=NOON, at=NOON + late)) == is_over
    if is_over:
        with pytest.raises(Invalid):
            decide("return", "open", return_until=NOON, at=NOON + late)
