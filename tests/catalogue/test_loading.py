"""An office gets its own copy of the book."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.catalogue import actions, check, queries, shelf
from gezhi.catalogue.book import load_book, load_calendars
from gezhi.catalogue.models import CatalogueVersion, Category, Condition
from gezhi.catalogue.rules import Rules, shipped
from gezhi.journal import queries as journal
from gezhi.journal.check import findings as journal_findings
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.kernel.refusal import NotFound, NotYours
from gezhi.tenancy.current import city_scope, scope
from gezhi.tenancy.models import Jurisdiction

pytestmark = pytest.mark.django_db

BOOK = load_book().categories


def test_the_office_has_every_category_condition_proof_and_calendar_of_the_book(office, noon):
    assert actions.load_book(actor=SYSTEM, at=noon) == len(BOOK)
    assert {
        one.code: (one.label("zh-hans"), one.label("zh-hant"), one.label("en")) for one in queries.leaves()
    } == {row.code: (row.name_zh, row.name_zh_hant, row.name_en) for row in BOOK if row.parent}
    for row in BOOK:
        view = queries.by_code(row.code)
        assert [
            (one.code, one.make_safe, one.fix, one.is_default) for one in queries.conditions(view.id)
        ] == [(one.code, one.make_safe, one.fix, one.default) for one in row.conditions]
        assert [one.stages for one in queries.conditions(view.id)] == [one.extra for one in row.conditions]
        assert (view.chain, view.chain_text) == (row.chain, row.chain_text)
        if row.proof:
            assert queries.proof(view.id).kinds == row.proof.kinds
            assert queries.proof(view.id).sentence("en") == row.proof.sentence_en
    assert {one.code: one.hours for one in queries.calendars()} == {
        row.code: row.hours for row in load_calendars()
    }


def test_loading_the_book_costs_eight_statements(office, noon):
    with CaptureQueriesContext(connection) as caught:
        actions.load_book(actor=SYSTEM, at=noon)
    assert len([one for one in caught if "SAVEPOINT" not in one["sql"]]) == 8


def test_loading_again_changes_nothing(office, noon, admin_actor):
    actions.load_book(actor=SYSTEM, at=noon)
    actions.change_rule("call_tries", 5, revision=1, actor=admin_actor, at=noon)
    assert actions.load_book(actor=SYSTEM, at=noon) == 0
    assert queries.rule("call_tries") == 5


def test_loading_is_written_in_the_journal(office, noon):
    actions.load_book(actor=SYSTEM, at=noon)
    (step,) = journal.story("catalogue", CatalogueVersion.objects.get().id)
    assert (step.entry.event, step.entry.after) == (
        "load",
        {
            "category": len(BOOK),
            "condition": sum(len(row.conditions) for row in BOOK),
            "proof": sum(row.proof is not None for row in BOOK),
            "officecalendar": 3,
            "officerule": 23,
        },
    )
    assert list(journal_findings()) == []


def test_a_visitor_loads_nothing(office, noon):
    with pytest.raises(NotYours):
        actions.load_book(actor=VISITOR, at=noon)


def test_two_offices_have_copies_of_their_own(office, noon, admin_actor):
    actions.load_book(actor=SYSTEM, at=noon)
    other = Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)
    with scope(other.id):
        actions.load_book(actor=SYSTEM, at=noon)
        actions.change_rule("confirm_days", 10, revision=1, actor=admin_actor, at=noon)
        assert queries.rule("confirm_days") == 10
        theirs = queries.by_code("0101").id
    assert queries.rule("confirm_days") == 7
    with pytest.raises(NotFound):
        queries.category(theirs)


def test_the_shipped_rules_are_what_the_design_says(office, noon):
    actions.load_book(actor=SYSTEM, at=noon)
    assert queries.rules() == Rules(
        240, 240, 960, 7, 5, 20, 90, 24, 75, 240, 3, 60, 10, 0, 1, 0, 90, 0, 0, 0, 3, 240, 30
    )
    assert {row.key for row in queries.rule_rows() if row.proposed} == {
        "accept_minutes",
        "take_minutes",
        "check_minutes",
        "recheck_percent",
        "remind_percent",
        "escalation_minutes",
        "urge_pause_minutes",
        "freeze_month_day",
        "keep_traces_days",
        "public_map_open",
        "site_visit_days",
        "whistle_minutes",
        "whistle_urgent_minutes",
    }


def test_a_rule_that_came_with_a_newer_version_is_as_shipped(office, noon):
    assert queries.rule("accept_minutes") == shipped()["accept_minutes"].value
    with pytest.raises(AttributeError):
        queries.rule("quota_per_worker")


def test_a_fresh_copy_breaks_no_rule_but_the_missing_holiday_table_is_told(office, noon):
    actions.load_book(actor=SYSTEM, at=noon)
    assert [tuple(one) for one in check.findings(noon)] == [
        ("warning", "calendar office", "has no holiday table for 2027: deadlines in it are provisional")
    ]


def as_founded_before(code="1299-c"):
    """The office as it was before the book had this condition."""
    with city_scope("a hand that deletes asks no jurisdiction"):
        Condition.objects.filter(code=code).delete()
    shelf.drop()


def test_a_condition_that_came_with_a_newer_version_is_added_and_journalled(book, noon):
    whole = {(one.code, one.is_default) for one in Condition.objects.all()}
    as_founded_before()
    assert actions.add_new_conditions(actor=SYSTEM, at=noon) == 1
    assert {(one.code, one.is_default) for one in Condition.objects.all()} == whole
    row = Condition.objects.get(code="1299-c")
    shown = next(one for one in queries.conditions(row.category_id) if one.code == "1299-c")
    assert (shown.make_safe.minutes, shown.make_safe.clock, row.category.code) == (15, "round", "1299")
    (step,) = journal.story("condition", row.id)
    assert (step.entry.event, step.entry.actor_kind, step.entry.after["make_safe_minutes"]) == (
        "add",
        "system",
        15,
    )
    assert list(journal_findings()) == []


def test_again_nothing_is_added_and_nothing_is_written(book, noon):
    as_founded_before()
    actions.add_new_conditions(actor=SYSTEM, at=noon)
    with CaptureQueriesContext(connection) as caught:
        assert actions.add_new_conditions(actor=SYSTEM, at=noon) == 0
    assert len([one for one in caught if "SAVEPOINT" not in one["sql"]]) == 2


def test_what_the_office_changed_stays_as_it_is(book, noon, admin_actor):
    leaf = queries.by_code("1299")
    own = queries.conditions(leaf.id)[1]
    actions.change_condition(own.id, {"is_default": True}, revision=own.revision, actor=admin_actor, at=noon)
    actions.close_category(
        leaf.id, on=noon.date(), reason="不用", revision=leaf.revision, actor=admin_actor, at=noon
    )
    as_founded_before()
    as_founded_before("1299-a")  # the book's default there; the office has another one
    assert actions.add_new_conditions(actor=SYSTEM, at=noon) == 2
    rows = Condition.objects.filter(category_id=leaf.id, is_default=True)
    assert list(rows.values_list("code", flat=True)) == ["1299-b"]
    assert Category.objects.get(code="1299").closed_on == noon.date()


def test_who_may_not_change_the_book_adds_nothing(book, noon):
    with pytest.raises(NotYours):
        actions.add_new_conditions(actor=VISITOR, at=noon)


def test_an_office_without_a_book_gets_no_single_conditions(office, noon):
    assert actions.add_new_conditions(actor=SYSTEM, at=noon) == 0
