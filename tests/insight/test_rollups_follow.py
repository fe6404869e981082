"""The roll-ups follow the journal, take the old away and add the new, and come to the same when all is counted anew."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from gezhi.cases.move import Move
from gezhi.cases.opening import Opening, open_many
from gezhi.cases.titles import titled
from gezhi.flows.move_place import follow, move_place
from gezhi.insight.models import Mark
from gezhi.insight.rollups import counters, following
from gezhi.insight.rollups.anew import begin_when_new, count_anew
from gezhi.journal.actions import record
from gezhi.journal.models import Entry
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.ledger.models import Line
from gezhi.ledger.recount import Lines
from gezhi.reports.actions import publish_run, receive_many, start_run
from gezhi.reports.intake import Intake
from tests.cast import Cast, done, walk

HOUR = timedelta(hours=1)
Sums = Counter[tuple[str, str, str]]


class Said:
    """A counter of tests: how many lines say what, by state, ending and where they are, in each edition."""

    def __init__(self) -> None:
        self.sums: dict[int, Sums] = {}

    def touched(self, entries: Iterable[Entry]) -> set[UUID]:
        return set()

    def change(self, old: Lines, new: Lines, edition: int) -> None:
        _count(self.sums.setdefault(edition, Counter()), old, new)

    def anew(self) -> "SaidAnew":
        return SaidAnew(self)

    def clear(self, edition: int) -> Iterator[None]:
        yield
        self.sums = {one: sums for one, sums in self.sums.items() if one >= edition}

    def now(self) -> Sums:
        """What counts, without zeros; raises AssertionError where more was taken away than there was."""
        sums = self.sums.get(Mark.objects.get().edition, Counter())
        assert min(sums.values(), default=0) >= 0, sums
        return +sums


class SaidAnew:
    def __init__(self, counter: Said) -> None:
        self.counter, self.sums = counter, Counter[tuple[str, str, str]]()

    def change(self, old: Lines, new: Lines) -> None:
        _count(self.sums, old, new)

    def write(self, edition: int) -> Iterator[None]:
        yield
        self.counter.sums[edition] = self.sums


def _count(sums: Sums, old: Lines, new: Lines) -> None:
    for line in old.lines:
        sums[line.state, line.ending, line.place_path] -= 1
    for line in new.lines:
        sums[line.state, line.ending, line.place_path] += 1


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    counter = Said()
    monkeypatch.setattr(counters, "COUNTERS", (counter,))
    return counter


def kept_up(at: datetime) -> int:
    seal(at=at)
    ledger.catch_up(at=at)
    return following.catch_up(at=at)


def of_ledger() -> Sums:
    rows = Line.objects.filter(is_held=False).values_list("state", "ending", "place_path")
    return Counter(tuple(row) for row in rows)


def test_a_line_that_moves_on_is_counted_once(said: Said, cast: Cast, noon: datetime) -> None:
    first = cast.lin_reports(noon)
    cast.lin_reports(noon, "路灯不亮")
    kept_up(noon)
    assert sum(said.now().values()) == 2
    walk(
        first, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon + HOUR
    )
    assert kept_up(noon + HOUR) > 0
    assert said.now() == of_ledger()
    assert kept_up(noon + HOUR) == 0


def test_they_are_never_ahead_of_the_ledger(said: Said, cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    seal(at=noon)
    assert following.catch_up(at=noon) == 0
    ledger.catch_up(at=noon)
    assert following.catch_up(at=noon) > 0


@pytest.mark.parametrize("batch", [1, 2, 3, 250])
def test_batches_of_any_size_come_to_the_same(
    batch: int, said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Joined, taken back, done, found wanting, closed, reopened."""
    monkeypatch.setattr(following, "BATCH", batch)
    one, other = cast.lin_reports(noon), cast.lin_reports(noon, "玻璃碎了")
    walk(one, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon + HOUR)
    walk(other, (cast.chen, Move("join", into=one.id)), at=noon + HOUR)
    kept_up(noon + HOUR)
    walk(other, (cast.chen, Move("undo_join")), at=noon + HOUR)
    walk(
        one,
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("fail_check", note="看了", reason="还有碎片")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
        (cast.chen, Move("satisfied", note="电话里说满意")),
        (cast.zhou, Move("reopen", reason="又碎了")),
        at=noon + 2 * HOUR,
    )
    kept_up(noon + 2 * HOUR)
    assert said.now() == of_ledger()


