"""A question prepared once answers as freshly as a query made anew, for the office that asks."""

import warnings
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from django.db.models import F, Value

from gezhi.journal.models import Errand
from gezhi.kernel.ids import uuid7
from gezhi.tenancy.current import NoJurisdiction, city_scope, current, scope
from gezhi.tenancy.inserting import insert
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.prepared import Prepared, PreparedCount, PreparedRows, PreparedUpdate
from tests.journal.crowd import together

pytestmark = pytest.mark.django_db

BY_KEY = Prepared(lambda key: Errand.objects.filter(key=key).values_list("key", "due_at", "id"))
OF_SUBJECTS = Prepared(
    lambda ids: Errand.objects.filter(subject_id__in=ids).order_by("key").values_list("key")
)


def queue(noon: datetime, key: str, subject: UUID | None = None) -> UUID:
    return insert([Errand(kind="count", key=key, due_at=noon, subject_id=subject)])[0].id


def test_it_answers_with_the_types_of_the_fields(office, noon):
    id = queue(noon, "a")
    assert BY_KEY.rows("a") == [("a", noon, id)]


def test_it_sees_what_was_written_a_moment_ago(office, noon):
    assert BY_KEY.rows("b") == []
    queue(noon, "b")
    assert len(BY_KEY.rows("b")) == 1


def test_it_takes_one_statement_and_any_number_of_values(office, noon, django_assert_num_queries):
    subjects = [uuid7(1_772_000_000_000, number) for number in range(4)]
    for number, subject in enumerate(subjects):
        queue(noon, f"{number}", subject)
    for count in (1, 3, 2):
        with django_assert_num_queries(1):
            assert OF_SUBJECTS.rows(tuple(subjects[:count])) == [(f"{number}",) for number in range(count)]


def test_each_office_gets_its_own_rows(office, noon):
    queue(noon, "a")
    other = Jurisdiction.objects.create(code="371073", name="邻区", made_at=noon)
    with scope(other.id):
        assert BY_KEY.rows("a") == []
        queue(noon, "a")
        assert len(BY_KEY.rows("a")) == 1
    assert current() == office.id


def test_without_an_office_nothing_is_asked(db):
    with scope(None), pytest.raises(NoJurisdiction):
        BY_KEY.rows("a")


def test_a_value_that_would_not_reach_the_statement_is_a_bug_that_shows(office):
    forgetful = Prepared(lambda key, day: Errand.objects.filter(key=key).values_list("key"))
    with pytest.raises(ValueError, match="does not stand"):
        forgetful.rows("a", date(2026, 3, 2))


def test_a_value_that_looks_like_sql_is_a_value(office, noon):
    queue(noon, "a")
    assert BY_KEY.rows("a' OR '1'='1") == []


# ---- where its shape could be sharper than its key ----


def test_a_value_of_another_type_is_judged_by_itself_whichever_came_first(office, noon):
    """A day is no moment: what Django would make of it stands elsewhere than it was looked for."""
    queue(noon, "a")
    for order in ((noon.date(), noon), (noon, noon.date())):
        due = Prepared(lambda moment: Errand.objects.filter(due_at=moment).values_list("key"))
        for value in order:
            if isinstance(value, datetime):
                assert due.rows(value) == [("a",)]
            else:
                with warnings.catch_warnings(action="ignore"), pytest.raises(ValueError, match="not stand"):
                    due.rows(value)


@pytest.mark.parametrize("value", [None, 3, (None,)])
def test_a_value_of_no_known_type_is_refused_cold_and_warm(office, noon, value):
    asked = Prepared(lambda key: Errand.objects.filter(key=key).values_list("key"))
    for _ in range(2):
        with pytest.raises(TypeError):
            asked.rows(value)
        asked.rows("a")


def test_in_a_city_scope_it_is_refused_cold_and_warm(office, noon):
    asked = Prepared(lambda key: Errand.objects.filter(key=key).values_list("key"))
    for _ in range(2):
        with city_scope("the test"), pytest.raises(RuntimeError, match="one jurisdiction"):
            asked.rows("a")
        asked.rows("a")


def test_tuples_of_all_lengths_share_a_handful_of_ways(office, noon):
    ids = [queue(noon, f"{number:04d}", uuid7(1, number)) and uuid7(1, number) for number in range(3)]
    many = ids + [uuid7(2, number) for number in range(1_500)]
    asked = Prepared(lambda ids: Errand.objects.filter(subject_id__in=ids).values_list("key"))
    for length in (*range(1, 40), len(many)):
        assert len(asked.rows(tuple(many[:length]))) == min(length, 3)
    assert len(asked._ways) == 8  # 1 2 4 8 16 32 64 and 2048


