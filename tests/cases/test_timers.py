"""The timers of cases: whoever fires them, late, early, twice or at once, each deadline does its deed once."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import timing
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.flows import clockwork
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Missing, NotFromHere
from gezhi.tenancy.current import current
from gezhi.tenancy.models import Jurisdiction
from tests.cases.test_clocks import check_is_clean, dispatched, local, rungs, told, work
from tests.cast import Cast
from tests.journal.crowd import together

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# ---- clocks that go wrong ----


def test_a_worker_that_was_off_for_three_days_catches_up_without_double_escalation(
    cast: Cast, noon: datetime
) -> None:
    cases = [dispatched(cast, noon) for _ in range(3)]
    back = noon + 3 * DAY
    work(back)
    work(back)
    for case in cases:
        assert told(case) == [("remind", "03-05 12:00"), ("escalate", "03-05 12:00")]
        assert rungs(case) == [(1, 1, "长峰物业")]
    work(back + 6 * HOUR)
    assert [rungs(case)[-1] for case in cases] == [(1, 2, "悦海社区")] * 3


def test_a_clock_that_jumps_back_escalates_nothing_twice(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    work(local("03-02 17:30"))
    for at in (local("03-01 00:00"), local("03-02 16:00"), local("03-02 17:30")):
        work(at)
    assert rungs(case) == [(1, 1, "长峰物业")]
    case = advance(case.id, Move("take"), actor=cast.qian, at=local("03-02 09:00"))
    assert (case.state, check_is_clean()) == ("in_hand", True)


def test_the_timer_of_a_closed_case_is_still(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    entries = Entry.objects.count()
    work(noon + 90 * DAY)
    assert clockwork.fire(case.id, at=noon + 90 * DAY) is None
    assert (Entry.objects.count(), outbox.waiting(timing.TIMER, str(case.id))) == (entries, False)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("remind"), actor=SYSTEM, at=noon)


def test_a_timer_that_fires_too_early_is_set_right(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    Errand.objects.filter(kind=timing.TIMER).update(due_at=noon - DAY)
    work(noon)
    assert told(case) == []
    assert Errand.objects.get(kind=timing.TIMER).due_at == timing.timer_at(case)


@pytest.mark.django_db(transaction=True)
def test_two_workers_firing_the_same_timer_act_once(cast: Cast, office: Jurisdiction, noon: datetime) -> None:
    case = dispatched(cast, noon)
    when = timing.timer_at(case)
    acts = together(lambda: clockwork.fire(case.id, at=when), workers=4, jurisdiction=office.id)
    assert sorted(acts, key=str) == [None, None, None, "remind"]
    case.refresh_from_db()
    when = timing.timer_at(case)
    acts = together(lambda: clockwork.fire(case.id, at=when), workers=4, jurisdiction=office.id)
    assert sorted(acts, key=str) == [None, None, None, "escalate"]
    assert rungs(case) == [(1, 1, "长峰物业")]


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_errands_and_do_each_once(
    cast: Cast, office: Jurisdiction, noon: datetime
) -> None:
    cases = [dispatched(cast, noon) for _ in range(4)]
    back = noon + 3 * DAY
    together(lambda: work(back), workers=3, jurisdiction=current())
    work(back + timedelta(minutes=2))
    assert [rungs(case) for case in cases] == [[(1, 1, "长峰物业")]] * 4
    assert check_is_clean()


def test_a_pause_without_reason_is_refused(cast: Cast, noon: datetime) -> None:
    case = advance(dispatched(cast, noon).id, Move("take"), actor=cast.qian, at=noon)
    with pytest.raises(Missing):
        advance(case.id, Move("carry_forward", until=noon + DAY), actor=cast.zhou, at=noon)
