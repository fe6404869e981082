"""F12: what is delivered ten times, out of order, or three days late has one effect."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from gezhi.cases.models import Case
from gezhi.flows import clockwork
from gezhi.journal.models import Entry, Errand
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.faults.dying_worker import fire_blindly
from tests.faults.reporting import sent, whole

pytestmark = pytest.mark.django_db
SEED, TIMES = 20260302, 10
LATE = timedelta(days=3)


def delivered(phone: Client, reports: int) -> dict[str, set[str]]:
    """So many reports, each ten times in any order, the last of each three days later: where each led."""
    keys = [f"one-voice-{number:06d}" for number in range(reports)]
    soon = [key for key in keys for _ in range(TIMES - 1)]
    led: dict[str, set[str]] = {key: set() for key in keys}
    random.Random(SEED).shuffle(soon)
    for days, batch in ((timedelta(0), soon), (LATE, keys[::-1])):
        with time_machine.travel(datetime.now(UTC) + days):
            for key in batch:
                answer = sent(phone, key)
                led[key].add(str(answer.headers.get("Location", answer.status_code)))
    return led


def test_a_report_delivered_ten_times_is_one(phone: Client) -> None:
    led = delivered(phone, 8)
    assert {len(places) for places in led.values()} == {1}
    assert len({place for places in led.values() for place in places}) == Report.objects.count() == 8
    assert (Case.objects.count(), Errand.objects.filter(kind="case.timer").count()) == (8, 8)
    assert whole() == []


@pytest.mark.soak
def test_ten_thousand_deliveries_are_a_thousand_reports(phone: Client) -> None:
    led = delivered(phone, 1000)
    assert ({len(places) for places in led.values()}, Report.objects.count()) == ({1}, 1000)
    assert whole() == []


def reminded(cast: Cast, noon: datetime, fire: Callable[..., object]) -> dict[UUID, int]:
    """Timers of five cases that fire ten times each, in any order; how often each case was reminded."""
    cases = [cast.lin_reports(noon) for _ in range(5)]
    due = max(Errand.objects.filter(kind="case.timer").values_list("due_at", flat=True))
    knocks = [case.id for case in cases for _ in range(TIMES)]
    random.Random(SEED).shuffle(knocks)
    for number, case_id in enumerate(knocks):
        fire(case_id, at=due + timedelta(seconds=number))
    found = Entry.objects.filter(event="remind").values_list("subject_id", flat=True)
    return {case.id: [*found].count(case.id) for case in cases}


def test_a_timer_that_fires_ten_times_reminds_once(cast: Cast, noon: datetime) -> None:
    assert set(reminded(cast, noon, clockwork.fire).values()) == {1}
    assert whole() == []


def test_twin_a_timer_that_does_not_look_whether_it_is_due_reminds_ten_times(
    cast: Cast, noon: datetime
) -> None:
    assert set(reminded(cast, noon, fire_blindly).values()) == {TIMES}
