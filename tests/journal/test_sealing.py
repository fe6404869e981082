"""The worker puts new rows into the jurisdiction's chain: in order, once, and with a copy of the head outside."""

import json
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from gezhi.journal import queries, sealing
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry, Seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.ids import uuid7
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.journal.crowd import together

pytestmark = pytest.mark.django_db

IN_ORDER = [("report", 1), ("accept", 2), ("dispatch", 3), ("take", 4)]


@pytest.fixture
def clock_running_backwards(monkeypatch):
    """Each row's id is smaller than the one before, as when processes disagree about the time."""
    countdown = iter(range(10_000, 0, -1))
    monkeypatch.setattr("gezhi.journal.actions.new_id", lambda: uuid7(1_772_000_000_000 + next(countdown), 1))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 3)


def sealed_steps(case) -> list[tuple[str, int]]:
    return list(Entry.objects.filter(subject_id=case).order_by("position").values_list("event", "seq"))


def tell_two_cases(noon) -> list:
    """Two cases of four steps each, told in turn."""
    cases = [new_id(), new_id()]
    for event, seq in IN_ORDER:
        record(*(Deed("case", case, event, is_first=seq == 1) for case in cases), actor=SYSTEM, at=noon)
    return cases


def test_the_journal_is_as_long_as_what_was_done_sealed_or_not(office, noon):
    before = queries.length()
    tell_two_cases(noon)
    assert queries.length() == before + 8
    sealing.seal(at=noon)
    tell_two_cases(noon)
    assert queries.length() == before + 16


def test_rows_get_positions_without_a_gap(history, noon):
    assert sealing.seal(at=noon) == 8
    assert [entry.position for entry in Entry.objects.order_by("id")] == list(range(1, 9))
    assert queries.sealed_position() == 8
    assert sealing.seal(at=noon) == 0


def test_rows_come_out_in_sealed_order(sealed):
    assert [entry.position for entry in queries.after_position(5, 2)] == [6, 7]


def test_nothing_is_sealed_where_nothing_was_done(office, noon):
    assert (sealing.seal(at=noon), queries.sealed_position(), Seal.objects.count()) == (0, 0, 0)
    assert not sealing.head_file(office.code).exists()


def test_a_cases_steps_keep_their_order_whatever_the_clock_did(clock_running_backwards, office, noon, found):
    cases = tell_two_cases(noon)
    sealing.seal(at=noon)
    assert [sealed_steps(case) for case in cases] == [IN_ORDER, IN_ORDER]
    assert found() == []


def test_a_cases_steps_keep_their_order_over_several_seals(
    clock_running_backwards, small_batches, office, noon, found
):
    cases = tell_two_cases(noon)
    assert sealing.seal(at=noon) == 8
    assert [sealed_steps(case) for case in cases] == [IN_ORDER, IN_ORDER]
    assert found() == []


@pytest.mark.parametrize("order", ["_in_order", "_next_batch"])
def test_without_care_for_the_order_steps_would_swap(
    order, clock_running_backwards, small_batches, office, noon, monkeypatch
):
    """The twin: sealed by id alone, a later step stands before an earlier one."""
    plain = {
        "_in_order": lambda entries: sorted(entries, key=lambda entry: entry.id),
        "_next_batch": lambda: list(Entry.objects.filter(position=None).order_by("id")[: sealing.BATCH]),
    }
    monkeypatch.setattr(sealing, order, plain[order])
    cases = tell_two_cases(noon)
    sealing.seal(at=noon)
    assert [sealed_steps(case) for case in cases] != [IN_ORDER, IN_ORDER]


def test_many_rows_are_sealed_in_batches_that_follow_each_other(history, small_batches, noon, found):
    sealing.seal(at=noon)
    assert list(Seal.objects.order_by("number").values_list("number", "first", "last")) == [
        (1, 1, 3),
        (2, 4, 6),
        (3, 7, 8),
    ]
    assert found() == []


