"""Books come in by slices of one budget, one book at a time: each comes to its end, and whoever waits is not forgotten."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases import numbers
from gezhi.cases.models import Case
from gezhi.channels import books as channel
from gezhi.config import worker
from gezhi.flows import import_ledger as flow
from gezhi.flows import ledger_sheet
from gezhi.journal.models import Errand
from gezhi.parties.days import local_day
from gezhi.reports import books
from gezhi.reports.kinds import BookStage
from gezhi.reports.models import ImportRun, Report
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, everybody
from tests.channels.bringing import HEADS, begun, book, rows, worked

# ---- slice by slice ----


def test_a_book_comes_in_by_slices_and_is_not_seen_before_the_last(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
    monkeypatch.setattr(flow, "MOST", 20)
    monkeypatch.setattr(flow, "AIM_SECONDS", 1000)  # however slow this machine is
    id = begun(book(*rows(50)), cast.chen, noon)
    seen = []
    while channel.go_on(id, at=noon):
        row = books.book(id, actor=cast.chen)
        seen.append((row.step, row.done, row.total, ImportRun.objects.filter(published_at=None).count()))
    assert seen == [
        ("", 0, 0, 0),  # read
        ("", 0, 0, 0),  # judged
        ("writing", 20, 50, 1),
        ("writing", 40, 50, 1),
        ("writing", 50, 50, 1),
    ]
    row = books.book(id, actor=cast.chen)
    assert (row.stage, row.run.read, row.run.new, row.run.known) == (BookStage.DONE, 50, 50, 0)


def test_a_worker_that_was_killed_is_followed_by_one_that_goes_on(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
    id = begun(book(*rows(50)), cast.chen, noon)
    for _ in range(3):
        channel.go_on(id, at=noon)
    assert Report.objects.count() == 20
    channel._held.clear()  # another process knows nothing of the slices before
    worked(noon)
    assert (Report.objects.count(), Case.objects.count(), ImportRun.objects.get().new) == (50, 50, 50)


def test_a_large_book_is_read_beside_and_judged_in_slices(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
    monkeypatch.setattr(channel, "SMALL", 0)
    monkeypatch.setattr(ledger_sheet, "AT_ONCE", 20)
    gate, read = threading.Event(), channel.read_book

    def slowly(*args: Any, **more: Any) -> Any:
        assert gate.wait(10)
        return read(*args, **more)

    id = begun(book(*rows(50)), cast.chen, noon)
    monkeypatch.setattr(channel, "read_book", slowly)
    assert channel.go_on(id, at=noon)  # comes back although the book is not read
    told = [(books.by_id(id).step, books.by_id(id).done)]
    gate.set()
    channel._held[current(), id].reading.result(10)
    while channel.go_on(id, at=noon):
        told.append((books.by_id(id).step, books.by_id(id).done))
    seen = list(dict.fromkeys(told))
    assert seen[:3] == [("reading", 0), ("judging", 20), ("judging", 40)]
    assert {step for step, _ in seen[3:]} == {"writing"}
    assert books.by_id(id).run.new == 50


def test_twin_read_where_the_worker_stands_it_would_hold_him_up(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
    read, asked = channel.read_book, []

    def noted(*args: Any, **more: Any) -> Any:
        asked.append(threading.current_thread() is threading.main_thread())
        return read(*args, **more)

    monkeypatch.setattr(channel, "read_book", noted)
    for small in (channel.SMALL, 0):
        monkeypatch.setattr(channel, "SMALL", small)
        id = begun(book(*rows(2), heads=(*HEADS[:-1], f"备注{small}")), cast.chen, noon)
        while channel.go_on(id, at=noon):
            pass
    assert asked == [True, True, True, False]  # taken in, then brought in


# ---- several large ones ----


class Reader:
    """Reads beside, as slowly as the gate says; which files it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.asked, self.read = threading.Event(), list[str](), channel.read_book
        monkeypatch.setattr(channel, "SMALL", 0)
        monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
        monkeypatch.setattr(channel, "read_book", self)

    def __call__(self, data: bytes, filename: str, **more: Any) -> Any:
        if threading.current_thread().name == channel.READER:
            self.asked.append(data.decode().splitlines()[1])
            assert self.gate.wait(10)
            time.sleep(0.05)  # always longer than a turn
        return self.read(data, filename, **more)


def two_layouts(cast: Cast, noon: datetime) -> list[tuple[UUID, UUID]]:
    """Two books under way, by office and id."""
    kinds = (book(*rows(30)), book(*rows(30), heads=(*HEADS[:-1], "备注")))
    return [(current(), begun(data, cast.chen, noon)) for data in kinds]


def two_offices(cast: Cast, noon: datetime) -> list[tuple[UUID, UUID]]:
    ours = (current(), begun(book(*rows(30)), cast.chen, noon))
    neighbour = Jurisdiction.objects.create(code="371083", name="乳山市", made_at=noon)
    with scope(neighbour.id):
        theirs = everybody(noon, "371083", "yonder-")
        return [ours, (current(), begun(book(*rows(30)), theirs.chen, noon))]


def rounds(under_way: list[tuple[UUID, UUID]], reader: Reader, noon: datetime, most: int = 300) -> bool:
    """The worker goes from office to office, opening the gate after some rounds; whether all books came to their end."""
    left = list(under_way)
    for turn in range(most):
        if turn == 5:
            reader.gate.set()
        for office, id in tuple(left):
            with scope(office):
                if not channel.go_on(id, at=noon):
                    left.remove((office, id))
        if not left:
            return True
        time.sleep(0.001)
    return False


