"""Rows are written with a statement made once per table; what stands there afterwards is what Django would have written."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from gezhi.journal.models import Errand
from gezhi.tenancy.inserting import insert
from gezhi.tenancy.models import TenantModel

pytestmark = pytest.mark.django_db


def errands(noon: datetime, *keys: str) -> list[Errand]:
    return [Errand(kind="count", key=key, payload={"名": [key, None]}, due_at=noon) for key in keys]


def stored() -> list[dict[str, Any]]:
    return list(Errand.objects.order_by("key").values(*(name for name in FIELDS)))


FIELDS = [field.attname for field in Errand._meta.concrete_fields if field.attname != "id"]


def test_rows_are_stored_as_django_stores_them(office, noon):
    insert(errands(noon, "a", "b"))
    ours = stored()
    Errand.objects.all().delete()
    models.QuerySet(Errand).bulk_create(errands(noon, "a", "b"))
    assert ours == stored()
    assert len(ours) == 2


def test_rows_that_were_written_are_no_longer_fresh(office, noon):
    row = insert(errands(noon, "a"))[0]
    assert (row._state.adding, row._state.db) == (False, "default")
    row.tries = 3
    row.save(update_fields=["tries"])
    assert Errand.objects.get().tries == 3


def test_many_rows_take_as_few_statements_as_the_engine_allows(
    office, noon, monkeypatch, django_assert_num_queries
):
    with django_assert_num_queries(1):
        insert(errands(noon, *(f"{number:03d}" for number in range(100))))
    monkeypatch.setattr(connection.ops, "bulk_batch_size", lambda fields, rows: 40)
    monkeypatch.setattr(connection.features, "is_read_row_by_row", False, raising=False)
    with django_assert_num_queries(3):
        insert(errands(noon, *(f"more {number:03d}" for number in range(100))))
    assert Errand.objects.count() == 200


def test_a_size_of_batches_is_refused_where_it_would_be_forgotten(office, noon):
    with pytest.raises(ValueError, match="batch_size"):
        Errand.objects.bulk_create(errands(noon, "a"), batch_size=1)
    assert not Errand.objects.exists()


def test_nothing_costs_nothing(office, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert([]) == []


def test_a_constraint_is_the_databases_own_error_and_spoils_the_transaction(office, noon):
    with transaction.atomic():
        insert(errands(noon, "a"))
        with pytest.raises(IntegrityError):
            insert(errands(noon, "a"))
        assert connection.needs_rollback
    assert not Errand.objects.exists()


def test_what_is_there_already_is_left_when_that_was_asked_for(office, noon):
    insert(errands(noon, "a"))
    insert(errands(noon, "a", "b"), ignore_conflicts=True)
    assert list(Errand.objects.order_by("key").values_list("key", flat=True)) == ["a", "b"]


def test_every_tenant_table_has_its_values_made_in_python():
    """What `insert` leaves out (automatic dates, ids and defaults of the database) no tenant table has."""
    made_elsewhere = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if issubclass(model, TenantModel)
        and (
            getattr(field, "auto_now", False)
            or getattr(field, "auto_now_add", False)
            or field.db_default is not models.NOT_PROVIDED
            or field.generated
            or isinstance(field, models.AutoField)
        )
    ]
    assert made_elsewhere == []
