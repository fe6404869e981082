"""Views that people keep: their own or their party's, each with its name, a dozen at most, changed by whom they belong to."""

from datetime import datetime
from uuid import UUID

import pytest

from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import savedviews
from gezhi.parties.savedviews import amend, columns_of, drop, keep, move, one, restore, seen_by
from tests.cast import Cast

QUERY = "view=open&q=%E7%81%AF"


def names(actor: Actor) -> list[str]:
    return [row.name for row in seen_by(actor)]


@pytest.fixture
def shared(cast: Cast, noon: datetime) -> UUID:
    """Of the property company, made by Qian the repairer."""
    return keep("路灯", QUERY, columns=("clock", "at"), party=cast.property, actor=cast.qian, at=noon)


def test_ones_own_view_is_seen_by_nobody_else(cast: Cast, noon: datetime) -> None:
    made = keep(" 路灯 ", QUERY, actor=cast.chen, at=noon)
    (row,) = seen_by(cast.chen)
    assert row == (made, "路灯", QUERY, (), None, cast.chen.id)
    assert names(cast.zhou) == names(cast.wei) == []
    with pytest.raises(NotFound):
        one(made, actor=cast.zhou)


def test_a_partys_view_is_seen_by_all_who_work_there_before_their_own(
    cast: Cast, shared: UUID, noon: datetime
) -> None:
    keep("我的", "view=closed", actor=cast.sun, at=noon)
    assert (names(cast.sun), names(cast.qian), names(cast.chen)) == (["路灯", "我的"], ["路灯"], [])


def test_into_another_party_nobody_puts_a_view(cast: Cast, noon: datetime) -> None:
    with pytest.raises(NotYours):
        keep("路灯", QUERY, party=cast.property, actor=cast.chen, at=noon)


def test_a_partys_view_is_changed_by_who_made_it_and_by_its_manager(
    cast: Cast, shared: UUID, noon: datetime
) -> None:
    amend(shared, name="不亮", party=cast.property, actor=cast.sun, at=noon)
    amend(shared, name="不亮的灯", party=cast.property, query="view=open", actor=cast.qian, at=noon)
    made = keep("经理的", QUERY, party=cast.property, actor=cast.sun, at=noon)
    for deed in (drop, restore):
        with pytest.raises((NotYours, NotFound)):
            deed(made, actor=cast.qian, at=noon)
    with pytest.raises(NotFound):
        drop(made, actor=cast.chen, at=noon)
    assert [(row.name, row.query) for row in seen_by(cast.qian)] == [
        ("不亮的灯", "view=open"),
        ("经理的", QUERY),
    ]


def test_twin_were_everybody_a_manager_the_repairer_could_drop_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keep("经理的", QUERY, party=cast.property, actor=cast.sun, at=noon)
    monkeypatch.setattr(savedviews, "may_change", lambda view, actor: True)
    drop(made, actor=cast.qian, at=noon)
    assert names(cast.sun) == []


def test_shared_and_taken_back(cast: Cast, noon: datetime) -> None:
    made = keep("路灯", QUERY, actor=cast.sun, at=noon)
    amend(made, name="路灯", party=cast.property, actor=cast.sun, at=noon)
    assert names(cast.qian) == ["路灯"]
    amend(made, name="路灯", party=None, actor=cast.sun, at=noon)
    assert (names(cast.qian), names(cast.sun)) == ([], ["路灯"])


def test_one_name_is_one_view_and_the_same_form_twice_is_the_same_view(cast: Cast, noon: datetime) -> None:
    made = keep("路灯", QUERY, actor=cast.chen, at=noon)
    assert keep("路灯", QUERY, actor=cast.chen, at=noon) == made
    with pytest.raises(Invalid) as refused:
        keep("路灯", "view=closed", actor=cast.chen, at=noon)
    assert (refused.value.field, refused.value.code) == ("name", "view_taken")
    assert keep("路灯", QUERY, actor=cast.zhou, at=noon) != made


@pytest.mark.parametrize("name", ["", "  ", "灯" * 31, "灯\u202e"])
def test_a_view_has_a_name_that_is_one(cast: Cast, noon: datetime, name: str) -> None:
    with pytest.raises(Invalid):
        keep(name, QUERY, actor=cast.chen, at=noon)


def test_a_dozen_is_the_most(cast: Cast, noon: datetime) -> None:
    for number in range(savedviews.MOST):
        made = keep(f"视图{number}", QUERY, actor=cast.sun, at=noon)
    with pytest.raises(Invalid) as refused:
        keep("再一个", QUERY, actor=cast.sun, at=noon)
    assert refused.value.details["limit"] == 12
    drop(made, actor=cast.sun, at=noon)
    keep("再一个", QUERY, actor=cast.sun, at=noon)
    with pytest.raises(Invalid):
        restore(made, actor=cast.sun, at=noon)
    keep("单位的", QUERY, party=cast.property, actor=cast.sun, at=noon)


def test_views_are_put_into_an_order(cast: Cast, noon: datetime) -> None:
    made = [keep(name, QUERY, actor=cast.chen, at=noon) for name in "甲乙丙"]
    move(made[2], earlier=True, actor=cast.chen, at=noon)
    assert names(cast.chen) == ["甲", "丙", "乙"]
    move(made[0], earlier=True, actor=cast.chen, at=noon)
    move(made[0], earlier=False, actor=cast.chen, at=noon)
    assert names(cast.chen) == ["丙", "甲", "乙"]


def test_what_was_dropped_is_brought_back(cast: Cast, shared: UUID, noon: datetime) -> None:
    drop(shared, actor=cast.qian, at=noon)
    assert names(cast.sun) == []
    restore(shared, actor=cast.qian, at=noon)
    assert names(cast.sun) == ["路灯"]


def test_each_deed_stands_in_the_journal_and_what_was_typed_in_its_words(
    cast: Cast, shared: UUID, noon: datetime
) -> None:
    amend(shared, name="不亮", party=None, actor=cast.qian, at=noon)
    drop(shared, actor=cast.qian, at=noon)
    steps = story("view", shared)
    assert [step.entry.event for step in steps] == ["keep", "amend", "drop"]
    assert "路灯" not in str([(step.entry.before, step.entry.after) for step in steps])


def test_columns_are_chosen_by_a_person_for_a_list(cast: Cast, shared: UUID) -> None:
    savedviews.choose_columns(cast.qian, shared, ("clock", "at"))
    savedviews.choose_columns(cast.qian, None, ("at",))
    savedviews.choose_columns(cast.qian, shared, ("at", "state"))
    assert (columns_of(cast.qian, shared), columns_of(cast.qian, None)) == (("at", "state"), ("at",))
    assert columns_of(cast.sun, shared) == columns_of(cast.sun, None) == ()
