"""Seventy-six bent tables, each noticed by a promise of the model: what the model would not notice, it does not prove."""

from collections import Counter

import pytest

from gezhi.cases.lifecycle import ARROWS, State
from tests.formal.mutants import MUTANTS, Mutant, noticed, the


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_bent_table_is_noticed(mutant: Mutant) -> None:
    broken = noticed(mutant)
    assert broken is not None, f"{mutant.name}: every promise still holds"


def test_there_are_at_least_sixty_and_no_two_are_the_same() -> None:
    assert len(MUTANTS) >= 60
    assert len({mutant.rows() for mutant in MUTANTS}) == len(MUTANTS)
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1


def test_every_row_that_moves_a_case_is_bent_at_least_once() -> None:
    bent = {mutant.row for mutant in MUTANTS}
    straight = [arrow for arrow in ARROWS if arrow.source is not arrow.target and arrow not in bent]
    assert straight == [], "bend the row in tests/formal/mutants.py, in the way that would hurt most"


def test_every_column_is_bent_by_some_mutant() -> None:
    changed = Counter(
        column
        for mutant in MUTANTS
        for column in ("target", "who", "needs", "when", "ending", "claims", "next_round")
        if mutant.changed is not None and getattr(mutant.changed, column) != getattr(mutant.row, column)
    )
    dropped = sum(mutant.changed is None for mutant in MUTANTS)
    assert min(changed[column] for column in ("target", "who", "needs", "when", "next_round")) >= 5
    assert (changed["ending"] >= 2, changed["claims"] >= 1, dropped >= 10) == (True, True, True)


def test_a_mutant_of_a_row_that_is_no_more_says_so() -> None:
    with pytest.raises(ValueError, match="0 rows are accept from closed"):
        the("accept", State.CLOSED)
