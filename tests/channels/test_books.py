"""An incoming book on its way: kept sealed, mapped as its layout was before, brought in, taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.channels import books as channel
from gezhi.config import worker
from gezhi.flows import take_back
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.refusal import NotFound, NotFromHere
from gezhi.reports import bookfiles, books
from gezhi.reports.books import BookRow
from gezhi.reports.kinds import BookStage
from gezhi.reports.models import ImportRun, IncomingBook, Layout, Report
from tests.cast import Cast
from tests.channels.bringing import begun, book, brought, files, rows, taken, worked

DAY = timedelta(days=1)


# ---- kept, and let go ----


def test_a_book_is_kept_sealed_and_only_whoever_brought_it_opens_it(cast: Cast, noon: datetime) -> None:
    id = channel.take_in(book(*rows(1)), "台账.csv", actor=cast.chen, at=noon)
    (file,) = files()
    assert b"13812345678" not in file.read_bytes()
    assert (bookfiles.read(id), file.stat().st_mode & 0o777) == (book(*rows(1)), 0o600)
    with pytest.raises(NotFound):
        books.book(id, actor=cast.zhou)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(NotFound):
        bookfiles.read(id)


def test_a_book_that_nobody_goes_on_with_is_gone_after_a_day(cast: Cast, noon: datetime) -> None:
    channel.take_in(book(*rows(1)), "台账.csv", actor=cast.chen, at=noon)
    worker.tidy_up(noon + DAY)
    assert len(files()) == 1
    worker.tidy_up(noon + DAY + timedelta(seconds=1))
    assert (files(), IncomingBook.objects.count()) == ([], 0)


def test_its_file_is_gone_when_it_is_in(cast: Cast, noon: datetime) -> None:
    row = brought(book(*rows(3)), cast.chen, noon)
    assert (row.stage, row.run.new, files()) == (BookStage.DONE, 3, [])
    assert Errand.objects.filter(kind=channel.BRING, done_at=None).count() == 0


def test_a_file_is_given_up_only_with_its_row(cast: Cast, noon: datetime) -> None:
    id = channel.keep(book(*rows(1)), "台账.csv", actor=cast.chen, at=noon)
    channel.look_into(books.by_id(id))
    books.give_up(id)  # by a page that asked before somebody had looked into it
    assert (IncomingBook.objects.count(), len(files())) == (1, 1)
    IncomingBook.objects.update(layout="")
    books.give_up(id)
    assert (IncomingBook.objects.count(), files()) == (0, [])


# ---- a layout is asked about once ----


def test_a_layout_is_understood_next_time_as_it_was_confirmed(cast: Cast, noon: datetime) -> None:
    first = taken(book(*rows(1)), cast.chen, noon, fields=["number", "place", "text", "", "status"])
    assert channel.fields_for(channel.sheet_of(first))[1] is False
    channel.begin(first, actor=cast.chen, at=noon)
    worked(noon)
    again = books.book(channel.take_in(book(*rows(2)), "二月.csv", actor=cast.chen, at=noon), actor=cast.chen)
    assert again.fields == ["number", "place", "text", "", "status"]
    assert channel.fields_for(channel.sheet_of(again))[1] is True
    assert (Layout.objects.count(), Report.objects.get().contact) == (1, None)
    assert Entry.objects.filter(subject_kind="layout", event="mapped").count() == 1


# ---- begun once, and failed by name ----


def test_two_books_of_one_layout_do_not_come_in_at_once(cast: Cast, noon: datetime) -> None:
    begun(book(*rows(1)), cast.chen, noon)
    with pytest.raises(NotFromHere) as refused:
        begun(book(*rows(2)), cast.zhou, noon)
    assert refused.value.code == "another_under_way"


def test_a_button_pressed_twice_begins_once(cast: Cast, noon: datetime) -> None:
    row = taken(book(*rows(1)), cast.chen, noon)
    channel.begin(row, actor=cast.chen, at=noon)
    with pytest.raises(NotFromHere):
        channel.begin(row, actor=cast.chen, at=noon)
    assert Errand.objects.filter(kind=channel.BRING).count() == 1


def test_a_book_with_damaged_rows_fails_and_nothing_is_seen(cast: Cast, noon: datetime) -> None:
    data = book(*rows(2), ("N3", "", "", "", ""))
    row = brought(data, cast.chen, noon)
    assert (row.stage, row.problem, Report.objects.count(), files()) == ("failed", "bad_rows", 0, [])
    assert brought(data, cast.chen, noon, skip_bad=True).run.new == 2


def test_a_book_whose_file_is_gone_fails_by_name(cast: Cast, noon: datetime) -> None:
    id = begun(book(*rows(2)), cast.chen, noon)
    bookfiles.drop(id)
    worked(noon)
    assert (books.by_id(id).stage, books.by_id(id).problem) == ("failed", "file")


# ---- finished elsewhere ----


def test_rows_finished_elsewhere_are_declined_by_the_person_who_wanted_it(cast: Cast, noon: datetime) -> None:
    data = book(*rows(2, "已办结"), ("N9", "中街", "井盖松动", "", "已办结"))
    row = brought(data, cast.chen, noon, finished="decline")
    assert (row.stage, row.run.new, row.declined) == ("done", 3, 2)
    found = Case.objects.order_by("id").values_list("state", "ending", "ending_reason")
    declined = ("closed", "declined", "这一条来自原有台账，那里记为已办结。本系统没有经手，不计为办结。")
    # the third lies in another community: it waits for the desk there
    assert list(found) == [declined, declined, ("reported", "", "")]
    entry = Entry.objects.filter(event="decline").first()
    assert entry.actor_id == cast.chen.id


# ---- taken back ----


def test_an_import_is_taken_back_but_for_what_somebody_has_moved(cast: Cast, noon: datetime) -> None:
    row = brought(book(*rows(3)), cast.chen, noon)
    moved = Case.objects.order_by("id").last()
    advance(moved.id, Move("note", note="已去看过"), actor=cast.chen, at=noon)
    channel.begin_taking_back(row, at=noon + DAY)
    worked(noon + DAY)
    row = books.book(row.id, actor=cast.chen)
    assert (row.stage, row.taken_back, row.stayed) == ("withdrawn", 2, [moved.number])
    assert sorted(Case.objects.values_list("state", "ending", "ending_reason")) == [
        ("closed", "declined", "这一批导入有误，已经撤回。"),
        ("closed", "declined", "这一批导入有误，已经撤回。"),
        ("reported", "", ""),
    ]
    deed = Entry.objects.get(subject_kind="import", event="withdrawn")
    assert deed.after == {"taken_back": 2, "stayed": 1, "numbers": [moved.number]}
    assert deed.actor_id == cast.chen.id


def test_after_that_the_corrected_book_comes_in_anew(cast: Cast, noon: datetime) -> None:
    row = brought(book(*rows(3, "已办结")), cast.chen, noon, finished="decline")
    channel.begin_taking_back(row, at=noon)
    worked(noon)
    assert books.book(row.id, actor=cast.chen).taken_back == 3
    assert brought(book(*rows(3, "未办结")), cast.chen, noon).run.new == 3


def test_without_letting_go_of_the_numbers_it_would_be_known(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "let_go", lambda report_ids: None)
    row = brought(book(*rows(3)), cast.chen, noon)
    channel.begin_taking_back(row, at=noon)
    worked(noon)
    assert brought(book(*rows(3)), cast.chen, noon).run.new == 0


def test_an_import_is_taken_back_within_a_day(cast: Cast, noon: datetime) -> None:
    row = brought(book(*rows(1)), cast.chen, noon)
    with pytest.raises(NotFromHere) as refused:
        channel.begin_taking_back(row, at=noon + DAY + timedelta(seconds=1))
    assert refused.value.code == "too_late"


def by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each slice looks at one case."""
    monkeypatch.setattr(channel, "SLICE_SECONDS", 0)
    monkeypatch.setattr(take_back, "AT_ONCE", 1)


