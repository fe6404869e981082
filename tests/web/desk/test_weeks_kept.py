"""A week that was counted once is shown again while its lines stand, to whoever asked for it and to nobody else."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.evidence.models import Evidence
from gezhi.insight import week as weeks
from gezhi.kernel.actor import Actor
from gezhi.ledger.models import Line
from gezhi.web.desk.showing import weeks as kept
from tests import memories
from tests.cast import Cast
from tests.showing import cleared, follow, left_out, solved

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)  # noon is on it
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cases(cast: Cast, noon: datetime) -> list[Case]:
    made = [cast.lin_reports(noon - MINUTE, f"玻璃碎了 {n}") for n in range(3)]
    follow(noon - MINUTE)
    return made


def asked(actor: Actor, at: datetime, path: str = "/") -> weeks.Week:
    """As kept; it never says anything else than what is counted anew."""
    found = kept.week(MONDAY, path, actor=actor, at=at)
    assert found == weeks.week(MONDAY, path, actor=actor, at=at)
    return found


def test_it_is_counted_once_for_a_position_and_a_minute(
    cast: Cast,
    cases: list[Case],
    noon: datetime,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    kept.week(MONDAY, "/", actor=cast.mo, at=noon)  # the office's zone and the like are known
    with django_assert_max_num_queries(20):
        first = kept.week(MONDAY, "/", actor=cast.zhou, at=noon)
    with django_assert_num_queries(4):
        assert kept.week(MONDAY, "/", actor=cast.zhou, at=noon) == first
    assert asked(cast.zhou, noon).whole.now.received == 3
    cast.lin_reports(noon - MINUTE)
    follow(noon)
    assert asked(cast.zhou, noon).whole.now.received == 4


def test_what_runs_out_or_is_left_out_is_seen_at_once(cast: Cast, cases: list[Case], noon: datetime) -> None:
    Line.objects.update(fix_due=noon + MINUTE / 2)
    assert asked(cast.zhou, noon).overdue.cases == 0
    assert asked(cast.zhou, noon + MINUTE).overdue.cases == 3
    left_out(cast, cases[0], noon)  # the ledger has not read it yet
    assert asked(cast.zhou, noon + MINUTE).overdue.cases == 2


def test_a_picture_that_was_taken_back_is_in_no_week_that_is_kept(cast: Cast, noon: datetime) -> None:
    ids = cleared(solved(cast, noon), noon)
    assert [one.is_clear for one in asked(cast.zhou, noon + 120 * MINUTE).good] == [True]
    Evidence.objects.filter(id__in=ids).update(public_at=None)
    assert [one.is_clear for one in asked(cast.zhou, noon + 120 * MINUTE).good] == [False]


def each_ones(cast: Cast, noon: datetime) -> list[int]:
    """How many came, for Zhou, for Zhou without the post of his party, for Mo, and for Zhou at another place."""
    elsewhere = cast.town.row(cast.town.community_b).path
    no_party = replace(cast.zhou, posts=tuple(replace(one, party=None) for one in cast.zhou.posts))
    who = ((cast.zhou, "/"), (no_party, "/"), (cast.mo, "/"), (cast.zhou, elsewhere))
    return [kept.week(MONDAY, path, actor=actor, at=noon).whole.now.received for actor, path in who]


def test_it_is_shown_to_whoever_asked_and_to_nobody_else(
    cast: Cast, cases: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin takes every question for the same."""
    Case.objects.filter(id=cases[0].id).update(complained_of_id=min(cast.zhou.parties()))
    assert each_ones(cast, noon) == [2, 3, 0, 0]
    memories.forget()
    monkeypatch.setattr(kept, "key_of", lambda *_: "the same")
    assert each_ones(cast, noon) == [2, 2, 2, 2]


def test_a_complaint_of_his_own_is_gone_from_what_was_kept(
    cast: Cast, cases: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the ledger has read of it. The twin does not keep what he is kept from apart."""
    assert asked(cast.zhou, noon).whole.now.received == 3
    Case.objects.filter(id=cases[0].id).update(complained_of_id=min(cast.zhou.parties()))
    assert asked(cast.zhou, noon).whole.now.received == 2
    true_key = kept.key_of
    monkeypatch.setattr(
        kept,
        "key_of",
        lambda monday, mine, actor, at: true_key(monday, Line.objects.all(), actor, at),
    )
    assert kept.week(MONDAY, "/", actor=cast.zhou, at=noon).whole.now.received == 2
    Case.objects.update(complained_of_id=None)
    assert kept.week(MONDAY, "/", actor=cast.zhou, at=noon).whole.now.received == 2


def test_no_more_are_kept_than_fit(
    cast: Cast, cases: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    for n in range(3):
        asked(cast.zhou, noon + n * MINUTE)
    assert len(kept._kept) == 1
