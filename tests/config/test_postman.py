"""F16 with a whole worker: while a receiver hangs, reports are taken, the books are kept, errands are done, other receivers are told."""

import threading
import time
from datetime import UTC, datetime
from importlib import import_module
from ipaddress import ip_network
from typing import Any

import pytest
from django.apps import apps

from gezhi.channels.wecom import hearing
from gezhi.channels.wecom import office as wecom
from gezhi.config import worker
from gezhi.config.postman import HANDLERS, Postman
from gezhi.flows.herald import MAIL, TO_USERS
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.text_reporter import SMS
from gezhi.journal import outbox, sealing
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.notices import queries, receivers
from gezhi.notices.events import TYPES
from gezhi.notices.models import Cursor, Notice
from gezhi.parties import robots
from gezhi.reports.intake import Intake
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.models import Jurisdiction
from gezhi.web.desk.alarms import KINDS
from tests.cast import Cast
from tests.channels.listening import listening

HELD = 3.0  # seconds for which the receiver says nothing


def report(at: datetime) -> None:
    receive_report(Voice(Intake("web", text="楼道灯不亮")), actor=VISITOR, at=at)


def seconds_until_all_others_are_served(settings: Any) -> float:
    """An office with one receiver that hangs and one that does not; reports come in while the worker runs."""
    settings.GEZHI_WEBHOOK_NETS = (ip_network("127.0.0.0/8"),)
    began = time.monotonic()
    with listening(held=HELD) as hanging, listening() as well:
        for name, one in (("挂起", hanging), ("正常", well)):
            receivers.add(name, one.url, TYPES, actor=SYSTEM, at=datetime.now(UTC))
        report(datetime.now(UTC))
        stop = threading.Event()
        working = threading.Thread(target=lambda: worker.run(stop=stop))
        working.start()
        try:
            while not hanging.came and time.monotonic() - began < 20:
                time.sleep(0.02)
            began = time.monotonic()
            outbox.queue(outbox.Following("message.reporter", "while it hangs", datetime.now(UTC)))
            report(datetime.now(UTC))
            while not _served(well) and time.monotonic() - began < 20:
                time.sleep(0.02)
            return time.monotonic() - began
        finally:
            stop.set()
            working.join(20)


def _served(well: Any) -> bool:
    return (
        len(well.came) >= 2
        and not outbox.waiting("message.reporter", "while it hangs")
        and not Entry.objects.filter(position=None).exists()
    )


@pytest.fixture
def eager(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not rest for long."""
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.05)


@pytest.mark.django_db(transaction=True)
def test_while_one_receiver_hangs_everything_else_goes_on(eager: None, settings: Any) -> None:
    assert seconds_until_all_others_are_served(settings) < HELD


@pytest.mark.django_db(transaction=True)
def test_twin_delivered_by_the_thread_of_the_errands_all_would_wait(
    eager: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postman, "send_out", Postman.deliver)
    assert seconds_until_all_others_are_served(settings) >= HELD / 2


def test_an_office_from_before_there_were_notices_begins_with_what_comes_next(
    office: Jurisdiction, noon: datetime
) -> None:
    migration = import_module("gezhi.notices.migrations.0002_what_was_before_is_not_told")
    _some_history(noon)
    sealing.seal(at=noon)
    for _again in range(2):
        migration.begin_at_the_end(apps, None)
    (cursor,) = Cursor.objects.all()
    assert (cursor.position, cursor.since) == (sealed := Entry.objects.count(), sealed)
    worker.keep_books(noon)
    assert not Notice.objects.exists()
    _some_history(noon)
    worker.keep_books(noon)
    assert queries.told_until() > sealed


def _some_history(noon: datetime) -> None:
    record(Deed("test", new_id(), "happened", is_first=True), actor=SYSTEM, at=noon)


def test_whatever_leaves_the_office_has_somebody_who_delivers_it_and_a_name_among_the_alarms() -> None:
    of_wecom = {TO_USERS, robots.NOTICE, wecom.DRAFT, wecom.PICTURES, hearing.ANSWER, wecom.TEST}
    assert set(HANDLERS) == {MAIL, SMS, receivers.WEBHOOK} | of_wecom
    assert set(HANDLERS) | set(worker.HANDLERS) == set(KINDS)


def test_each_office_is_told_of_its_own(office: Jurisdiction, noon: datetime) -> None:
    other = Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)
    receivers.add("本区", "https://a.example.cn/", TYPES, actor=SYSTEM, at=noon)
    with scope(other.id):
        assert receivers.receivers() == []
        assert outbox.roads_due(noon) == []
    assert current() == office.id
    assert not Errand.objects.exists()
