"""A large ledger is written by the worker in short turns: who asked gets it, a kill costs only turns, and a day later it is gone."""

import csv
import fcntl
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.db.models import Q

from gezhi.config import worker
from gezhi.insight.search import following as search
from gezhi.journal.models import Errand
from gezhi.journal.outbox import MOST_TRIES
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere
from gezhi.ledger import actions, files
from gezhi.ledger.forms import FormRow
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


def ended_meanwhile(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What lies there when one worker ends a file just between another's opening of it and its lock."""
    id, lock = asked(cast, at), fcntl.flock
    half, whole = files._half(id), files._path(id, ".csv")

    def late(file: Any, how: int) -> None:
        if half.exists():
            half.write_bytes(b"whole")
            half.replace(whole)
        lock(file, how)

    monkeypatch.setattr("gezhi.ledger.files.fcntl.flock", late)
    assert files.go_on(id, at=at) is not None
    return whole.read_bytes()


def test_a_file_that_another_worker_has_just_ended_stays_whole(
    seven: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended_meanwhile(seven, noon, monkeypatch) == b"whole"


def test_without_a_look_at_what_was_locked_the_finished_file_would_be_emptied(
    seven: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_is_still", lambda _half, _path: True)
    assert ended_meanwhile(seven, noon, monkeypatch) != b"whole"


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


ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIELDS: list[dict[str, Any]] = [
    {"state": "closed"},
    {"place_path": "/a/"},
    {"category": ONE},
    {"party": TWO},
    {"channel": "phone"},
    {"level": "grid"},
    {"rounds": (1, 1)},
    {"rounds": (2, None)},
    {"since": NOW},
    {"until": NOW + DAY},
    {"words": "门"},
    {"cases": frozenset({ONE, TWO})},
    {"cases": frozenset()},
    {"words": "门", "holds": Q(id=ONE)},
]


@pytest.mark.parametrize("said", FIELDS, ids=lambda said: "-".join(said))
def test_every_field_of_a_filter_comes_back_as_it_was_kept(said: dict[str, Any]) -> None:
    wanted = LineFilter(**said)
    through = json.loads(json.dumps(as_values(wanted)))
    assert from_values(through, lambda words: Q(id=ONE) if words == "门" else None) == wanted


def test_no_field_of_a_filter_is_forgotten_here() -> None:
    assert {name for said in FIELDS for name in said} == set(LineFilter.__dataclass_fields__)
    assert as_values(ALL) == {}


def test_a_condition_that_no_words_say_is_refused_before_it_is_kept() -> None:
    with pytest.raises(Invalid) as refused:
        as_values(LineFilter(holds=Q(id=ONE)))
    assert refused.value.code == "not_kept"


@pytest.mark.parametrize("kept", [{"rounds": "(2, None)"}, {"holds": "(AND: x)"}, {"elsewhere": "1"}])
def test_what_no_filter_wrote_is_refused_and_a_form_begins_with_all(kept: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        from_values(kept)
    values = dict.fromkeys(FormRow._fields) | {"wanted": kept}
    assert FormRow(**values).filter == ALL


@pytest.mark.parametrize(
    "wanted, numbers", [({"words": "灯", "holds": Q()}, "8"), ({"rounds": (2, None)}, "")]
)
def test_the_worker_writes_a_ledger_of_words_and_of_rounds(
    seven: Cast, noon: datetime, wanted: dict[str, Any], numbers: str
) -> None:
    search.catch_up()
    id = files.ask(LineFilter(**wanted), suffix=".csv", actor=seven.zhou, language="zh-hans", at=noon)
    for turn in range(4):
        worker.do_errands(noon + turn * SECOND)
    assert [line["编号"][-1] for line in table(id, seven.zhou)] == list(numbers)


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no")


def test_a_file_that_fails_each_time_ends_with_a_problem_and_locks_nobody_out(
    seven: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, at = asked(seven, noon), noon
    monkeypatch.setattr(files, "rows", broken)
    for _try in range(MOST_TRIES):
        assert files.file(id, actor=seven.chen).ended_at is None
        worker.do_errands(at)
        at += timedelta(hours=1)
    row = files.file(id, actor=seven.chen)
    assert (row.problem, row.is_ready) == (files.BROKE_OFF, False)
    assert not LedgerFile.objects.filter(ended_at=None).exists()


def test_a_file_whose_worker_died_at_the_last_try_ends_at_the_next_tidying(
    seven: Cast, noon: datetime
) -> None:
    id = asked(seven, noon)
    Errand.objects.filter(kind=files.WRITE).update(parked_at=noon)
    files.purge(at=noon)
    assert files.file(id, actor=seven.chen).problem == files.BROKE_OFF
