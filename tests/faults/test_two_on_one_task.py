"""F14 of tasks: two act at once on one share, or on one case. One wins, the other hears it; nothing is made twice, nothing is lost."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from gezhi.cases import check as case_check
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import share_out
from gezhi.tenancy.current import current, scope
from gezhi.work import actions as work
from gezhi.work.models import Task
from gezhi.work.move import TaskMove
from tests.cast import Cast, done
from tests.work.conftest import finish, holds, led, new, sent

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["led", "sent"]


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """All let go together, each with a connection of its own: "done", a refusal's code, or what it should never be."""
    office, start, ends = current(), threading.Barrier(len(deeds)), []

    def act(deed: Callable[[], object]) -> None:
        try:
            with scope(office):
                start.wait(timeout=30)
                deed()
            ends.append("done")
        except Exception as trouble:
            ends.append(getattr(trouble, "code", repr(trouble)))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(ends)


def test_finished_while_it_is_called_off_or_finished_by_another_it_ends_once(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    ends = at_once(
        lambda: work.advance(sent.id, finish(noon), actor=cast.gao, at=noon),
        lambda: work.advance(sent.id, finish(noon), actor=cast.gao, at=noon),
        lambda: work.advance(sent.id, TaskMove("call_off", reason="不用了"), actor=cast.sun, at=noon),
    )
    assert ends == ["done", "task_not_from_here", "task_not_from_here"]
    assert holds() == []


def test_the_same_form_from_two_screens_makes_its_tasks_once(cast: Cast, led: Case, noon: datetime) -> None:
    wish = new(cast, led, noon)

    def press() -> list[Task]:
        return share_out.send(led.id, [wish], key="one-form", actor=cast.sun, at=noon)

    assert at_once(press, press, press) == ["done"] * 3
    assert (Task.objects.count(), holds()) == (1, [])


def test_two_who_split_the_same_case_at_once_lose_nothing(cast: Cast, led: Case, noon: datetime) -> None:
    ends = at_once(
        lambda: share_out.send(led.id, [new(cast, led, noon, "甲")], key="a", actor=cast.sun, at=noon),
        lambda: share_out.send(led.id, [new(cast, led, noon, "乙")], key="b", actor=cast.chen, at=noon),
    )
    assert ends == ["done", "done"]
    assert sorted(Task.objects.values_list("what", flat=True)) == sorted(["甲", "乙"])
    assert (Case.objects.get().tasks_open, holds()) == (2, [])


def test_a_share_that_goes_out_while_the_whole_is_claimed_done_leaves_no_claim_with_a_share_under_way(
    cast: Cast, led: Case, noon: datetime
) -> None:
    ends = at_once(
        lambda: share_out.send(led.id, [new(cast, led, noon)], key="a", actor=cast.chen, at=noon),
        lambda: advance(led.id, done(noon), actor=cast.qian, at=noon),
    )
    assert ends in (["case_not_at_work", "done"], ["circumstances", "done"])
    assert (holds(), list(case_check.findings())) == ([], [])


def test_a_case_that_closes_while_its_share_is_finished_counts_right(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    ends = at_once(
        lambda: work.advance(sent.id, finish(noon), actor=cast.gao, at=noon),
        lambda: advance(led.id, Move("wont_do", reason="不在职责内"), actor=cast.zhou, at=noon),
    )
    assert ends == ["done", "done"]
    assert (Case.objects.get().tasks_open, holds()) == (0, [])
