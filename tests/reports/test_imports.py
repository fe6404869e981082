"""Messages brought in from somebody else's book: in batches, out of sight until published, and never twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gezhi.journal.actions import record
from gezhi.journal.queries import story
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.reports import check, queries
from gezhi.reports.actions import publish_run, receive_many, start_run
from gezhi.reports.intake import Intake
from gezhi.reports.models import ImportRun, Report
from gezhi.tenancy.clock import new_id

BOARD = "leaders-board"


def message(number: int, text: str = "小区停水三天") -> Intake:
    """One row of the board."""
    return Intake("import", f"{text} {number}", source=BOARD, external_number=str(number))


def bring(rows, actor, at, digest="a" * 64):
    """One whole import as the flow does it; gives (new, known)."""
    run = start_run(BOARD, digest, actor=actor, at=at)
    for start in range(0, len(rows), 100):
        with transaction.atomic():
            receipts = receive_many(rows[start : start + 100], run, at=at)
            deeds = [one.deed for one in receipts if one.deed]
            if deeds:
                record(*deeds, actor=actor, at=at)
    return publish_run(run, read=len(rows), actor=actor, at=at)


def test_a_sheet_becomes_reports_with_their_number_and_time(office, admin_actor, noon):
    said = replace(message(7), said_at=noon - timedelta(days=900))
    assert bring([said], admin_actor, noon) == (1, 0)
    (row,) = queries.for_desk(Report.objects.values_list("id", flat=True))
    assert (row.text, row.external_number, row.source) == ("小区停水三天 7", "7", BOARD)
    assert (row.said_at, row.received_at) == (noon - timedelta(days=900), noon)
    assert list(check.findings()) == []


def test_the_same_sheet_again_adds_nothing(office, admin_actor, noon):
    rows = [message(n) for n in range(250)]
    assert bring(rows, admin_actor, noon) == (250, 0)
    assert bring([*rows, message(250)], admin_actor, noon, "b" * 64) == (1, 250)
    assert Report.objects.count() == 251


@pytest.mark.parametrize("items", [1, 3, 100])
def test_a_batch_costs_one_question_and_one_insert(office, admin_actor, noon, items):
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    queries.tracking_code(new_id())
    with transaction.atomic(), CaptureQueriesContext(connection) as log:
        receipts = receive_many([message(n) for n in range(items)], run, at=noon)
    statements = [
        entry["sql"].rpartition(" times: ")[2].split()[0]
        for entry in log.captured_queries
        if "SAVEPOINT" not in entry["sql"]
    ]
    assert (statements, len(receipts)) == (["SELECT", "INSERT"], items)
    assert all(one.deed for one in receipts)


def test_a_long_message_of_another_board_is_kept_whole(office, admin_actor, noon):
    long = "我家住在三楼，" * 2500
    assert bring([replace(message(1), text=long)], admin_actor, noon) == (1, 0)
    assert Report.objects.get().text == long


def test_a_number_twice_in_one_sheet_is_one_report(office, admin_actor, noon):
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    first, second = receive_many([message(1), message(1, "又一次")], run, at=noon)
    assert (first.is_new, second.is_new, second.code) == (True, False, first.code)


def test_twin_the_database_itself_refuses_a_number_twice(office, noon, admin_actor):
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    receive_many([message(1)], run, at=noon)
    (row,) = Report.objects.all()
    row.pk, row.code_digest = new_id(), "0" * 64
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_run_is_out_of_sight_until_it_is_published(office, admin_actor, noon):
    assert queries.unpublished_runs() == []
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    receive_many([message(1)], run, at=noon)
    assert queries.unpublished_runs() == [run]
    assert publish_run(run, read=3, bad=1, actor=admin_actor, at=noon) == (1, 1)
    assert queries.unpublished_runs() == []
    with pytest.raises(NotFound):
        publish_run(run, read=3, actor=admin_actor, at=noon)
    assert [step.entry.event for step in story("import", run)] == ["started", "published"]


def test_an_import_that_was_killed_goes_on_where_it_was(office, admin_actor, noon):
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    rows = [message(n) for n in range(3)]
    for one in receive_many(rows[:2], run, at=noon):
        record(one.deed, actor=admin_actor, at=noon)
    assert bring(rows, admin_actor, noon, "b" * 64) == (3, 0)
    assert ImportRun.objects.get().file_digest == "b" * 64
    assert Report.objects.filter(run=run).count() == 3


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        (replace(message(2), text=" "), "text", "missing"),
        (replace(message(2), text="坏\0字"), "text", "nul"),
        (replace(message(2), text="长" * 20_001), "text", "too_long"),
        (replace(message(2), external_number=""), "external_number", "missing"),
        (replace(message(2), source=""), "external_number", "missing"),
        (replace(message(2), evidence=(new_id(),)), "evidence", "not_in_a_sheet"),
    ],
)
def test_a_damaged_row_is_named_and_nothing_of_its_batch_is_kept(office, admin_actor, noon, bad, field, code):
    run = start_run(BOARD, "a" * 64, actor=admin_actor, at=noon)
    with pytest.raises(Invalid) as refusal:
        receive_many([message(1), bad, message(3)], run, at=noon)
    assert (refusal.value.field, refusal.value.code, refusal.value.details["row"]) == (field, code, 1)
    assert not Report.objects.exists()
