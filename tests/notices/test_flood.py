"""A flood is one notice that counts up, as it is one line of the list; outside it is told when it is one and each time it has doubled."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from gezhi.cases import floods
from gezhi.cases.actions import advance
from gezhi.cases.floods import FROM
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.flows import fold_news, herald, herald_check
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.notices import queries
from gezhi.notices.models import FloodTold, Notice
from gezhi.parties import robots
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SPAM = "加微信领红包，天天有惊喜，名额不多先到先得，编号"


def storm(cast: Cast, count: int, noon: datetime) -> None:
    """So many of one kind with ever other ends; the journal is followed after them."""
    for number in range(count):
        cast.lin_reports(noon, f"{SPAM}{number}", category=None)
    worker.keep_books(noon)


def waiting(cast: Cast) -> list[int]:
    """For how many reports each notice stands that waits for Chen, newest first."""
    return [one.stands_for for one in queries.unread(cast.chen)]


def test_one_notice_counts_up_and_others_stand_beside_it(cast: Cast, noon: datetime) -> None:
    storm(cast, FROM, noon)
    assert waiting(cast) == [FROM]
    honest = cast.lin_reports(noon, "三单元楼道灯坏了", category=None)
    storm(cast, 5, noon)
    assert waiting(cast) == [FROM + 5, 1]
    assert queries.count(cast.chen) == 2
    listed = [(one.case.number == honest.number, one.stands_for) for one in queries.listed(cast.chen)]
    assert listed == [(False, FROM + 5), (True, 1)]
    assert Notice.objects.count() == FROM + 6
    assert list(herald_check.findings(noon)) == []


def test_what_came_before_it_was_a_flood_is_told_by_the_one_notice(cast: Cast, noon: datetime) -> None:
    storm(cast, FROM - 1, noon)
    assert waiting(cast) == [1] * (FROM - 1)
    storm(cast, 1, noon)
    assert waiting(cast) == [FROM]


def test_twin_unfolded_each_would_be_a_notice_of_its_own(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floods, "parts_of", lambda _ids, at: {})
    storm(cast, FROM, noon)
    assert waiting(cast) == [1] * FROM


def test_what_may_be_dangerous_is_told_by_itself(cast: Cast, noon: datetime) -> None:
    for number in range(FROM):
        cast.lin_reports(noon, f"{SPAM}{number}", category=None)
    feared = cast.lin_reports(noon, f"{SPAM}电梯停了，有人困在里面", category=None)
    assert feared.make_safe_due is not None
    worker.keep_books(noon)
    assert sorted(waiting(cast)) == [1, FROM]


def test_a_day_later_it_is_no_flood_any_more(cast: Cast, noon: datetime) -> None:
    storm(cast, FROM, noon)
    storm(cast, 1, noon + timedelta(hours=25))
    assert waiting(cast) == [1, FROM]


def decline_newest(cast: Cast, noon: datetime) -> None:
    newest = Case.objects.filter(state="reported").latest("id")
    advance(newest.id, Move("decline", reason="广告"), actor=cast.chen, at=noon)
    worker.keep_books(noon)


def test_when_the_newest_was_looked_at_the_next_newest_stands_for_the_rest(
    cast: Cast, noon: datetime
) -> None:
    storm(cast, FROM + 5, noon)
    for left in (FROM + 4, FROM + 3):
        decline_newest(cast, noon)
        assert (waiting(cast), queries.count(cast.chen)) == ([left], 1)
    newest = Case.objects.filter(state="reported").latest("id")
    assert [one.case_id for one in queries.unread(cast.chen)] == [newest.id]
    storm(cast, 1, noon)
    assert waiting(cast) == [FROM + 4]
    assert list(herald_check.findings(noon)) == []


def test_twin_handed_on_to_nobody_the_rest_would_have_no_notice(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herald, "carry_on", lambda _left: None)
    storm(cast, FROM + 5, noon)
    decline_newest(cast, noon)
    assert waiting(cast) == []


def test_when_all_were_looked_at_nothing_waits(cast: Cast, noon: datetime) -> None:
    storm(cast, FROM, noon)
    for case in Case.objects.filter(state="reported"):
        advance(case.id, Move("decline", reason="广告"), actor=cast.chen, at=noon)
    worker.keep_books(noon)
    assert waiting(cast) == []


def test_the_rest_of_a_flood_is_handed_on_within_it(cast: Cast, noon: datetime) -> None:
    storm(cast, FROM, noon)
    for number in range(FROM):
        cast.lin_reports(
            noon, f"三单元楼道灯坏了，请快一点来修好它吧，楼里有老人，编号{number}", category=None
        )
    worker.keep_books(noon)
    assert waiting(cast) == [FROM, FROM]
    decline_newest(cast, noon)
    assert sorted(waiting(cast)) == [FROM - 1, FROM]


@pytest.fixture
def group(cast: Cast, noon: datetime, settings: Any) -> None:
    """The desk has a group chat."""
    robots.add_robot(
        cast.desk_a,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
        actor=SYSTEM,
        at=noon,
    )


def told_outside() -> int:
    return Counter(Errand.objects.values_list("kind", flat=True))[robots.NOTICE]


def test_outside_it_is_told_when_it_is_one_and_when_it_has_doubled(
    cast: Cast, noon: datetime, group: None
) -> None:
    storm(cast, FROM, noon)
    assert told_outside() == 1
    storm(cast, FROM - 1, noon)
    assert told_outside() == 1
    storm(cast, 1, noon)
    assert told_outside() == 2


def test_twin_without_the_steps_each_batch_would_ring(
    cast: Cast, noon: datetime, group: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_news, "steps", lambda size: size)
    storm(cast, FROM, noon)
    storm(cast, 1, noon)
    assert told_outside() == 2


def rung_while_declining(cast: Cast, noon: datetime) -> list[int]:
    """How often it was told outside after a flood, and after each decline of the newest with one more behind it."""
    storm(cast, FROM + 5, noon)
    rung = [told_outside()]
    for _ in range(3):
        decline_newest(cast, noon)
        storm(cast, 1, noon)
        rung.append(told_outside())
    return rung


def test_who_looks_at_some_of_it_is_not_told_again_of_the_same_flood(
    cast: Cast, noon: datetime, group: None
) -> None:
    assert rung_while_declining(cast, noon) == [1, 1, 1, 1]


def test_twin_without_its_highest_step_each_look_would_ring_again(
    cast: Cast, noon: datetime, group: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = count()
    monkeypatch.setattr(floods, "mark_of", lambda _key: f"{next(marks)}")
    assert rung_while_declining(cast, noon) == [1, 2, 3, 4]


def test_the_same_words_two_days_later_are_another_flood(cast: Cast, noon: datetime, group: None) -> None:
    storm(cast, FROM, noon)
    later = noon + timedelta(days=2)
    storm(cast, FROM - 1, later)
    before = told_outside()
    storm(cast, 1, later)
    assert told_outside() == before + 1
    assert FloodTold.objects.count() == 1


def test_the_steps_double() -> None:
    sizes = (0, 1, FROM - 1, FROM, 2 * FROM - 1, 2 * FROM, 4 * FROM, 50 * FROM)
    assert [fold_news.steps(one) for one in sizes] == [0, 0, 0, 1, 1, 2, 3, 6]


def test_a_batch_without_a_flood_costs_two_questions_more(
    cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    cast.lin_reports(noon, "三单元楼道灯坏了", category=None)
    [case] = Case.objects.all()
    with django_assert_num_queries(2):
        assert floods.parts_of([case.id], at=noon) == {}
    with django_assert_num_queries(0):
        assert floods.parts_of([], at=noon) == {}
    assert herald.BATCH == 250
