"""Every road by which a voice may come has something to show at the first start of the demonstration."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gezhi.cases.check import findings as of_cases
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.check import findings as of_orders
from gezhi.config import showroom
from gezhi.evidence.models import Evidence
from gezhi.flows.demonstration import build
from gezhi.journal.check import findings as of_journal
from gezhi.parties.queries import actor_of
from gezhi.parties.staff import account_by_username
from gezhi.reports import books
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions
from gezhi.web.desk import paste_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(settings: Any, tmp_path: Path, noon: datetime) -> datetime:
    settings.GEZHI_DATA, settings.GEZHI_MEDIA = tmp_path, tmp_path / "media"
    return noon


def test_each_road_has_something_to_show_at_the_first_start(now: datetime) -> None:
    build.build(at=now, months=0, beside=showroom.deeds)
    (office,) = all_jurisdictions()
    with scope(office.id):
        chen = actor_of(account_by_username("chen"), now)
        _orders_stand_in_every_way(chen, now)
        pasted = paste_state.read(showroom.example(), "another form", at=now)
        likely = [bool(one.report) for one in pasted.lines if one.is_likely]
        assert (likely.count(True), likely.count(False)) == (2, 3)
        (book,) = books.recent(chen)
        assert (book.stage, book.run and book.run.new, book.left_out) == ("done", 3, 1)
        photos = Evidence.objects.filter(claimed_kind="report")
        assert photos.exclude(mark="").count() == photos.exclude(public_at=None).count() == 1
        assert photos.filter(public_at=None).count() > 5
        assert [*of_cases(), *of_orders(), *of_journal()] == []


def _orders_stand_in_every_way(chen: Any, now: datetime) -> None:
    rows = list(orders.listed(chen))
    states = sorted(one.state for one in rows)
    assert states == ["answered", "asked", "open", "open", "open", "returned"]
    waiting = [one.due_at for one in orders.waiting(chen)]
    today = timezone.localtime(now).date()
    assert sum(due < now for due in waiting) == 1
    assert sum(due > now and timezone.localtime(due).date() == today for due in waiting) == 1


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_what_is_due_today_is_due_before_the_day_ends(hour: int, noon: datetime) -> None:
    now = timezone.localtime(noon).replace(hour=hour, minute=30)
    due = timezone.localtime(showroom.due_of("today", now))
    assert now < due
    assert due.date() == now.date()
    assert showroom.due_of(-2, now) == now - timedelta(hours=2)
