"""The ledger is derived (I8): it follows the journal, can be made anew, and every line equals a recount."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.cases.opening import Opening, open_many
from gezhi.cases.titles import titled
from gezhi.journal.actions import record
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.finding import Finding
from gezhi.ledger import actions, check, queries
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.queries import LineFilter, Position
from gezhi.reports.actions import publish_run, receive_many, start_run
from gezhi.reports.intake import Intake
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, done, lin, photo, walk

HOUR = timedelta(hours=1)


@pytest.fixture
def loop(cast: Cast, noon: datetime) -> Case:
    """A case of Lin's: returned once, done, found wanting, done again, checked, confirmed; an hour between any two deeds."""
    case = cast.lin_reports(noon)
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.agency)),
        (cast.zhou, Move("correct", note="x")),
        (lin(case), Move("urge")),
        (cast.chen, Move("undo_dispatch")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("return", reason="钥匙在业委会")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, Move("made_safe", note="围好了", shown=(Shown(photo(noon), "before"),))),
        (cast.zhou, Move("carry_forward", reason="等玻璃到货", until=noon + 99 * HOUR)),
        (cast.qian, Move("resume")),
        (cast.qian, done(noon)),
        (
            cast.zhao,
            Move("fail_check", note="看了", reason="还有碎片", shown=(Shown(photo(noon), "verdict"),)),
        ),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
        (lin(case), Move("satisfied")),
    )
    for hours, move in enumerate(moves, start=1):
        case = walk(case, move, at=noon + hours * HOUR)
    return case


def kept_up(at: datetime) -> int:
    """Seal, then let the ledger follow; how many entries it read."""
    seal(at=at)
    return actions.catch_up(at=at)


def picture(line: Line) -> dict[str, object]:
    """Everything a line says, without its own id."""
    names = [field.attname for field in Line._meta.concrete_fields if field.name != "id"]
    return {name: getattr(line, name) for name in names}


EMPTY = (
    "said_at",
    "extended_to",
    "due_at",
    "paused_since",
    "joined_into_id",
    "came_back_from_id",
    "split_from_id",
    "run_id",
)


def test_a_line_tells_the_whole_course_of_a_case(
    cast: Cast, loop: Case, office: Jurisdiction, noon: datetime
) -> None:
    kept_up(noon)
    assert picture(Line.objects.get()) == {
        "jurisdiction_id": office.id,
        "case_id": loop.id,
        "number": "371072-2026-0000001",
        "state": "closed",
        "round": 2,
        "level": loop.level,
        "channel": "qr",
        "place_id": cast.town.stairwell,
        "place_path": cast.town.row(cast.town.stairwell).path,
        "grid_id": cast.town.grid_a1,
        "category_id": loop.category_id,
        "condition_id": loop.condition_id,
        "desk_id": cast.desk_a,
        "lead_id": cast.property,
        "held_by": [str(cast.desk_a), str(cast.agency), str(cast.property)],
        "handler_id": cast.qian.id,
        "checker_id": cast.zhao.id,
        "received_at": noon,
        "accepted_at": noon + 1 * HOUR,
        "dispatched_at": noon + 8 * HOUR,
        "taken_at": noon + 9 * HOUR,
        "made_safe_at": noon + 10 * HOUR,
        "done_at": noon + 15 * HOUR,
        "checked_at": noon + 16 * HOUR,
        "confirmed_at": noon + 17 * HOUR,
        "closed_at": noon + 17 * HOUR,
        "make_safe_due": loop.make_safe_due,
        "fix_due": loop.fix_due,
        "paused_minutes": 60,
        "returns": 1,
        "urges": 1,
        "ending": "solved",
        "verdict": "satisfied",
        "pictures_said": 0,
        "pictures_before": 1,
        "pictures_after": 6,
        "is_held": False,
        **dict.fromkeys(EMPTY),
    }


