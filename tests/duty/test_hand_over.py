"""The sheet at the end of a shift is signed by who leaves and by who comes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gezhi.duty import actions, policy, queries
from gezhi.duty.actions import OnDuty
from gezhi.duty.models import HandOver
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours
from tests.parties.town import Town

START = datetime(2026, 3, 2, 0, tzinfo=UTC)
HALF_DAY = timedelta(hours=12)
NUMBERS = ["371072-2026-0000001", "371072-2026-0000007"]


def plan(town: Town, name: str, start: datetime, actor: Actor, at: datetime) -> UUID:
    """Twelve hours of somebody at the community desk."""
    person = OnDuty(name, "", town.people[name].id if name in town.people else None)
    return actions.plan_shift(town.desk, person, start, start + HALF_DAY, actor=actor, at=at)


@pytest.fixture
def day(town: Town, admin_actor: Actor) -> UUID:
    return plan(town, "陈", START, admin_actor, START)


@pytest.fixture
def evening(town: Town, admin_actor: Actor, day: UUID) -> UUID:
    return plan(town, "赵", START + HALF_DAY, admin_actor, START)


@pytest.fixture
def leaving() -> datetime:
    return START + HALF_DAY - timedelta(minutes=5)


def test_who_leaves_writes_and_who_comes_confirms(
    town: Town, day: UUID, evening: UUID, leaving: datetime
) -> None:
    chen, zhao = town.actor("陈", leaving), town.actor("赵", leaving)
    sheet = actions.hand_over(day, "3号楼 玻璃已围挡", NUMBERS, actor=chen, at=leaving)
    written = queries.sheet_of(day)
    assert written[1:] == (
        day,
        evening,
        "3号楼 玻璃已围挡",
        NUMBERS,
        chen.id,
        leaving,
        None,
        None,
    )
    assert queries.sheets_to_confirm(town.desk) == [written]
    actions.confirm_hand_over(sheet, actor=zhao, at=leaving + timedelta(minutes=5))
    assert queries.sheet_of(day)[7:] == (zhao.id, leaving + timedelta(minutes=5))
    assert queries.shift(day).relieved_by_id == evening
    assert queries.sheets_to_confirm(town.desk) == []


def test_the_notes_stand_beside_the_journal(town: Town, day: UUID, evening: UUID, leaving: datetime) -> None:
    actions.hand_over(day, "钥匙在抽屉", NUMBERS, actor=town.actor("陈", leaving), at=leaving)
    step = story("shift", day)[-1]
    assert (step.entry.event, step.words) == ("hand_over", {"notes": "钥匙在抽屉"})
    assert "钥匙" not in str(step.entry.after)


@pytest.mark.parametrize("name", ["赵", "孙", "管理员"])
def test_only_who_leaves_writes_the_sheet(
    name: str, town: Town, day: UUID, evening: UUID, leaving: datetime
) -> None:
    with pytest.raises(NotYours):
        actions.hand_over(day, "", [], actor=town.actor(name, leaving), at=leaving)


@pytest.mark.parametrize(("name", "refusal"), [("陈", NotYours), ("孙", NotFound), ("管理员", NotFound)])
def test_only_who_comes_confirms_and_for_strangers_there_is_no_sheet(
    name: str, refusal: type[Exception], town: Town, day: UUID, evening: UUID, leaving: datetime
) -> None:
    sheet = actions.hand_over(day, "", [], actor=town.actor("陈", leaving), at=leaving)
    with pytest.raises(refusal):
        actions.confirm_hand_over(sheet, actor=town.actor(name, leaving), at=leaving)


def test_sabotage_without_the_question_who_takes_the_giver_could_confirm(
    town: Town, day: UUID, evening: UUID, leaving: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = town.actor("陈", leaving)
    sheet = actions.hand_over(day, "", [], actor=chen, at=leaving)
    monkeypatch.setattr(policy, "takes", lambda actor, sheet: actor.id)
    assert actions.confirm_hand_over(sheet, actor=chen, at=leaving).taken_by_id == chen.id


def test_who_takes_the_next_shift_himself_confirms_his_own_sheet(
    town: Town, day: UUID, admin_actor: Actor, leaving: datetime
) -> None:
    own = plan(town, "陈", START + HALF_DAY, admin_actor, START)
    chen = town.actor("陈", leaving)
    sheet = actions.hand_over(day, "", [], actor=chen, at=leaving)
    actions.confirm_hand_over(sheet, actor=chen, at=leaving)
    assert queries.shift(day).relieved_by_id == own


def test_a_next_colleague_without_log_in_is_signed_for_by_another_of_the_party(
    town: Town, day: UUID, admin_actor: Actor, leaving: datetime
) -> None:
    plan(town, "老王", START + HALF_DAY, admin_actor, START)
    sheet = actions.hand_over(day, "", [], actor=town.actor("陈", leaving), at=leaving)
    with pytest.raises(NotYours):
        actions.confirm_hand_over(sheet, actor=town.actor("陈", leaving), at=leaving)
    actions.confirm_hand_over(sheet, actor=town.actor("赵", leaving), at=leaving)
    assert HandOver.objects.get(id=sheet).taken_by_id == town.people["赵"].id


def test_a_next_shift_that_is_planned_later_takes_the_sheet(
    town: Town, day: UUID, admin_actor: Actor, leaving: datetime
) -> None:
    sheet = actions.hand_over(day, "", [], actor=town.actor("陈", leaving), at=leaving)
    assert queries.sheet_of(day).shift_to_id is None
    evening = plan(town, "赵", START + HALF_DAY, admin_actor, leaving)
    actions.confirm_hand_over(sheet, actor=town.actor("赵", leaving), at=leaving)
    assert queries.sheet_of(day).shift_to_id == evening


def test_a_sheet_is_written_once_and_confirmed_once(
    town: Town, day: UUID, evening: UUID, leaving: datetime
) -> None:
    chen, zhao = town.actor("陈", leaving), town.actor("赵", leaving)
    sheet = actions.hand_over(day, "", [], actor=chen, at=leaving)
    with pytest.raises(NotFromHere) as refused:
        actions.hand_over(day, "", [], actor=chen, at=leaving)
    assert refused.value.code == "handed_over"
    actions.confirm_hand_over(sheet, actor=zhao, at=leaving)
    with pytest.raises(NotFromHere) as refused:
        actions.confirm_hand_over(sheet, actor=zhao, at=leaving)
    assert refused.value.code == "taken"


def test_a_shift_that_has_not_begun_is_not_handed_over(
    town: Town, day: UUID, evening: UUID, leaving: datetime
) -> None:
    with pytest.raises(NotFromHere) as refused:
        actions.hand_over(evening, "", [], actor=town.actor("赵", leaving), at=leaving)
    assert refused.value.code == "not_begun"


@pytest.mark.parametrize(
    ("notes", "numbers", "field"),
    [
        ("", ["12"], "open_numbers"),
        ("", [*NUMBERS[:1], "x" * 99], "open_numbers"),
        ("\0", [], "notes"),
        ("长" * 2001, [], "notes"),
    ],
)
def test_a_sheet_names_case_numbers_and_legible_notes(
    notes: str, numbers: list[str], field: str, town: Town, day: UUID, leaving: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.hand_over(day, notes, numbers, actor=town.actor("陈", leaving), at=leaving)
    assert refused.value.field == field


def test_a_sheet_that_is_not_there_is_not_found(town: Town, day: UUID, leaving: datetime) -> None:
    for deed in (
        lambda: actions.confirm_hand_over(day, actor=town.actor("赵", leaving), at=leaving),
        lambda: actions.hand_over(town.desk, "", [], actor=town.actor("陈", leaving), at=leaving),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_shift_whose_person_took_the_sheet_stays_on_the_roster(
    town: Town, day: UUID, evening: UUID, admin_actor: Actor, leaving: datetime
) -> None:
    sheet = actions.hand_over(day, "", [], actor=town.actor("陈", leaving), at=leaving)
    actions.confirm_hand_over(sheet, actor=town.actor("赵", leaving), at=leaving)
    with pytest.raises(NotFromHere):
        actions.drop_shift(evening, actor=admin_actor, at=leaving)
