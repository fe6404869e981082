"""Whoever changes, drops, adds, reorders or cuts off rows of the journal is found, and the place is named (I13)."""

from datetime import timedelta

import pytest
from django.db.models import F

from gezhi.journal import check
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry, Seal, Words
from gezhi.journal.sealing import head_file, seal
from gezhi.kernel.actor import SYSTEM
from gezhi.tenancy.clock import new_id

pytestmark = pytest.mark.django_db

ALTERED = "the row was altered or put in by another hand"
COLUMNS = {
    "event": "decline",
    "actor_kind": "system",
    "actor_id": None,
    "before": {"state": "closed"},
    "after": {},
    "at": F("at") + timedelta(seconds=1),
    "words": {},
}


class Anything(str):
    """A signature that fits every row: the check with its signatures switched off."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


@pytest.fixture
def signatures_off(monkeypatch):
    monkeypatch.setattr(check, "mac", lambda *_: Anything())


def drop(**which) -> None:
    """Delete rows the way somebody with the database's password would."""
    entries = Entry.objects.filter(**which)
    for rows in (Words.objects.filter(entry_id__in=entries.values("id")), entries):
        rows._raw_delete(rows.db)


def step(entry: Entry) -> str:
    return f"{entry.subject_kind} {entry.subject_id} step {entry.seq}"


def test_an_untouched_journal_has_no_findings(sealed, found):
    assert (len(sealed), found()) == (8, [])


@pytest.mark.parametrize("column", COLUMNS)
def test_an_altered_row_is_found(column, sealed, found):
    row = sealed[2]
    Entry.objects.filter(id=row.id).update(**{column: COLUMNS[column]})
    assert (step(row), ALTERED) in found()


@pytest.mark.parametrize("column", sorted(COLUMNS.keys() - {"words"}))
def test_without_signatures_an_altered_row_is_not_found(column, sealed, found, signatures_off):
    """The twin: it is the signature, and nothing else, that finds it."""
    Entry.objects.filter(id=sealed[2].id).update(**{column: COLUMNS[column]})
    assert found() == []


def test_a_row_altered_before_it_was_sealed_is_found(history, found, noon):
    Entry.objects.filter(id=history[2].id).update(event="decline")
    assert found() == [(step(history[2]), ALTERED)]
    seal(at=noon)
    assert found() == [(step(history[2]), ALTERED)]


def test_a_row_given_to_another_subject_is_found(sealed, found):
    stranger = new_id()
    Entry.objects.filter(id=sealed[2].id).update(subject_id=stranger)
    wheres = [where for where, _ in found()]
    assert f"case {stranger} step 2" in wheres
    assert f"case {sealed[2].subject_id} step 3" in wheres


def test_a_row_signed_anew_without_the_key_is_found(sealed, found):
    Entry.objects.filter(id=sealed[2].id).update(event="decline", mac="0" * 64)
    assert found() == [
        (step(sealed[2]), ALTERED),
        (step(sealed[4]), ALTERED),  # the next of the same case: signed over the one before
        ("position 3", f"entry {sealed[2].id} is not the row that was sealed here"),
    ]


def test_a_deleted_row_is_found_where_it_stood(sealed, found):
    drop(id=sealed[2].id)
    assert found() == [
        (step(sealed[4]), "step 2 is missing"),
        ("position 3", "the sealed row is missing"),
    ]


def test_a_case_deleted_as_a_whole_is_found(sealed, found):
    drop(subject_id=sealed[0].subject_id)
    assert found() == [(f"position {n}", "the sealed row is missing") for n in (1, 3, 5, 7)]


def test_without_seals_a_case_deleted_as_a_whole_is_not_found(sealed, found, monkeypatch):
    """The twin: a case that is gone leaves no gap in the chain of any other."""
    monkeypatch.setattr(check, "_seals", lambda: iter(()))
    drop(subject_id=sealed[0].subject_id)
    assert found() == []


def test_an_inserted_row_is_found(sealed, found, noon):
    case = sealed[0].subject_id
    Entry.objects.create(
        subject_kind="case", subject_id=case, seq=5, event="done", at=noon, actor_kind="system", mac="a" * 64
    )
    assert found() == [(f"case {case} step 5", ALTERED)]


def test_a_row_put_behind_the_last_seal_is_found(sealed, found, noon):
    (entry,) = record(Deed("case", new_id(), "report", is_first=True), actor=SYSTEM, at=noon)
    Entry.objects.filter(id=entry.id).update(position=9)
    assert found() == [("position 9", "the row is behind the last seal: seals were cut off")]


