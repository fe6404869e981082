"""A question prepared once answers as freshly as a query made anew, for the office that asks."""

from datetime import date, datetime
from uuid import UUID

import pytest

from gezhi.journal.models import Errand
from gezhi.kernel.ids import uuid7
from gezhi.tenancy.current import NoJurisdiction, current, scope
from gezhi.tenancy.inserting import insert
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.prepared import Prepared

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