@pytest.mark.parametrize("several", [two_layouts, two_offices])
def test_two_large_books_come_to_their_end_one_after_the_other(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, several: Callable[..., Any]
) -> None:
    under_way = several(cast, noon)
    reader = Reader(monkeypatch)
    assert rounds(under_way, reader, noon)
    assert len(reader.asked) == 2  # each was read once
    for office, id in under_way:
        with scope(office):
            assert (books.by_id(id).stage, books.by_id(id).run.new) == (BookStage.DONE, 30)
    assert channel._held == {}


@pytest.mark.parametrize("several", [two_layouts, two_offices])
def test_twin_if_each_took_the_place_of_the_other_they_would_never_end(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, several: Callable[..., Any]
) -> None:
    def always(book_id: UUID) -> bool:
        if (current(), book_id) not in channel._held:
            channel._held.clear()
        return True

    under_way = several(cast, noon)
    reader = Reader(monkeypatch)
    monkeypatch.setattr(channel, "_may_hold", always)
    assert not rounds(under_way, reader, noon, most=20)
    assert len(reader.asked) > 10
    for one in channel._readings:
        one.join(10)


def test_a_book_that_waits_for_another_is_asked_about_a_little_later(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (id for _, id in two_layouts(cast, noon))
    reader = Reader(monkeypatch)
    worker.do_errands(noon)
    due = dict(Errand.objects.filter(kind=channel.BRING).values_list("key", "due_at"))
    assert due == {str(first): noon, str(second): noon + worker.WAITING_BOOK}
    reader.gate.set()


def test_a_book_that_had_no_turn_for_long_keeps_nobody_waiting(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (id for _, id in two_layouts(cast, noon))
    reader = Reader(monkeypatch)
    assert channel.go_on(first, at=noon) == channel.More.AT_ONCE
    assert channel.go_on(second, at=noon) == channel.More.LATER
    monkeypatch.setattr(channel, "LEFT_SECONDS", -1)
    assert channel.go_on(second, at=noon) == channel.More.LATER  # its thread is still at the first one's file
    (beside,) = channel._readings
    reader.gate.set()
    beside.join(10)
    assert channel.go_on(second, at=noon)
    assert [id for _, id in channel._held] == [second]


def test_a_worker_that_stops_does_not_wait_for_what_is_read_beside(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = begun(book(*rows(2)), cast.chen, noon)
    reader = Reader(monkeypatch)
    assert channel.go_on(id, at=noon)
    assert [(one.is_alive(), one.daemon) for one in channel._readings] == [(True, True)]
    assert (Report.objects.count(), ImportRun.objects.count()) == (0, 0)
    reader.gate.set()


def test_what_fails_gives_its_place_to_others(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **more: Any) -> Any:
        raise RuntimeError("the disk is full")

    first, second = (id for _, id in two_layouts(cast, noon))
    with monkeypatch.context() as patch:
        patch.setattr(channel, "Staging", broken)
        with pytest.raises(RuntimeError):
            channel.go_on(first, at=noon)
    assert channel.go_on(second, at=noon) == channel.More.NO


class Clock:
    """Every step takes a second and a half."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def slowly(self, deed: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **more: Any) -> Any:
            self.now += 1.5
            return deed(*args, **more)

        return done


def longest_turn(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds of the longest turn of a book all of whose steps are slow."""
    clock, id = Clock(), begun(book(*rows(50)), cast.chen, noon)
    monkeypatch.setattr(channel, "time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr(ledger_sheet, "AT_ONCE", 20)
    for owner, name in (
        (channel, "read_book"),
        (ledger_sheet.Judging, "step"),
        (flow.Staging, "step"),
        (channel, "_publish"),
    ):
        monkeypatch.setattr(owner, name, clock.slowly(getattr(owner, name)))
    longest, more = 0.0, True
    while more:
        began = clock.now
        more = bool(channel.go_on(id, at=noon))
        longest = max(longest, clock.now - began)
    return longest


def test_a_turn_comes_back_after_the_step_that_used_up_its_time(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert longest_turn(cast, noon, monkeypatch) == 3.0


def test_twin_with_a_budget_for_each_step_a_turn_would_take_longer(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel._Slice, "is_over", False)
    assert longest_turn(cast, noon, monkeypatch) > 6.0


# ---- over New Year ----

BEFORE, AFTER = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 1, tzinfo=UTC)


def reserved_over_new_year(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The year and count of each reservation of numbers by a book that began in the old year and is written in the new one."""
    asked, reserve = [], numbers._reserve

    def noted(year: int, count: int) -> range:
        asked.append((year, count))
        return reserve(year, count)

    monkeypatch.setattr(numbers, "_reserve", noted)
    id = begun(book(*rows(30)), cast.chen, BEFORE)
    while channel.go_on(id, at=AFTER):
        pass
    assert {number[:12] for number in Case.objects.values_list("number", flat=True)} == {"371072-2027-"}
    return asked


def test_an_import_over_new_year_takes_the_numbers_of_the_new_one_by_the_block(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "connection", SimpleNamespace(in_atomic_block=False))
    assert reserved_over_new_year(cast, monkeypatch) == [(2027, numbers.BLOCK)]


def test_twin_with_the_year_of_its_beginning_each_number_would_be_reserved_by_itself(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(flow, "local_day", lambda at: local_day(BEFORE))
    assert reserved_over_new_year(cast, monkeypatch).count((2027, 1)) == 30
