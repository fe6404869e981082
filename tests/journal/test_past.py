"""What stood in a row at an earlier moment is its journal, taken back."""

from datetime import timedelta

import pytest

from gezhi.journal.past import Deed, earlier, undone
from gezhi.tenancy.clock import new_id

CHANGES = [Deed(2, {"name": "甲", "grid": "A1"}), Deed(3, {"name": "乙"}), Deed(4, {"closed_on": None})]


@pytest.mark.parametrize("order", [CHANGES, CHANGES[::-1]], ids=["oldest first", "newest first"])
def test_the_oldest_of_the_later_deeds_says_what_stood_there(order: list[Deed]) -> None:
    assert undone(order) == {"name": "甲", "grid": "A1", "closed_on": None}


def test_nothing_later_leaves_all_as_it_is() -> None:
    assert undone([]) == {}


def test_what_was_made_later_did_not_stand() -> None:
    assert undone([*CHANGES, Deed(1, {})]) is None


def test_a_first_deed_that_changed_something_did_not_make_it() -> None:
    assert undone([Deed(1, {"value": 3})]) == {"value": 3}


def test_a_moment_parts_the_story(write, noon) -> None:
    case, other = new_id(), new_id()
    write(case, "made", is_first=True, after={"name": "甲"})
    write(other, "made", is_first=True)
    write(case, "change", before={"name": "甲"}, after={"name": "乙"})
    hour = timedelta(hours=1)
    assert earlier("case", [case, other], noon) == {case: {}, other: {}}
    assert earlier("case", [case, other], noon - hour) == {case: None, other: None}
