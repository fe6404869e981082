"""The office's clockwork: what is due is done, one failure stops nothing else, and a killed worker loses nothing."""

import argparse
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import check, commands, worker
from gezhi.config.errands import HAND_SECONDS
from gezhi.evidence.decoding import COPY_SECONDS
from gezhi.flows.found_office import Founding, found_office
from gezhi.journal import heartbeat, outbox, sealing
from gezhi.journal.models import Entry, Errand
from gezhi.journal.outbox import Following, Leased
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import queries as ledger
from gezhi.ledger.queries import LineFilter
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast
from tests.working import tick, work_until

MINUTE = timedelta(minutes=1)


def rest(at: datetime) -> int:
    """Tick until nothing is left to do; how many ticks did something."""
    for ticks in range(50):
        if not tick(at):
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


def test_a_fault_of_ours_leaves_its_trace_and_a_refusal_its_reason(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(errand: Leased, at: datetime) -> None:
        raise Invalid("weather", "bad")

    monkeypatch.setitem(worker.HANDLERS, "test.refused", refused)
    outbox.queue(Following("test.refused", "x", noon), Following("test.unknown", "y", noon))
    with capture_logs() as told:
        worker.do_errands(noon)
    assert {line["kind"]: (line["log_level"], "exc_info" in line) for line in told} == {
        "test.refused": ("warning", False),
        "test.unknown": ("error", True),
    }


class Hours:
    """A clock that goes on by so many seconds with each errand."""

    def __init__(self, start: datetime, seconds: int) -> None:
        self.now, self.step = start, timedelta(seconds=seconds)

    def __call__(self) -> datetime:
        return self.now

    def work(self, errand: Leased, at: datetime) -> None:
        self.now += self.step


def three_slow_errands(noon: datetime, monkeypatch: pytest.MonkeyPatch, seconds: int) -> Hours:
    hours = Hours(noon, seconds)
    monkeypatch.setitem(worker.HANDLERS, "test.slow", hours.work)
    outbox.queue(*(Following("test.slow", key, noon) for key in "abc"))
    return hours


def test_each_errand_is_done_at_its_own_moment(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = three_slow_errands(noon, monkeypatch, 7)
    assert worker.do_errands(noon, clock=clock) == 3
    done = list(Errand.objects.order_by("key").values_list("done_at", flat=True))
    assert done == [noon + timedelta(seconds=seconds) for seconds in (0, 7, 14)]


def test_what_a_slow_errand_keeps_waiting_is_given_back_unharmed(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = three_slow_errands(noon, monkeypatch, 21)
    assert worker.do_errands(noon, clock=clock) == 1
    waiting = Errand.objects.filter(done_at=None).order_by("key").values_list("key", "leased_until", "tries")
    assert list(waiting) == [("b", None, 0), ("c", None, 0)]
    assert [worker.do_errands(clock(), clock=clock) for _ in range(3)] == [1, 1, 0]


def test_a_lease_outlasts_a_handful_and_the_slowest_errand() -> None:
    assert HAND_SECONDS + COPY_SECONDS < outbox.LEASE_SECONDS


def test_an_errand_whose_lease_ran_out_meanwhile_is_told_and_not_marked(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(errand: Leased, at: datetime) -> None:
        outbox.claim(at=at + timedelta(seconds=61))

    monkeypatch.setitem(worker.HANDLERS, "test.slow", overtaken)
    outbox.queue(Following("test.slow", "x", noon))
    with capture_logs() as told:
        worker.do_errands(noon)
    assert [line["event"] for line in told] == ["lease lost: somebody else does this errand, too"]
    assert Errand.objects.get().done_at is None


# ---- both threads ----


def everything_is_sealed(office: UUID) -> Callable[[], bool]:
    def asked() -> bool:
        with scope(office):
            return not Entry.objects.filter(position=None).exists()

    return asked


@pytest.mark.django_db(transaction=True)
def test_it_serves_every_office_and_one_that_fails_stops_none(
    cast: Cast, office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon)
    made = found_office(Founding("371003", "文登区", "龙山街道", "0631-5300110", "li", "李"), at=noon)
    keep_books, claim = sealing.seal, outbox.claim

    def broken(deed: Callable[..., Any]) -> Callable[..., Any]:
        def here(**named: Any) -> Any:
            if current() == office.id:
                raise RuntimeError("this office is broken")
            return deed(**named)

        return here

    monkeypatch.setattr(sealing, "seal", broken(keep_books))
    monkeypatch.setattr(outbox, "claim", broken(claim))
    assert work_until(everything_is_sealed(made.jurisdiction_id))
    assert heartbeat.file().exists()
    assert not everything_is_sealed(office.id)()


@pytest.mark.django_db(transaction=True)
def test_when_the_database_is_away_for_a_round_the_next_one_goes_on(
    cast: Cast, office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon)
    offices, asked = worker.all_jurisdictions, count()

    def away_at_first() -> Any:
        if next(asked) < 2:
            raise OperationalError("the connection is lost")
        return offices()

    monkeypatch.setattr(worker, "all_jurisdictions", away_at_first)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.05)
    assert work_until(everything_is_sealed(office.id))


def sealed_while_a_picture_takes_long(
    cast: Cast, office: UUID, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Whether a deed was sealed before the errand at work came to its end, which waits for that as long as it can."""
    found: list[bool] = []
    is_sealed = everything_is_sealed(office)

    def slow(errand: Leased, at: datetime) -> None:
        cast.lin_reports(noon)
        give_up = time.monotonic() + 3
        while not (now := is_sealed()) and time.monotonic() < give_up:
            time.sleep(0.05)
        found.append(now)

    monkeypatch.setitem(worker.HANDLERS, "test.slow", slow)
    outbox.queue(Following("test.slow", "x", noon))
    assert work_until(lambda: bool(found))
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_a_seal_does_not_wait_for_a_slow_picture(
    cast: Cast, office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sealed_while_a_picture_takes_long(cast, office.id, noon, monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_twin_on_one_thread_it_would(
    cast: Cast, office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    errands = worker.do_errands

    def books_first(at: datetime, **more: Any) -> int:
        return sealing.seal(at=at) + errands(at, **more)

    monkeypatch.setattr(worker, "keep_books", lambda at: 0)
    monkeypatch.setattr(worker, "do_errands", books_first)
    assert not sealed_while_a_picture_takes_long(cast, office.id, noon, monkeypatch)


class Poison(BaseException):
    """What no round of a thread survives."""


def go_round_with_books_that(
    deed: Callable[[datetime], int], monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """A whole worker whose books do this; it is told to stop after so long, if it did not end by then."""
    stop = threading.Event()
    monkeypatch.setattr(worker, "keep_books", deed)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.05)
    enough = threading.Timer(seconds, stop.set)
    enough.start()
    try:
        worker.run(stop=stop)
    finally:
        enough.cancel()
        enough.join()


def end(_at: datetime) -> int:
    raise Poison


@pytest.mark.django_db(transaction=True)
def test_when_the_books_end_so_does_the_worker_and_says_why(
    office: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as told, pytest.raises(worker.BooksEnded) as ended:
        go_round_with_books_that(end, monkeypatch, seconds=10)
    assert type(ended.value.__cause__) is Poison
    assert [(line["event"], line["log_level"]) for line in told] == [("the books have ended", "critical")]


@pytest.mark.django_db(transaction=True)
def test_twin_were_the_end_of_the_books_not_told_the_errands_would_go_on(
    office: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker.Books, "_end", lambda self, problem: None)
    began = time.monotonic()
    go_round_with_books_that(end, monkeypatch, seconds=1)
    assert time.monotonic() - began >= 1


@pytest.mark.django_db(transaction=True)
def test_the_command_ends_with_a_failure_when_the_books_have_ended(
    office: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "keep_books", end)
    monkeypatch.setattr(worker, "stop_on_signals", threading.Event)
    with pytest.raises(worker.BooksEnded):
        commands.worker(argparse.Namespace(quiet=True))


def age_after_books_that_hang(monkeypatch: pytest.MonkeyPatch) -> float:
    """How old the heartbeat is when the books have stood still for two seconds and the errands went round."""
    go_on = threading.Event()
    threading.Timer(2, go_on.set).start()
    go_round_with_books_that(lambda _at: not go_on.wait(5), monkeypatch, seconds=1.9)
    return heartbeat.age(datetime.now(UTC)) or 0.0


@pytest.mark.django_db(transaction=True)
def test_books_that_hang_make_the_heartbeat_old(
    office: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert age_after_books_that_hang(monkeypatch) >= 1.9


@pytest.mark.django_db(transaction=True)
def test_twin_a_heartbeat_of_the_errands_alone_would_stay_young(
    office: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    always_now = property(lambda self: worker._now(), lambda self, at: None)
    monkeypatch.setattr(worker.Books, "last_round", always_now, raising=False)
    assert age_after_books_that_hang(monkeypatch) < 1.5


# ---- chores ----


def test_a_chore_that_fails_is_told_and_the_next_is_done(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []

    def move_open_work(*, at: datetime) -> int:
        raise Invalid("party", "closed")

    monkeypatch.setattr(worker.change_of_company, "move_open_work", move_open_work)
    monkeypatch.setattr(worker.evidence, "purge", lambda at: done.append(at))
    with capture_logs() as logs:
        worker.tidy_up(noon)
    assert done == [noon]
    assert [(one["event"], one["chore"]) for one in logs] == [("chore failed", "move_open_work")]