def test_the_head_is_copied_outside_and_kept_once_a_day(sealed, write, office, noon):
    for hours in (1, 2, 24):
        write(new_id(), "report", is_first=True)
        sealing.seal(at=noon + timedelta(hours=hours))
    path, last = sealing.head_file(office.code), Seal.objects.get(number=4)
    assert json.loads(path.read_text()) == {
        "number": 4,
        "position": 11,
        "digest": last.digest,
        "at": (noon + timedelta(hours=24)).isoformat(),
    }
    kept = path.with_suffix(".history").read_text().splitlines()
    assert [(line[:10], json.loads(line[11:])["number"]) for line in kept] == [
        ("2026-03-02", 1),
        ("2026-03-03", 4),
    ]
    assert sorted(one.name for one in path.parent.iterdir()) == ["371072.history", "371072.json"]


def test_each_jurisdiction_has_a_chain_of_its_own(sealed, noon, found):
    other = Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)
    with scope(other.id):
        record(Deed("case", new_id(), "report", is_first=True), actor=SYSTEM, at=noon)
        assert sealing.seal(at=noon) == 1
        assert (queries.sealed_position(), found()) == (1, [])
    assert (queries.sealed_position(), found()) == (8, [])


@pytest.mark.parametrize("rows", [1, 40])
def test_a_seal_costs_the_same_statements_for_one_row_and_forty(
    rows, office, noon, django_assert_num_queries
):
    record(*(Deed("case", new_id(), "report", is_first=True) for _ in range(rows)), actor=SYSTEM, at=noon)
    sealing._take_turn()  # the first time its row is made
    with django_assert_num_queries(7):  # savepoint, turn, rows, last seal, positions, new seal, savepoint
        sealing._seal_one_batch(noon)


def sealed_while_somebody_holds_the_office(office, noon) -> int | None:
    """How many rows a sealer seals beside a long import that holds the jurisdiction's row; None when he has to wait for it."""
    got = []

    def seal_beside():
        try:
            with scope(office.id), connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
                got.append(sealing.seal(at=noon))
        except OperationalError:
            got.append(None)
        finally:
            connection.close()

    with transaction.atomic():
        Jurisdiction.objects.select_for_update(no_key=True).get(id=office.id)
        beside = threading.Thread(target=seal_beside)
        beside.start()
        beside.join(20)
    return got[0]


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite there is one writer at a time whatever he writes"
)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_sealer_does_not_wait_for_a_long_import(history, office, noon):
    assert sealed_while_somebody_holds_the_office(office, noon) == 8


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_twin_with_the_jurisdictions_row_as_turn_he_would(history, office, noon, monkeypatch):
    rows = Jurisdiction.objects.select_for_update(no_key=True)
    monkeypatch.setattr(sealing, "_take_turn", lambda: rows.get(id=office.id))
    assert sealed_while_somebody_holds_the_office(office, noon) is None


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_twin_without_a_turn_two_sealers_would_meet(history, office, noon, monkeypatch):
    both = threading.Barrier(2)
    plain = sealing._next_batch

    def met():
        rows = plain()
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return rows

    monkeypatch.setattr(sealing, "_next_batch", met)
    monkeypatch.setattr(sealing, "_take_turn", lambda: None)
    with pytest.raises(IntegrityError):
        together(lambda: sealing.seal(at=noon), workers=2, jurisdiction=office.id)


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_seal_each_row_once(history, small_batches, office, noon, found):
    counts = together(lambda: sealing.seal(at=noon), workers=2, jurisdiction=office.id)
    assert sum(map(int, counts)) == 8
    assert sorted(Entry.objects.values_list("position", flat=True)) == list(range(1, 9))
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_people_go_on_writing_while_rows_are_sealed(office, noon, found):
    def write_and_seal() -> int:
        for _ in range(5):
            record(Deed("case", new_id(), "report", is_first=True), actor=SYSTEM, at=noon)
            sealing.seal(at=noon)
        return 5

    together(write_and_seal, workers=4, jurisdiction=office.id)
    sealing.seal(at=noon)
    assert (queries.sealed_position(), found()) == (20, [])
