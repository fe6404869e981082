"""A month is frozen by the worker: asked for once or twice it is one book, a worker that died loses only its turns, and nothing is there before all is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotFromHere, NotYours
from gezhi.ledger import check, freezing, months
from gezhi.ledger.models import WHOLE, Freezing, MonthBook, MonthPart
from tests.cast import Cast
from tests.ledger.test_months import APRIL_3, DAY, MARCH, kept_up, solve
from tests.ledger.test_months import march as march

SECOND = timedelta(seconds=1)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn reads one line."""
    monkeypatch.setattr(months, "PART", 1)
    monkeypatch.setattr(freezing, "SLICE_SECONDS", -1)


def turns(at: datetime, most: int = 20) -> int:
    """The worker's errands until nothing is due; how many turns."""
    for number in range(most):
        if not worker.do_errands(at):
            return number
    raise AssertionError("it never ends")


def test_asked_for_twice_it_is_one_and_says_how_far_it_is(march: Case, cast: Cast, slow: None) -> None:
    id = freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    assert freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3 + SECOND) == id
    worker.do_errands(APRIL_3 + SECOND)
    (row,) = freezing.under_way(cast.chen)
    assert (row.read, row.total, MonthBook.objects.exists()) == (1, 2, False)
    assert freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3 + SECOND) == id
    turns(APRIL_3 + SECOND)
    (book,) = MonthBook.objects.all()
    assert (book.lines, book.by_id, book.desk) == (2, cast.chen.id, cast.desk_a)
    assert (freezing.under_way(cast.chen), list(check.findings())) == ([], [])
    with pytest.raises(NotFromHere):
        freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3 + SECOND)


def test_who_may_not_freeze_it_may_not_ask_for_it(march: Case, cast: Cast) -> None:
    with pytest.raises(NotYours):
        freezing.ask(MARCH, cast.desk_b, actor=cast.chen, at=APRIL_3)
    with pytest.raises(Invalid):
        freezing.ask(APRIL_3.date(), cast.desk_a, actor=cast.chen, at=APRIL_3)
    assert (Freezing.objects.exists(), freezing.under_way(cast.mo)) == (False, [])


def test_it_is_the_book_that_one_would_have_made_at_once(march: Case, cast: Cast, slow: None) -> None:
    """Though the clockwork goes on between its turns: what moved is counted where the book stands."""
    freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    at_once = months.freeze(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    worker.do_errands(APRIL_3)
    solve(march, cast, APRIL_3)
    turns(APRIL_3)
    whole = MonthBook.objects.get(desk=WHOLE)
    states = {line.number: line.state for part in months.frozen_lines(whole.id) for line in part}
    first = {line.number: line.state for part in months.frozen_lines(at_once) for line in part}
    assert (len(states), first.items() <= states.items()) == (3, True)
    assert list(check.findings()) == []


def died() -> None:
    """The process that read is gone, with its lease still running."""
    freezing._held.clear()


def test_a_worker_that_died_in_between_is_followed_by_another_that_begins_anew(
    march: Case, cast: Cast, slow: None
) -> None:
    id = freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    worker.do_errands(APRIL_3)
    died()
    assert freezing.go_on(id, at=APRIL_3 + SECOND) == freezing.WAITS  # it may still be at it
    later = APRIL_3 + freezing.AWAY + SECOND
    turns(later)
    (book,) = MonthBook.objects.all()
    assert (book.lines, MonthPart.objects.count(), list(check.findings())) == (3, 3, [])


def test_who_was_taken_over_reads_no_further(march: Case, cast: Cast, slow: None) -> None:
    id = freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    freezing.go_on(id, at=APRIL_3)
    mine = dict(freezing._held)
    died()
    later = APRIL_3 + freezing.AWAY + SECOND
    freezing.go_on(id, at=later)
    theirs = dict(freezing._held)
    freezing._held.clear()
    freezing._held.update(mine)
    assert (freezing.go_on(id, at=later), freezing._held) == (freezing.WAITS, {})
    freezing._held.update(theirs)
    while freezing.go_on(id, at=later) is not None:
        pass
    assert MonthBook.objects.count() == 1


def test_twin_without_a_holder_two_would_read_the_same_month(
    march: Case, cast: Cast, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    freezing.go_on(id, at=APRIL_3)
    died()
    Freezing.objects.update(holder=None)
    assert freezing.go_on(id, at=APRIL_3 + SECOND) != freezing.WAITS


def test_killed_just_behind_the_book_there_is_one_and_nothing_is_left_over(
    march: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    with monkeypatch.context() as killed:
        killed.setattr(freezing, "_end", _die)
        with pytest.raises(KeyboardInterrupt):
            freezing.go_on(id, at=APRIL_3)
    assert (MonthBook.objects.count(), Freezing.objects.count()) == (1, 1)
    assert freezing.go_on(id, at=APRIL_3 + DAY) is None
    assert (MonthBook.objects.count(), Freezing.objects.count()) == (1, 0)


def _die(*args: object) -> None:
    raise KeyboardInterrupt


def test_frozen_at_once_meanwhile_stays_one(march: Case, cast: Cast, slow: None) -> None:
    id = freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    freezing.go_on(id, at=APRIL_3)
    months.freeze(MARCH, actor=SYSTEM, at=APRIL_3)
    assert freezing.go_on(id, at=APRIL_3) is None
    assert (MonthBook.objects.count(), MonthPart.objects.count()) == (1, 3)


def test_twin_without_the_constraint_of_one_book_its_keeping_says_so(
    march: Case, cast: Cast, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of a second reading: refused, and no part of it is kept."""
    *_steps, read = months.reading(MARCH, WHOLE)
    assert isinstance(read, months.Frozen)
    months.keep(read, MARCH, WHOLE, actor=SYSTEM, at=APRIL_3)
    with pytest.raises(NotFromHere):
        months.keep(read, MARCH, WHOLE, actor=SYSTEM, at=APRIL_3)
    assert MonthPart.objects.count() == 3


def test_what_goes_wrong_to_the_last_try_says_so_and_may_be_asked_for_anew(
    march: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(month: object, desk: object) -> Iterator[int]:
        raise OSError("the disk is gone")
        yield 0

    id = freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    at = APRIL_3
    with monkeypatch.context() as patched:
        patched.setattr(months, "reading", broken)
        for _try in range(8):
            at += timedelta(hours=1)
            worker.do_errands(at)
    assert Errand.objects.get(kind=freezing.FREEZE).parked_at is not None
    assert [one.problem for one in freezing.under_way(cast.chen)] == [freezing.BROKE_OFF]
    assert freezing.ask(MARCH, cast.desk_a, actor=cast.chen, at=at) == id
    kept_up(at)
    turns(at)
    assert MonthBook.objects.count() == 1


def test_a_freezing_that_nobody_goes_on_with_is_found(march: Case, cast: Cast) -> None:
    freezing.ask(MARCH, actor=SYSTEM, at=APRIL_3)
    assert list(check.findings()) == []
    Errand.objects.filter(kind=freezing.FREEZE).update(done_at=APRIL_3)
    assert [one.what for one in check.findings()] == ["is being frozen, and nobody goes on with it"]
