"""Thousands of ids are one value of a statement: none is left out, and no engine's bound on values is met."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.journal.models import Errand
from gezhi.kernel.ids import uuid7
from gezhi.tenancy.inserting import insert
from gezhi.tenancy.many import among

pytestmark = pytest.mark.django_db
MANY = [
    uuid7(1_772_000_000_000, number) for number in range(40_000)
]  # more than SQLite or PostgreSQL take as values


def queued(noon: datetime, subject: UUID) -> str:
    return str(insert([Errand(kind="count", key=str(subject), due_at=noon, subject_id=subject)])[0].key)


def test_those_named_are_found_and_no_others(office: object, noon: datetime) -> None:
    named = [queued(noon, MANY[0]), queued(noon, MANY[-1])]
    queued(noon, uuid7(1_773_000_000_000, 7))
    found = Errand.objects.filter(subject_id__in=among(MANY)).values_list("key", flat=True)
    assert sorted(found) == sorted(named)
    assert not Errand.objects.filter(subject_id__in=among([])).exists()


def test_the_statement_is_as_short_for_many_as_for_one(office: object) -> None:
    lengths = set()
    for ids in (MANY[:1], MANY):
        with CaptureQueriesContext(connection) as asked:
            list(Errand.objects.filter(subject_id__in=among(ids)))
        lengths.add(str(Errand.objects.filter(subject_id__in=among(ids)).query.sql_with_params()[0]))
        assert len(asked) == 1
    assert len(lengths) == 1


def test_twin_each_as_a_value_of_its_own_the_statement_grows(office: object) -> None:
    one, many = (str(Errand.objects.filter(subject_id__in=ids).query.sql_with_params()[0]) for ids in (MANY[:1], MANY[:50]))  # fmt: skip
    assert len(many) > len(one) + 90
