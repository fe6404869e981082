"""The office's clockwork: what is due is done, one failure stops nothing else, and a killed worker loses nothing."""

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import check, worker
from gezhi.flows.found_office import Founding, found_office
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand
from gezhi.journal.outbox import Following, Leased
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import queries as ledger
from gezhi.ledger.queries import LineFilter
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast

MINUTE = timedelta(minutes=1)


def rest(at: datetime) -> int:
    """Tick until nothing is left to do; how many ticks did something."""
    for ticks in range(50):
        if not worker.tick(at):
            return ticks
    pytest.fail("the worker never comes to rest")


def test_one_tick_seals_the_journal_keeps_the_ledger_and_delivers(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    assert rest(noon + MINUTE) > 0
    assert not Entry.objects.filter(position=None).exists()
    lines = ledger.lines(LineFilter(), actor=cast.chen)
    assert [line.number for line in lines] == [case.number]
    assert Errand.objects.get(kind="message.reporter").done_at == noon + MINUTE
    assert [one for _, one in check.findings(noon + MINUTE) if one.invariant != "warning"] == []


def test_every_kind_of_errand_that_is_queued_has_a_handler(cast: Cast, noon: datetime) -> None:
    advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    queued = set(Errand.objects.values_list("kind", flat=True))
    assert queued == {"case.timer", "message.reporter"}
    assert queued < set(worker.HANDLERS)


def test_a_poison_errand_is_parked_while_the_others_flow(cast: Cast, noon: datetime) -> None:
    outbox.queue(Following("nobody.knows", "x", noon), Following("evidence.prepare", "no uuid", noon))
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    for minutes in range(40):
        worker.do_errands(noon + minutes * MINUTE)
    assert {errand.kind for errand in outbox.parked()} == {"nobody.knows", "evidence.prepare"}
    assert Errand.objects.get(kind="message.reporter").done_at == noon
    assert outbox.waiting("case.timer", str(case.id))
    warned = [one.where for _, one in check.findings(noon) if one.what.startswith("was parked")]
    assert len(warned) == 2


def test_an_errand_that_is_refused_is_tried_again_and_then_done(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[datetime] = []

    def moody(errand: Leased, at: datetime) -> None:
        tries.append(at)
        if len(tries) < 3:
            raise Invalid("weather", "bad")

    monkeypatch.setitem(worker.HANDLERS, "test.moody", moody)
    outbox.queue(Following("test.moody", "x", noon))
    for seconds in range(0, 60, 5):
        worker.do_errands(noon + timedelta(seconds=seconds))
    assert [(at - noon).seconds for at in tries] == [0, 5, 15]
    assert not outbox.waiting("test.moody", "x")


def test_a_worker_killed_in_the_middle_of_a_timer_is_followed_by_another(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    due = Errand.objects.get(kind="case.timer").due_at
    assert [one.kind for one in outbox.claim(at=due)] == ["case.timer"]  # and then it is killed
    assert worker.do_errands(due) == 0
    assert worker.do_errands(due + timedelta(seconds=61)) == 1
    assert Case.objects.get(id=case.id).reminded_at == due + timedelta(seconds=61)


def test_a_fired_timer_waits_for_its_next_moment(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    timer = Errand.objects.get(kind="case.timer")
    worker.do_errands(timer.due_at)
    again = Errand.objects.get(id=timer.id)
    assert (again.done_at, again.leased_until, again.due_at > timer.due_at) == (None, None, True)


@pytest.mark.django_db(transaction=True)
def test_it_serves_every_office_and_one_that_fails_stops_none(
    cast: Cast, office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon)
    made = found_office(Founding("371003", "文登区", "龙山街道", "0631-5300110", "li", "李"), at=noon)
    ticked: list[UUID] = []
    tick = worker.tick

    def watched(at: datetime, **more: Any) -> int:
        ticked.append(current())
        if ticked[-1] == office.id:
            raise RuntimeError("this office is broken")
        return tick(at, **more)

    monkeypatch.setattr(worker, "tick", watched)
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda seconds: stop.set())
    worker.run(stop=stop)
    assert set(ticked) == {office.id, made.jurisdiction_id}
    assert worker.heartbeat_file().exists()
    with scope(made.jurisdiction_id):
        assert not Entry.objects.filter(position=None).exists()
