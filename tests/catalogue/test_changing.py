"""The office makes the catalogue its own; every change says who, when, before and after."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gezhi.catalogue import actions, queries, shelf
from gezhi.catalogue.book import PROOF_KINDS, Limit
from gezhi.catalogue.models import CatalogueVersion, Category, Condition, OfficeRule
from gezhi.journal import queries as journal
from gezhi.journal.check import findings as journal_findings
from gezhi.kernel.actor import VISITOR, Actor, ActorKind, Duty, Post
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale
from gezhi.kernel.worktime import Periods, calendar_to_json
from gezhi.tenancy.clock import new_id

pytestmark = pytest.mark.django_db

WORDS = {"zh": "单元门玻璃破损", "zh_hant": "單元門玻璃破損", "en": "Broken glass at the entrance"}
CLERK = Actor(ActorKind.ACCOUNT, new_id(), "陈", (Post(Duty.CLERK, path="/"),))


@pytest.fixture
def change(book, noon, admin_actor):
    """Change something as the administrator, on the newest revision."""

    def do(what: str, key: Any, changes: Any, *, revision: int = 1, actor: Actor = admin_actor) -> Any:
        return getattr(actions, f"change_{what}")(key, changes, revision=revision, actor=actor, at=noon)

    return do


def last_deed(kind: str, id: Any) -> tuple[str, dict, dict]:
    entry = journal.story(kind, id)[-1].entry
    return entry.event, entry.before, entry.after


@pytest.fixture
def stairwell(book):
    """0201 楼道堆物: two conditions, the second is the default."""
    return queries.by_code("0201")


def test_a_category_gets_the_names_people_here_use(change, stairwell):
    change("category", stairwell.id, {"name": WORDS, "is_common": False})
    view = queries.category(stairwell.id)
    assert [view.label(one) for one in ("zh-hans", "zh-hant", "en", "de")] == [
        WORDS["zh"],
        WORDS["zh_hant"],
        WORDS["en"],
        WORDS["zh"],
    ]
    assert (view.is_common, view.revision) == (False, 2)
    assert stairwell not in queries.common()
    assert last_deed("category", stairwell.id) == (
        "change",
        {"name": stairwell.name._asdict(), "is_common": True},
        {"name": WORDS, "is_common": False},
    )
    assert list(journal_findings()) == []


def test_who_is_asked_is_rewritten_with_its_words(change, stairwell):
    link = {"party": "O", "agency": "", "where": "", "join": "then", "note": ""}
    change("category", stairwell.id, {"chain": [link, {**link, "party": "D", "agency": "消防"}]})
    assert queries.category(stairwell.id).chain_text == "业委会 → 消防"


def test_a_changed_limit_is_the_offices_own(change, stairwell):
    usual = queries.default_condition(stairwell.id)
    assert usual.fix.proposed
    change("condition", usual.id, {"fix": {"minutes": 960, "clock": "working"}})
    assert queries.condition(usual.id).fix == Limit(960, "working", "office", False, None, "")
    _, before, after = last_deed("condition", usual.id)
    assert (before["fix_minutes"], after["fix_minutes"]) == (1440, 960)
    assert (before["fix_basis"]["source"], after["fix_basis"]["source"]) == ("pd", "office")


def test_a_limit_confirmed_as_it_is_is_no_longer_proposed(change, stairwell):
    usual = queries.default_condition(stairwell.id)
    change("condition", usual.id, {"fix": {"minutes": usual.fix.minutes, "clock": usual.fix.clock}})
    found = queries.condition(usual.id).fix
    assert (found.minutes, found.proposed, found.source) == (usual.fix.minutes, False, "office")


def test_a_make_safe_limit_is_added_and_taken_away(change, stairwell):
    usual = queries.default_condition(stairwell.id)
    assert usual.make_safe is None
    change("condition", usual.id, {"make_safe": {"minutes": 60, "clock": "round"}})
    assert queries.condition(usual.id).make_safe == Limit(60, "round", "office", False, None, "")
    change("condition", usual.id, {"make_safe": None}, revision=2)
    assert queries.condition(usual.id).make_safe is None


def test_a_leaf_has_one_default_also_after_another_is_chosen(change, stairwell):
    blocked, usual = queries.conditions(stairwell.id)
    change("condition", blocked.id, {"is_default": True})
    assert queries.default_condition(stairwell.id).id == blocked.id
    assert [one.is_default for one in queries.conditions(stairwell.id)] == [True, False]
    assert last_deed("condition", usual.id) == ("change", {"is_default": True}, {"is_default": False})


def test_a_second_default_is_refused_by_the_database_too(stairwell):
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.filter(category_id=stairwell.id).update(is_default=True)


@pytest.mark.parametrize(
    "columns",
    [{"fix_minutes": 0}, {"fix_clock": "sun"}, {"make_safe_minutes": 99_999, "make_safe_clock": "working"}],
)
def test_a_limit_that_cannot_be_is_refused_by_the_database_too(columns, stairwell):
    usual = queries.default_condition(stairwell.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.filter(id=usual.id).update(**columns)


def test_a_proof_asks_for_other_kinds(change, stairwell):
    change("proof", stairwell.id, {"kinds": ["photo_same_angle", "note"], "sentence": WORDS})
    view = queries.proof(stairwell.id)
    assert (view.kinds, view.sentence("en")) == (("photo_same_angle", "note"), WORDS["en"])


def test_a_calendar_gets_the_hours_kept_here(change):
    hours = calendar_to_json(queries.calendar("office"))
    hours["week"]["sat"] = ["09:00-11:00"]
    change("calendar", "office", {"hours": hours})
    assert queries.calendar("office").periods == Periods(
        (((510, 720), (810, 1080)),) * 5 + (((540, 660),), ())
    )
    (view,) = [one for one in queries.calendars() if one.code == "office"]
    assert (view.proposed, view.revision) == (False, 2)


def test_a_rule_is_set_and_no_longer_proposed(change):
    row = change("rule", "accept_minutes", 120)
    assert queries.rule("accept_minutes") == queries.rules().accept_minutes == 120
    (view,) = [one for one in queries.rule_rows() if one.key == "accept_minutes"]
    assert (view.source, view.proposed, view.revision) == ("office", False, 2)
    assert last_deed("rule", row.id)[1:] == (
        {"value": 240, "source": "pd", "proposed": True},
        {"value": 120, "source": "office", "proposed": False},
    )


def test_a_rule_that_came_with_a_newer_version_can_be_set(change):
    OfficeRule.objects.filter(key="call_tries").delete()
    shelf.drop()
    assert queries.rule("call_tries") == 3
    change("rule", "call_tries", 4, revision=0)
    assert queries.rule("call_tries") == 4


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("category", {"name": "玻璃"}, "name", "not_words"),
    ("category", {"name": {"zh": "玻璃"}}, "name", "not_words"),
    ("category", {"name": {**WORDS, "en": " "}}, "name", "missing_language"),
    ("category", {"name": dict.fromkeys(WORDS, "")}, "name", "required"),
    ("category", {"name": {**WORDS, "zh": "长" * 201}}, "name", "too_long"),
    ("category", {"name": {**WORDS, "zh": "玻\x00璃"}}, "name", "nul"),
    ("category", {"icon": "<svg>"}, "icon", "not_allowed"),
    ("category", {"refer_phone": "call me"}, "refer_phone", "not_allowed"),
    ("category", {"dangerous": "yes"}, "dangerous", "not_yes_or_no"),
    ("category", {"chain": []}, "chain", "required"),
    ("category", {"chain": [{"party": "X"}]}, "chain", "not_a_link"),
    ("category", {"code": "9999"}, "code", "unknown_field"),
    ("category", {"refer_out": True}, "refer_out", "unknown_field"),
    ("condition", {"fix": None}, "fix", "not_a_limit"),
    ("condition", {"fix": {"minutes": 0, "clock": "working"}}, "fix", "out_of_range"),
    ("condition", {"fix": {"minutes": True, "clock": "working"}}, "fix", "out_of_range"),
    ("condition", {"fix": {"minutes": 60, "clock": "sun"}}, "fix", "not_a_clock"),
    ("condition", {"make_safe": {"minutes": 99_999, "clock": "working"}}, "make_safe", "later_than_fix"),
    ("condition", {"is_default": False}, "is_default", "choose_another_default"),
    ("proof", {"kinds": []}, "kinds", "required"),
    ("proof", {"kinds": ["note", "note"]}, "kinds", "required"),
    ("proof", {"kinds": ["promise"]}, "kinds", "not_a_proof"),
]


@pytest.mark.parametrize(("what", "changes", "field", "code"), BAD)
def test_a_change_that_cannot_be_taken_says_which_field_and_why(
    what, changes, field, code, change, stairwell
):
    key = queries.default_condition(stairwell.id).id if what == "condition" else stairwell.id
    with pytest.raises(Invalid) as refused:
        change(what, key, changes)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert journal.story(what, key) == []


@pytest.mark.parametrize(
    ("code", "hours", "reason"),
    [
        ("office", {"week": {}}, "not_a_calendar"),
        ("office", {"week": {"mon": ["9-5"]}}, "not_a_calendar"),
        ("office", None, "not_a_calendar"),
        ("round_the_clock", {"week": {"mon": ["09:00-10:00"]}}, "round_the_clock_stays"),
    ],
)
def test_a_calendar_that_cannot_count_is_refused(code, hours, reason, change):
    with pytest.raises(Invalid) as refused:
        change("calendar", code, {"hours": hours})
    assert (refused.value.field, refused.value.code) == ("hours", reason)


@pytest.mark.parametrize("value", [9, 4801, -1, True, "240", 2.5])
def test_a_rule_stays_within_its_bounds(value, change):
    with pytest.raises(Invalid) as refused:
        change("rule", "accept_minutes", value)
    assert (refused.value.code, refused.value.details["least"], refused.value.details["most"]) == (
        "out_of_range",
        10,
        4800,
    )


@pytest.mark.parametrize("actor", [VISITOR, CLERK])
def test_only_the_administrator_changes_the_catalogue(actor, change, stairwell):
    for what, key, changes in (
        ("category", stairwell.id, {"name": WORDS}),
        ("proof", stairwell.id, {"kinds": ["note"]}),
        ("calendar", "office", {"name": WORDS}),
        ("rule", "call_tries", 2),
    ):
        with pytest.raises(NotYours):
            change(what, key, changes, actor=actor)


@pytest.mark.parametrize(
    ("what", "changes"),
    [("category", {"name": WORDS}), ("condition", {}), ("proof", {"kinds": [PROOF_KINDS[0]]})],
)
def test_what_is_not_there_is_not_changed(what, changes, change):
    with pytest.raises(NotFound):
        change(what, new_id(), changes)


def test_of_two_people_who_change_the_same_row_one_is_told(change, stairwell):
    change("category", stairwell.id, {"name": WORDS})
    with pytest.raises(Stale) as refused:
        change("category", stairwell.id, {"dangerous": False})
    assert refused.value.details["revision"] == 2
    assert queries.category(stairwell.id).dangerous


def test_a_change_that_changes_nothing_writes_nothing(change, stairwell):
    change("category", stairwell.id, {"is_common": True})
    assert (queries.category(stairwell.id).revision, journal.story("category", stairwell.id)) == (1, [])


def test_a_change_costs_five_statements(change, stairwell, django_assert_num_queries):
    with django_assert_num_queries(7):  # a savepoint around: lock, save, journal (2), stamp
        change("category", stairwell.id, {"is_common": False})


# What others see, and when


def test_asking_again_costs_nothing(book, stairwell, django_assert_num_queries):
    with django_assert_num_queries(0):
        queries.default_condition(queries.by_code("0201").id)
        queries.rules()
        queries.calendar("office")


def test_the_stamp_is_read_again_after_a_second(book, stairwell, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(shelf, "STALE_SECONDS", 0.0)
    with django_assert_num_queries(1):
        queries.by_code("0201")


def elsewhere(stairwell) -> None:
    """Another process renames the category: here nothing but the rows changes."""
    Category.objects.filter(id=stairwell.id).update(name=WORDS)
    CatalogueVersion.objects.update(stamp=new_id())


def test_a_change_by_another_process_is_seen_with_the_next_stamp(book, stairwell, monkeypatch):
    elsewhere(stairwell)
    assert queries.category(stairwell.id).label("zh-hans") == "楼道堆物"
    monkeypatch.setattr(shelf, "STALE_SECONDS", 0.0)
    assert queries.category(stairwell.id).label("zh-hans") == WORDS["zh"]


def test_without_a_new_stamp_an_old_copy_would_be_read_for_ever(book, stairwell, change, monkeypatch):
    """The twin: a change that forgets the stamp is never seen by anybody else."""
    monkeypatch.setattr(shelf, "renew", lambda: None)
    monkeypatch.setattr(shelf, "STALE_SECONDS", 0.0)
    change("category", stairwell.id, {"name": WORDS})
    assert queries.category(stairwell.id).label("zh-hans") == "楼道堆物"