def test_a_line_says_the_same_as_the_case_in_all_that_both_say(loop: Case, noon: datetime) -> None:
    kept_up(noon)
    line, case = Line.objects.get(), Case.objects.get()
    both = [f.attname for f in Line._meta.concrete_fields if f.attname in vars(case) and f.name != "id"]
    assert {name: getattr(line, name) for name in both} == {name: getattr(case, name) for name in both}
    assert len(both) == 32


def test_following_step_by_step_and_making_anew_give_the_same(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    case = cast.lin_reports(noon)
    kept_up(noon)
    case = walk(case, (cast.chen, Move("accept")), at=noon + HOUR)
    other = cast.lin_reports(noon + HOUR)
    kept_up(noon + HOUR)
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon + 2 * HOUR)
    walk(other, (cast.chen, Move("join", into=case.id)), at=noon + 2 * HOUR)
    kept_up(noon + 2 * HOUR)
    followed = [picture(line) for line in Line.objects.order_by("number")]
    assert actions.rebuild(at=noon + 2 * HOUR) == 2
    assert [picture(line) for line in Line.objects.order_by("number")] == followed
    assert [(line["state"], line["ending"]) for line in followed] == [
        ("dispatched", ""),
        ("closed", "duplicate"),
    ]


def test_reading_again_changes_nothing_and_writes_nothing(
    cast: Cast, noon: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    cast.lin_reports(noon)
    kept_up(noon)
    before = (queries.position(), picture(Line.objects.get()))
    with django_assert_num_queries(2):
        assert actions.catch_up(at=noon + HOUR) == 0
    assert (queries.position(), picture(Line.objects.get())) == before


def test_the_ledger_reads_only_what_is_sealed(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    assert (actions.catch_up(at=noon), queries.position()) == (0, Position(0, None))
    sealed = seal(at=noon)
    assert actions.catch_up(at=noon) == sealed
    assert queries.position() == Position(sealed, noon)


@pytest.mark.parametrize("cases", [1, 6])
def test_a_batch_costs_the_same_for_one_case_as_for_many(
    cases: int, cast: Cast, noon: datetime, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(cases):
        cast.lin_reports(noon)
    seal(at=noon)
    with django_assert_max_num_queries(19):
        actions.catch_up(at=noon)


def test_pictures_of_a_report_count_as_before_the_work(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon, evidence=(photo(noon), photo(noon)))
    kept_up(noon)
    assert Line.objects.get().pictures_said == 2


def test_a_pause_under_way_is_known_by_its_beginning(cast: Cast, noon: datetime) -> None:
    walk(
        cast.lin_reports(noon),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.zhou, Move("carry_forward", reason="等材料", until=noon + 99 * HOUR)),
        at=noon,
    )
    kept_up(noon)
    line = Line.objects.get()
    assert (line.paused_since, line.paused_minutes) == (noon, 0)
    row = next(iter(queries.rows([line], actor=SYSTEM, language="zh-hans", at=noon + 2 * HOUR)))
    assert (row.paused_minutes, row.fixed_on_time) == (120, None)


# ---- the check and its twins ----


def test_a_true_ledger_has_no_findings(loop: Case, noon: datetime) -> None:
    kept_up(noon)
    assert list(check.findings()) == []


def test_a_line_that_was_touched_up_is_named(loop: Case, noon: datetime) -> None:
    kept_up(noon)
    Line.objects.update(fix_due=noon + 999 * HOUR, returns=0)
    position = queries.position().number
    assert list(check.findings()) == [
        Finding("I8", "line 371072-2026-0000001", f"differs from the journal at {position}: fix_due, returns")
    ]


def test_a_line_that_was_taken_out_is_named(loop: Case, noon: datetime) -> None:
    kept_up(noon)
    Line.objects.all().delete()
    assert list(check.findings()) == [Finding("I8", "case 371072-2026-0000001", "has no line in the ledger")]


def test_a_line_that_was_put_in_is_named(cast: Cast, noon: datetime) -> None:
    kept_up(noon)
    unsealed = cast.lin_reports(noon)
    Line.objects.create(
        case=unsealed,
        number=unsealed.number,
        state="closed",
        level="grid",
        channel="qr",
        desk_id=cast.desk_a,
        lead_id=cast.desk_a,
        received_at=noon,
    )
    assert list(check.findings()) == [
        Finding("I8", f"line {unsealed.number}", "the journal knows no such case")
    ]


def test_a_ledger_ahead_of_the_journal_is_named(loop: Case, noon: datetime) -> None:
    kept_up(noon)
    Cursor.objects.update(position=10_000)
    assert Finding("I8", "position 10000", "the ledger has read farther than the journal goes") in list(
        check.findings()
    )


def test_making_anew_mends_all_that_the_check_names(cast: Cast, loop: Case, noon: datetime) -> None:
    lost = cast.lin_reports(noon)
    kept_up(noon)
    Line.objects.filter(case=loop).update(ending="wont_do")
    Line.objects.filter(case=lost).delete()
    assert len(list(check.findings())) == 2
    assert actions.rebuild(at=noon) == 2
    assert list(check.findings()) == []


def test_a_count_that_leaves_deeds_out_would_be_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: a ledger that does not look at what happens after the opening no longer equals a recount."""
    case = cast.lin_reports(noon)
    kept_up(noon)
    walk(case, (cast.chen, Move("accept")), at=noon + HOUR)
    monkeypatch.setattr(actions, "touched", lambda entries: set())
    kept_up(noon + HOUR)
    monkeypatch.undo()
    assert [finding.where for finding in check.findings()] == [f"line {case.number}"]


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written meanwhile."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = re.match(r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"', sql)
        tables.update(found.groups() if found else ())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables


def test_the_ledger_writes_only_its_own_tables(loop: Case, noon: datetime) -> None:
    seal(at=noon)
    with written() as tables:
        actions.catch_up(at=noon)
        Line.objects.update(returns=7)
        actions.rebuild(at=noon)
        list(check.findings())
    assert tables == {"ledger_line", "ledger_cursor"}


def test_another_writer_would_be_seen(cast: Cast, noon: datetime) -> None:
    """Twin: the eye on written tables is open."""
    with written() as tables:
        cast.lin_reports(noon)
    assert {"cases_case", "journal_entry"} <= tables


# ---- imports ----


def imported(cast: Cast, at: datetime) -> UUID:
    """One message of an import that is not published yet; the run's id."""
    run = start_run("message-board", "0" * 64, actor=SYSTEM, at=at)
    said = Intake(
        "import", text="路灯不亮", source="message-board", external_number="1", said_at=at - 99 * HOUR
    )
    [receipt] = receive_many([said], run, at=at)
    deeds = open_many([Opening(receipt.report_id, titled(said.text), "import", run_id=run)], at=at)
    record(receipt.deed, *deeds, actor=SYSTEM, at=at)
    return run


def test_what_an_import_brings_is_in_the_ledger_once_it_is_published(cast: Cast, noon: datetime) -> None:
    run = imported(cast, noon)
    kept_up(noon)
    assert list(queries.lines(LineFilter(), actor=SYSTEM)) == []
    publish_run(run, read=1, actor=SYSTEM, at=noon + HOUR)
    kept_up(noon + HOUR)
    [line] = queries.lines(LineFilter(), actor=SYSTEM)
    assert (line.said_at, line.received_at, line.run_id) == (noon - 99 * HOUR, noon, run)
    assert list(check.findings()) == []


def test_a_held_line_let_out_too_early_is_named(cast: Cast, noon: datetime) -> None:
    imported(cast, noon)
    kept_up(noon)
    Line.objects.update(is_held=False)
    assert [finding.what.partition(": ")[2] for finding in check.findings()] == ["is_held"]