@pytest.mark.skipif(connection.vendor == "postgresql", reason="its driver gives ids as they are")
@pytest.mark.django_db(transaction=True)
def test_each_thread_converts_with_its_own_connection(office, noon, monkeypatch):
    id = queue(noon, "a")
    asked, used = Prepared(lambda key: Errand.objects.filter(key=key).values_list("id")), []
    convert = type(connection.ops).convert_uuidfield_value

    def watched(self, *value):
        used.append(self.connection)
        return convert(self, *value)

    monkeypatch.setattr(type(connection.ops), "convert_uuidfield_value", watched)

    def ask_here():
        used.clear()
        return asked.rows("a") == [(id,)] and used == [connections["default"]]

    assert ask_here()
    assert together(ask_here, workers=1, jurisdiction=office.id) == [True]


# ---- whole rows, and changes ----

WHOLE = PreparedRows(Errand, lambda key: Errand.objects.filter(key=key))
PUT_OFF = PreparedUpdate(
    lambda key, due_at: (Errand.objects.filter(key=key), {"due_at": due_at, "tries": F("tries") + 1})
)


def test_a_whole_row_is_the_one_that_django_reads(office, noon):
    id = queue(noon, "a")
    [row], read = WHOLE.found("a"), Errand.objects.get(id=id)
    assert (vars(row) | {"_state": None}) == (vars(read) | {"_state": None})
    assert (row._state.adding, row._state.db) == (False, "default")


def test_a_change_reaches_its_rows_of_this_office_only(office, noon, django_assert_num_queries):
    queue(noon, "a")
    queue(noon, "b")
    other = Jurisdiction.objects.create(code="371073", name="邻区", made_at=noon)
    with scope(other.id):
        queue(noon, "a")
    later = noon + timedelta(hours=1)
    for tries in (1, 2):
        with django_assert_num_queries(1):
            assert PUT_OFF.do("a", later) == 1
        assert by_tries() == [("a", later, tries), ("b", noon, 0)]
    with scope(other.id):
        assert by_tries() == [("a", noon, 0)]
    assert PUT_OFF.do("nobody", later) == 0


def by_tries():
    return list(Errand.objects.order_by("key").values_list("key", "due_at", "tries"))


def test_a_change_that_would_not_name_its_value_is_a_bug_that_shows(office, noon):
    forgetful = PreparedUpdate(lambda key, day: (Errand.objects.filter(key=key), {"tries": 1}))
    with pytest.raises(ValueError, match="does not stand"):
        forgetful.do("a", noon)


# ---- counting ----

FIRST_THREE = PreparedCount(lambda key: Errand.objects.filter(key=key).order_by().values_list(Value(1))[:3])


def test_a_count_is_that_of_the_rows_of_this_office_and_stops_where_the_question_does(
    office, noon, django_assert_num_queries
):
    other = Jurisdiction.objects.create(code="371073", name="邻区", made_at=noon)
    with scope(other.id):
        queue(noon, "a")
    for number in range(5):
        with django_assert_num_queries(1):
            assert FIRST_THREE.count("a") == min(number, 3)
        insert([Errand(kind=f"count {number}", key="a", due_at=noon)])


# ---- a lock that would hold nothing ----

LOCKED = PreparedRows(Errand, lambda key: Errand.objects.select_for_update(no_key=True).filter(key=key))


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_refused_where_it_would_end_with_the_statement(office, noon):
    queue(noon, "a")
    with transaction.atomic():
        assert (
            len(LOCKED.found("a")) == 1
        )  # the statement is made now; asking again, Django is not there to refuse
    with pytest.raises(transaction.TransactionManagementError):
        LOCKED.found("a")
    with transaction.atomic():
        assert len(LOCKED.found("a")) == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_that_question_nobody_would_say_that_it_holds_nothing(office, noon, monkeypatch):
    queue(noon, "a")
    with transaction.atomic():
        LOCKED.found("a")
    ways = {key: replace(way, locks=False) for key, way in LOCKED._ways.items()}
    monkeypatch.setattr(LOCKED, "_ways", ways)
    assert len(LOCKED.found("a")) == 1


def test_more_values_than_a_statement_has_room_for_doubled_are_asked_for(office, noon):
    """From 512 on the ways go up by 512: 17,000 would be padded to 32,768, which is more than SQLite takes."""
    subjects = [uuid7(1_772_000_000_000, number) for number in range(17_000)]
    queue(noon, "last", subjects[-1])
    assert OF_SUBJECTS.rows(tuple(subjects)) == [("last",)]


def test_a_table_of_no_office_is_asked_without_one_and_in_a_city_scope(office):
    names = Prepared(lambda code: Jurisdiction.objects.filter(code=code).values_list("name"), everywhere=True)
    mine = [(office.name,)]
    assert names.rows(office.code) == mine
    with city_scope("an office is named"):
        assert names.rows(office.code) == mine


def test_twin_said_to_be_of_an_office_such_a_table_is_refused(office):
    names = Prepared(lambda code: Jurisdiction.objects.filter(code=code).values_list("name"))
    with pytest.raises(ValueError, match="does not stand in its statement"):
        names.rows(office.code)
