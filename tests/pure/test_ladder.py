"""The ladder of an overdue case: each party once, only upwards, and the officer's party last (I10)."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.routing.ladder import Rung, chain_of, rung

COMPANY, DESK, OFFICE, DISTRICT = (UUID(int=number) for number in range(1, 5))


def test_it_begins_with_whoever_has_it_and_goes_by_the_desk_to_the_officer() -> None:
    assert chain_of(COMPANY, DESK, [OFFICE, DISTRICT]) == (COMPANY, DESK, OFFICE, DISTRICT)


def test_a_desk_that_has_it_itself_stands_there_once() -> None:
    assert chain_of(DESK, DESK, [OFFICE]) == (DESK, OFFICE)


def test_from_a_party_above_the_desk_it_does_not_come_down_again() -> None:
    assert chain_of(OFFICE, DESK, [OFFICE, DISTRICT]) == (OFFICE, DISTRICT)
    assert chain_of(OFFICE, DESK, [OFFICE]) == (OFFICE,)


def test_each_escalation_goes_one_rung_up_and_stays_on_the_last() -> None:
    chain = chain_of(COMPANY, DESK, [OFFICE])
    assert [rung(chain, times) for times in range(5)] == [
        Rung(COMPANY, False),
        Rung(DESK, False),
        Rung(OFFICE, True),
        Rung(OFFICE, True),
        Rung(OFFICE, True),
    ]


def test_a_ladder_without_rungs_is_a_bug() -> None:
    with pytest.raises(ValueError, match="rung"):
        rung((), 0)


PARTIES = st.sampled_from([COMPANY, DESK, OFFICE, DISTRICT])


@given(lead=PARTIES, above=st.lists(st.sampled_from([OFFICE, DISTRICT]), unique=True))
def test_it_always_ends_where_the_desks_own_chain_ends(lead: UUID, above: list[UUID]) -> None:
    chain = chain_of(lead, DESK, above)
    assert chain[0] == lead
    assert chain[-1] == (above[-1] if above else DESK)
    assert len(set(chain)) == len(chain)
