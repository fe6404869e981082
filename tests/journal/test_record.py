"""Deeds are written down in the transaction of the deed, each row chained to the one before of the same subject."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from gezhi.journal import actions, queries
from gezhi.journal.actions import Deed, erase_words, record
from gezhi.journal.chain import START
from gezhi.journal.models import Entry, Words
from gezhi.kernel.actor import SYSTEM, reporter
from gezhi.tenancy.clock import new_id

pytestmark = pytest.mark.django_db


def test_a_deed_says_who_when_what_before_and_after(write, admin_actor, noon):
    case, party = new_id(), new_id()
    write(case, "report", is_first=True)
    entry = write(case, "dispatch", before={"party": None}, after={"party": party, "due": noon})
    entry.refresh_from_db()
    assert (entry.subject_kind, entry.subject_id, entry.seq, entry.event) == ("case", case, 2, "dispatch")
    assert (entry.actor_kind, entry.actor_id, entry.at) == ("account", admin_actor.id, noon)
    assert (entry.before, entry.after) == ({"party": None}, {"party": str(party), "due": noon.isoformat()})
    assert entry.position is None


def test_a_naive_moment_is_a_bug(office):
    with pytest.raises(ValueError, match="aware"):
        record(Deed("case", new_id(), "accept"), actor=SYSTEM, at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_the_system_and_a_reporter_are_doers_too(office, noon):
    report = new_id()
    (one,) = record(Deed("case", new_id(), "remind", is_first=True), actor=SYSTEM, at=noon)
    (two,) = record(Deed("case", new_id(), "answer", is_first=True), actor=reporter(report), at=noon)
    assert [(e.actor_kind, e.actor_id) for e in (one, two)] == [("system", None), ("reporter", report)]


def test_deeds_on_several_subjects_each_go_on_their_own_chain(office, noon):
    first, second = new_id(), new_id()
    made = record(
        Deed("case", first, "report", is_first=True),
        Deed("case", second, "report", is_first=True),
        Deed("case", first, "accept"),
        actor=SYSTEM,
        at=noon,
    )
    assert [(one.subject_id, one.seq) for one in made] == [(first, 1), (second, 1), (first, 2)]
    assert len({one.mac for one in made} | {START}) == 4


def test_the_same_moment_in_another_zone_signs_the_same(write, found, office):
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=shanghai)
    (entry,) = record(Deed("case", new_id(), "accept", is_first=True), actor=SYSTEM, at=at)
    assert Entry.objects.get(id=entry.id).at == at.astimezone(UTC)
    assert found() == []


def test_values_of_every_json_kind_sign_the_same_after_reading_back(write, found):
    after = {
        "n": 3,
        "lon": 122.123456,
        "no": None,
        "yes": True,
        "list": [1, "二"],
        "deep": {"b": 1, "a": [2]},
        "“": "引",
    }
    write(new_id(), "accept", is_first=True, after=after)
    assert found() == []


@pytest.mark.parametrize(
    ("is_first", "words", "statements"),
    [
        (True, {}, 1),
        (False, {}, 2),
        (True, {"note": "看过了"}, 2),
        (False, {"note": "看过了", "reason": "下雨"}, 3),
    ],
)
def test_what_a_deed_costs(is_first, words, statements, write, django_assert_num_queries):
    case = new_id()
    if not is_first:
        write(case, "report", is_first=True)
    with django_assert_num_queries(statements):
        write(case, "accept", is_first=is_first, words=words)


def test_three_new_subjects_cost_one_insert(office, noon, django_assert_num_queries):
    deeds = [Deed("case", new_id(), "report", is_first=True) for _ in range(3)]
    with django_assert_num_queries(1):
        record(*deeds, actor=SYSTEM, at=noon)


def further_deeds(write, noon, subjects: int) -> list[Entry]:
    """The next deed on subjects of two kinds that have one or two rows, and on one that has none."""
    known = [(("case", "place")[number % 2], new_id()) for number in range(subjects)]
    for kind, id in known:
        write(id, "report", is_first=True, kind=kind)
    write(known[0][1], "accept", kind=known[0][0])
    deeds = [Deed(kind, id, "note") for kind, id in known]
    return record(*deeds, Deed("case", new_id(), "note"), actor=SYSTEM, at=noon)


@pytest.mark.parametrize("subjects", [2, 40])
def test_any_number_of_known_subjects_costs_one_question(
    subjects, write, noon, found, django_assert_num_queries
):
    further_deeds(write, noon, 2)  # warms what is asked once
    with django_assert_num_queries(
        subjects + 2 + 2
    ):  # each beginning, one more step of the first; then both at once
        made = further_deeds(write, noon, subjects)
    assert [entry.seq for entry in made] == [3] + [2] * (subjects - 1) + [1]
    assert found() == []


def test_more_subjects_than_one_statement_takes_are_all_found(write, noon, found, monkeypatch):
    monkeypatch.setattr(actions, "SUBJECTS_AT_ONCE", 3)
    made = further_deeds(write, noon, 10)
    assert [entry.seq for entry in made] == [3] + [2] * 9 + [1]
    assert found() == []


def test_a_step_is_never_written_twice(write, noon):
    case = new_id()
    write(case, "report", is_first=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(case, "report", is_first=True)


def test_a_deed_that_is_taken_back_leaves_no_row(write):
    case = new_id()
    with transaction.atomic():
        write(case, "report", is_first=True)
        transaction.set_rollback(True)
    assert queries.story("case", case) == []


def test_a_story_is_told_in_order_with_its_words(history, django_assert_num_queries):
    case = history[0].subject_id
    with django_assert_num_queries(2):
        story = queries.story("case", case)
    assert [(step.entry.seq, step.entry.event, step.words) for step in story] == [
        (1, "report", {"note": "第0步"}),
        (2, "accept", {"note": "第1步"}),
        (3, "dispatch", {"note": "第2步"}),
        (4, "take", {"note": "第3步"}),
    ]


def test_free_text_stands_outside_the_signed_row(history):
    assert Words.objects.filter(text__contains="步").count() == 8
    assert all("步" not in digest for entry in Entry.objects.all() for digest in entry.words.values())


def test_an_empty_text_is_no_text(write):
    entry = write(new_id(), "accept", is_first=True, words={"note": ""})
    assert (entry.words, Words.objects.count()) == ({}, 0)


def test_erasing_a_persons_words_keeps_the_chain_valid(sealed, found, noon):
    case = sealed[0].subject_id
    assert erase_words(kind="case", id=case, at=noon) == 4
    assert [step.words for step in queries.story("case", case)] == [{}] * 4
    assert set(Words.objects.filter(entry__subject_id=case).values_list("text", flat=True)) == {""}
    assert found() == []
    assert erase_words(kind="case", id=case, at=noon) == 0


def test_words_taken_away_without_a_mark_are_found(sealed, found):
    """The twin of erasing: the same text blanked by hand."""
    case = sealed[0].subject_id
    Words.objects.filter(entry=sealed[0]).update(text="")
    assert found() == [(f"case {case} step 1 note", "the words are not the ones that were written")]


def test_stories_of_several_kinds_are_the_same_as_one_by_one(office, noon, write, django_assert_num_queries):
    case, report, silent = new_id(), new_id(), new_id()
    write(case, "report", is_first=True)
    write(report, "received", kind="report", is_first=True, words={"text": "灯坏了"})
    write(case, "accept", is_first=False, words={"note": "看过"})
    with django_assert_num_queries(2):
        told = queries.stories_of({"case": [case, silent], "report": [report]})
    alone = queries.stories("case", [case, silent]) | queries.stories("report", [report])
    assert told == alone
    assert [len(told[id]) for id in (case, report, silent)] == [2, 1, 0]
    assert queries.stories_of({"case": [report], "report": [case]}) == {report: [], case: []}
    with django_assert_num_queries(0):
        assert queries.stories_of({"case": [], "report": []}) == {}
