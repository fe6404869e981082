"""A large ledger is written by the worker in short turns: who asked gets it, a kill costs only turns, and a day later it is gone."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest

from gezhi.config import worker
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere
from gezhi.ledger import actions, files
from gezhi.ledger.models import LedgerFile
from gezhi.ledger.queries import LineFilter, as_values, from_values
from tests.cast import Cast

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ALL = LineFilter()


@pytest.fixture
def seven(
    cast: Cast, noon: datetime, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Cast:
    """Seven doors in A1 and a lamp in B2; files go to a folder of this test; a turn ends after each step of a line or two."""
    monkeypatch.setattr(settings, "GEZHI_DATA", str(tmp_path))
    monkeypatch.setattr(files, "CHUNK", 3)
    monkeypatch.setattr("gezhi.ledger.sheetrows.WRITTEN_AT_ONCE", 2)
    monkeypatch.setattr("gezhi.ledger.plain.TOLD", 2)
    monkeypatch.setattr(files, "SLICE_SECONDS", 0.0)
    for number in range(7):
        cast.lin_reports(noon, f"第{number}扇门坏了")
    cast.lin_reports(noon, "中街路灯不亮", place=cast.town.street_b)
    seal(at=noon)
    actions.catch_up(at=noon)
    return cast


def asked(cast: Cast, at: datetime, suffix: str = ".csv", who: str = "chen") -> UUID:
    return files.ask(ALL, suffix=suffix, actor=_person(cast, who), language="zh-hans", at=at)


def _person(cast: Cast, who: str) -> Actor:
    person: Actor = getattr(cast, who)
    return person


def written(id: UUID, at: datetime) -> int:
    """Turns until it was done."""
    turns = 1
    while files.go_on(id, at=at) is not None:
        turns += 1
    return turns


def table(id: UUID, actor: Actor) -> list[dict[str, str]]:
    with files.open_file(files.file(id, actor=actor)) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))


def test_a_large_ledger_is_written_turn_by_turn(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon)
    assert (files.file(id, actor=seven.chen).total, files.file(id, actor=seven.chen).is_ready) == (7, False)
    assert written(id, noon) == 5
    row = files.file(id, actor=seven.chen)
    assert (row.written, row.is_ready, row.problem) == (7, True, "")
    assert [line["编号"][-1] for line in table(id, seven.chen)] == list("7654321")


def test_the_workbook_of_turns_is_the_same_as_the_one_made_at_once(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon, ".xlsx")
    written(id, noon)
    with files.open_file(files.file(id, actor=seven.chen)) as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).active
    assert [sheet.cell(row, 1).value[-1] for row in range(5, 12)] == list("7654321")
    assert (sheet.auto_filter.ref, sheet.max_row) == ("A4:AO11", 11)


def test_the_worker_writes_what_was_asked_for(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon)
    for turn in range(8):
        worker.do_errands(noon + turn * SECOND)
    assert files.file(id, actor=seven.chen).is_ready


def test_a_killed_worker_costs_its_turns_and_nothing_else(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon)
    files.go_on(id, at=noon)
    files._held.popitem()[1].half.close()  # it is gone, and with it the lock
    written(id, noon)
    assert len(table(id, seven.chen)) == 7


def test_what_another_worker_writes_is_left_to_it(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon)
    files.go_on(id, at=noon)
    mine = dict(files._held)
    files._held.clear()
    assert files.go_on(id, at=noon) == timedelta(seconds=2)
    files._held.update(mine)
    written(id, noon)
    assert len(table(id, seven.chen)) == 7


def test_without_the_lock_two_would_write_into_one_file(
    seven: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: it is the lock that keeps the second one off."""
    monkeypatch.setattr(files.fcntl, "flock", lambda *_: None)
    id = asked(seven, noon)
    files.go_on(id, at=noon)
    mine = dict(files._held)
    files._held.clear()
    assert files.go_on(id, at=noon) == timedelta()
    for one in (*mine.values(), *files._held.values()):
        one.half.close()


def test_nobody_gets_what_somebody_else_asked_for(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon)
    written(id, noon)
    with pytest.raises(NotFound):
        files.file(id, actor=seven.zhao)
    assert [one.id for one in files.files(seven.chen)] == [id]
    assert files.files(seven.zhao) == []


def test_it_holds_what_the_asker_may_see(seven: Cast, noon: datetime) -> None:
    id = asked(seven, noon, who="mo")
    written(id, noon)
    assert [line["问题描述"] for line in table(id, seven.mo)] == ["中街路灯不亮"]


def test_the_same_is_asked_for_once_and_three_at_a_time_at_most(seven: Cast, noon: datetime) -> None:
    assert asked(seven, noon) == asked(seven, noon)
    asked(seven, noon, ".xlsx")
    files.ask(LineFilter(state="closed"), suffix=".csv", actor=seven.chen, language="en", at=noon)
    with pytest.raises(NotFromHere) as refused:
        files.ask(LineFilter(state="opened"), suffix=".csv", actor=seven.chen, language="en", at=noon)
    assert refused.value.code == "too_many_files"
    with pytest.raises(Invalid):
        asked(seven, noon, ".pdf")


def test_more_lines_than_a_sheet_holds_end_with_a_reason(
    seven: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.ledger.book.MOST_LINES", 3)
    id = asked(seven, noon, ".xlsx")
    written(id, noon)
    row = files.file(id, actor=seven.chen)
    assert (row.problem, row.is_ready) == ("too_many", False)


def test_a_day_later_it_is_gone(seven: Cast, noon: datetime, tmp_path: Path) -> None:
    id = asked(seven, noon)
    written(id, noon)
    assert [one.name for one in (tmp_path / "ledgers").iterdir()] == [f"{id.hex}.csv"]
    files.purge(at=noon + DAY)
    assert LedgerFile.objects.count() == 1
    files.purge(at=noon + DAY + SECOND)
    assert not list((tmp_path / "ledgers").iterdir())
    assert not LedgerFile.objects.exists()


def test_a_filter_comes_back_as_it_was_kept(cast: Cast, noon: datetime) -> None:
    wanted = LineFilter("closed", "/", cast.desk_a, cast.desk_b, noon, noon + DAY, "门")
    assert from_values(as_values(wanted)) == wanted
    assert as_values(ALL) == {}