def test_a_row_taken_out_of_its_position_is_found_even_when_it_is_sealed_again(sealed, found, noon):
    Entry.objects.filter(id=sealed[7].id).update(position=None)
    assert found() == [("position 8", "the sealed row is missing")]
    seal(at=noon)
    assert ("position 8", "the sealed row is missing") in found()


def test_reordered_rows_are_found(sealed, found):
    for entry, position in ((sealed[2], 90), (sealed[3], 3), (sealed[2], 4)):
        Entry.objects.filter(id=entry.id).update(position=position)
    assert found() == [
        ("position 3", f"entry {sealed[3].id} is not the row that was sealed here"),
        ("position 4", f"entry {sealed[2].id} is not the row that was sealed here"),
    ]


def test_steps_of_a_case_in_another_order_are_found(sealed, found):
    for entry, seq in ((sealed[2], 90), (sealed[4], 2), (sealed[2], 3)):
        Entry.objects.filter(id=entry.id).update(seq=seq)
    case = sealed[2].subject_id
    assert found()[:2] == [(f"case {case} step 2", ALTERED), (f"case {case} step 3", ALTERED)]


def test_the_newest_rows_cut_off_are_found(sealed, found):
    drop(position__gt=6)
    assert found() == [
        ("position 7", "the sealed row is missing"),
        ("position 8", "the sealed row is missing"),
    ]


@pytest.fixture
def second_seal(sealed, noon):
    """One more case, in a seal of its own."""
    record(Deed("case", new_id(), "report", is_first=True), actor=SYSTEM, at=noon)
    seal(at=noon + timedelta(days=1))
    return Seal.objects.get(number=2)


def cut_off_the_second_seal() -> None:
    drop(position=9)
    Seal.objects.filter(number=2).delete()


def test_rows_cut_off_together_with_their_seal_are_found_by_the_copy_outside(second_seal, found):
    cut_off_the_second_seal()
    assert found() == [("seal 2", "the chain was cut off: its head is known but not stored")] * 2


def test_without_the_copy_outside_a_cut_off_end_is_not_found(second_seal, found, monkeypatch):
    """The twin: inside the database nothing tells that there was more."""
    monkeypatch.setattr(check, "_head", lambda: iter(()))
    cut_off_the_second_seal()
    assert found() == []


def test_the_daily_copy_finds_a_cut_off_end_when_the_newest_was_replaced(second_seal, found, office):
    path = head_file(office.code)
    old = path.with_suffix(".history").read_text().splitlines()[0].split(" ", 1)[1]
    cut_off_the_second_seal()
    path.write_text(old)
    assert found() == [("seal 2", "the chain was cut off: its head is known but not stored")]


def test_a_removed_copy_of_the_head_is_found(sealed, found, office):
    head_file(office.code).unlink()
    assert found() == [("371072.json", "the copy of the chain's head is missing")]


def test_a_damaged_copy_of_the_head_is_found(sealed, found, office):
    head_file(office.code).write_text("{half")
    assert found() == [("371072.json", "the copy of the chain's head cannot be read")]


def test_the_whole_journal_cut_off_is_found(sealed, found):
    drop()
    Seal.objects.all().delete()
    assert found() == [("seal 1", "the chain was cut off: its head is known but not stored")] * 2


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("digest", "b" * 64, "was altered or put in by another hand"),
        ("first", 2, "was altered or put in by another hand"),
        ("last", 7, "names another last position than it sealed"),
    ],
)
def test_an_altered_seal_is_found(column, value, what, sealed, found):
    Seal.objects.update(**{column: value})
    assert ("seal 1", what) in found()


def test_a_deleted_seal_is_found(second_seal, found):
    Seal.objects.filter(number=1).delete()
    assert ("seal 1", "is missing") in found()


def test_words_altered_dropped_or_added_are_found(sealed, found):
    Words.objects.filter(entry=sealed[0]).update(text="没有人来过")
    Words.objects.filter(entry=sealed[1]).delete()
    Words.objects.create(entry=sealed[2], name="reason", text="从来没有说过")
    assert sorted(found()) == sorted(
        [
            (f"{step(sealed[0])} note", "the words are not the ones that were written"),
            (f"{step(sealed[1])} note", "the words are missing"),
            (f"{step(sealed[2])} reason", "words that nobody wrote"),
        ]
    )