def slices(step: Callable[[], bool], most: int = 20) -> int:
    """How many it took until nothing was left; most + 1 when there is no end to it."""
    for number in range(1, most + 1):
        if not step():
            return number
    return most + 1


def untouchable(cast: Cast, noon: datetime) -> BookRow:
    """An import of which three cases were looked at by somebody."""
    row = brought(book(*((f"N{at}", "中街", "井盖松动", "", "") for at in (1, 2, 3))), cast.chen, noon)
    for case in Case.objects.all():
        advance(case.id, Move("note", note="已去看过"), actor=cast.zhou, at=noon)
    channel.begin_taking_back(row, at=noon)
    return row


def test_taking_back_ends_although_more_cases_stay_than_one_slice_looks_at(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = untouchable(cast, noon)
    by_one(monkeypatch)
    assert slices(lambda: channel.go_on_taking_back(row.id, at=noon)) == 4
    assert len(books.book(row.id, actor=cast.chen).stayed) == 3


def test_twin_if_it_forgot_where_it_was_it_would_never_end(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = untouchable(cast, noon)
    by_one(monkeypatch)
    monkeypatch.setattr(
        books, "say_taken_back", lambda id, done, total, *, reached: books.say_progress(id, done, total)
    )
    assert slices(lambda: channel.go_on_taking_back(row.id, at=noon)) == 21


# ---- two workers, and none ----


@pytest.mark.parametrize("finished", ["leave_out", "decline"])
def test_a_book_that_another_worker_published_meanwhile_is_done(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, finished: str
) -> None:
    id = begun(book(*rows(3, "已办结" if finished == "decline" else "")), cast.chen, noon, finished=finished)
    publish = channel._publish

    def too_late(*args: Any) -> None:
        monkeypatch.setattr(channel, "_publish", publish)
        channel._held.clear()  # the other one is another process
        while channel.go_on(id, at=noon):
            pass
        publish(*args)

    monkeypatch.setattr(channel, "_publish", too_late)
    assert channel.go_on(id, at=noon) == channel.More.NO
    row = books.by_id(id)
    assert (row.stage, row.run.new, Case.objects.count()) == (BookStage.DONE, 3, 3)
    assert ImportRun.objects.filter(published_at=None).count() == 0


def test_a_run_that_nobody_published_is_told_as_what_went_wrong(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any) -> None:
        raise NotFound

    id = begun(book(*rows(1)), cast.chen, noon)
    monkeypatch.setattr(channel, "_publish", gone)
    with pytest.raises(NotFound):
        channel.go_on(id, at=noon)


def test_a_book_whose_errand_was_given_up_is_failed_after_a_day_and_its_file_is_gone(
    cast: Cast, noon: datetime
) -> None:
    id = begun(book(*rows(1)), cast.chen, noon)
    later = noon + DAY + timedelta(seconds=1)
    worker.tidy_up(later)
    assert (books.by_id(id).stage, len(files())) == (BookStage.STAGING, 1)  # its errand lives
    Errand.objects.filter(kind=channel.BRING).update(parked_at=noon)
    worker.tidy_up(noon + DAY)
    assert len(files()) == 1
    worker.tidy_up(later)
    row = books.by_id(id)
    assert (row.stage, row.problem, row.ended_at, files()) == ("failed", "lost_staging", later, [])


def test_twin_without_that_look_it_would_be_under_way_for_ever(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = begun(book(*rows(1)), cast.chen, noon)
    Errand.objects.filter(kind=channel.BRING).update(parked_at=noon)
    monkeypatch.setattr(books, "_fail_lost", lambda at: None)
    worker.tidy_up(noon + 9 * DAY)
    assert (books.by_id(id).stage, len(files())) == (BookStage.STAGING, 1)