def imported(at: datetime, rows: int) -> UUID:
    """Messages of an import that is not published yet; the run's id."""
    run = start_run("message-board", f"{rows:064x}", actor=SYSTEM, at=at)
    said = [
        Intake("import", text="路灯不亮", source="message-board", external_number=str(row))
        for row in range(rows)
    ]
    receipts = receive_many(said, run, at=at)
    openings = [Opening(one.report_id, titled("路灯不亮"), "import", run_id=run) for one in receipts]
    record(*(one.deed for one in receipts), *open_many(openings, at=at), actor=SYSTEM, at=at)
    return run


@pytest.mark.parametrize("batch", [1, 2, 250])
def test_an_import_counts_from_the_moment_it_is_published(
    batch: int, said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", batch)
    cast.lin_reports(noon)
    run = imported(noon, 4)
    kept_up(noon)
    assert sum(said.now().values()) == 1
    publish_run(run, read=4, actor=SYSTEM, at=noon)
    cast.lin_reports(noon, "路灯不亮")
    kept_up(noon)
    assert said.now() == of_ledger()
    assert sum(said.now().values()) == 6
    assert following.reached().is_whole


def test_while_an_import_is_counted_in_the_mark_stays_before_it(
    said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    publish_run(imported(noon, 4), read=4, actor=SYSTEM, at=noon)
    seal(at=noon)
    ledger.catch_up(at=noon)
    while following.reached().is_whole or not following.reached().position:
        following.catch_up(at=noon, most=1)
    assert following.reached().position < ledger.Cursor.objects.get().position
    count_anew(at=noon)
    assert following.reached().is_whole
    assert said.now() == of_ledger()


class Killed(Exception):
    pass


def test_a_first_count_that_was_killed_passes_for_none_and_is_made_again(
    said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        cast.lin_reports(noon, f"路灯不亮 {n}")
    seal(at=noon)
    ledger.catch_up(at=noon)

    def killed(*given: object) -> bool:
        raise Killed

    with monkeypatch.context() as within:
        within.setattr("gezhi.insight.rollups.anew._put_in_force", killed)
        with pytest.raises(Killed):
            begin_when_new(at=noon)
    assert Mark.objects.count() == 1
    assert (following.reached().is_whole, following.reached().at) == (False, None)
    begin_when_new(at=noon)
    assert (following.reached().is_whole, said.now()) == (True, of_ledger())


def test_what_a_worker_followed_of_years_passes_for_nothing_before_its_end(
    said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 1)
    cast.lin_reports(noon)
    seal(at=noon)
    ledger.catch_up(at=noon)
    following.catch_up(at=noon, most=1)
    assert not following.reached().is_whole
    with monkeypatch.context() as within:
        counted: list[datetime] = []
        within.setattr("gezhi.insight.rollups.anew.count_anew", lambda *, at: counted.append(at))
        begin_when_new(at=noon)
        assert counted == [noon]
        following.catch_up(at=noon)
        begin_when_new(at=noon)
        assert counted == [noon]
    assert (following.reached().is_whole, said.now()) == (True, of_ledger())


def test_a_place_that_moves_takes_its_open_cases_along(said: Said, cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    kept_up(noon)
    move_place(
        cast.town.compound,
        parent_id=cast.town.community_b,
        grid_id=cast.town.grid_b2,
        reason="划给了韩乐坊",
        actor=SYSTEM,
        at=noon,
    )
    follow({"path": cast.town.row(cast.town.compound).path}, None, at=noon)
    kept_up(noon)
    assert said.now() == of_ledger()
    ((_, _, path),) = said.now()
    assert path.startswith(cast.town.row(cast.town.community_b).path)


def test_counted_anew_they_say_the_same(said: Said, cast: Cast, noon: datetime) -> None:
    for _ in range(3):
        cast.lin_reports(noon)
    kept_up(noon)
    before = said.now()
    heard: list[int] = []
    assert count_anew(at=noon, told=heard.append) == 3
    assert (said.now(), heard, list(said.sums)) == (before, [3], [2])


def test_what_moves_while_all_is_counted_anew_is_counted_as_it_is_then(
    said: Said, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first range a case of it moves on, an import is published, and a new case comes in."""
    monkeypatch.setattr("gezhi.insight.rollups.anew.RANGE", 2)
    run = imported(noon, 3)
    first = cast.lin_reports(noon)
    kept_up(noon)

    told: list[int] = []

    def meanwhile(lines: int) -> None:
        told.append(lines)
        if len(told) == 1:
            walk(first, (cast.chen, Move("accept")), at=noon + HOUR)
            cast.lin_reports(noon, "路灯不亮")
            publish_run(run, read=4, actor=SYSTEM, at=noon)
            seal(at=noon + HOUR)
            ledger.catch_up(at=noon + HOUR)

    count_anew(at=noon + HOUR, told=meanwhile)
    following.catch_up(at=noon + HOUR)
    assert said.now() == of_ledger()
    assert sum(said.now().values()) == 5
