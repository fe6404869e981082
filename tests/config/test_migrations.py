"""Tables are what the models say: a field nobody wrote a migration for is found here, not at an office."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models

from gezhi.tenancy.models import Jurisdiction


def waiting() -> bool:
    """Whether a model says something that no migration makes."""
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        return True
    return False


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    assert not waiting()


@pytest.mark.django_db
def test_sabotage_a_field_without_its_migration_is_found(monkeypatch: Any) -> None:
    name = Jurisdiction._meta.get_field("name")
    monkeypatch.setattr(name, "max_length", 61)
    assert isinstance(name, models.CharField)
    assert waiting()


@pytest.mark.django_db
def test_each_engine_has_one_index_in_the_order_of_the_ids_of_cases() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "cases_case")
    assert [one["columns"] for one in found.values()].count(["jurisdiction_id", "id"]) == 1
