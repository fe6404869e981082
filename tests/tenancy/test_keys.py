"""A key between tenant rows stays inside one jurisdiction, in joins, in the database and in the check."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey

from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry, Words
from gezhi.kernel.actor import SYSTEM
from gezhi.tenancy import check
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import scope
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import Jurisdiction, TenantModel

pytestmark = pytest.mark.django_db

JOINED = '"journal_entry"."jurisdiction_id" = ("journal_words"."jurisdiction_id")'


@pytest.fixture
def foreign_entry(office, noon):
    """An entry in the journal of the jurisdiction next door."""
    neighbour = Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)
    with scope(neighbour.id):
        return record(Deed("case", new_id(), "accept", is_first=True), actor=SYSTEM, at=noon)[0]


def join_of_words() -> str:
    return str(Words.objects.filter(entry__seq=1).query)


def test_a_join_is_made_on_the_jurisdiction_too(office):
    assert JOINED in join_of_words()


def test_without_the_extra_condition_the_join_would_cross(office, monkeypatch):
    """The twin: a plain foreign key joins on the id alone."""
    monkeypatch.setattr(TenantFK, "get_extra_restriction", ForeignKey.get_extra_restriction)
    assert JOINED not in join_of_words()


def save_for_good(row: Words) -> None:
    """Save, and do not wait for the end of the transaction to check the keys."""
    row.save()
    connection.check_constraints()


def test_a_key_into_another_jurisdiction_is_refused_or_found(foreign_entry):
    """PostgreSQL refuses it; SQLite has no way to, so the check names the row."""
    row = Words(entry_id=foreign_entry.id, name="note", text="")
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError, match="journal_words"), transaction.atomic():
            save_for_good(row)
        return
    row.save()
    assert [tuple(one) for one in check.findings()] == [
        ("tenancy", f"journal_words {row.id}", f"entry {foreign_entry.id} is no row of this jurisdiction")
    ]
    Words.objects.filter(id=row.id).delete()


def tenant_keys() -> list[TenantFK]:
    """Every key from tenant row to tenant row that there is."""
    tables = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    return [field for model in tables for field in model._meta.local_fields if isinstance(field, TenantFK)]


def test_every_tenant_key_is_kept_by_the_database_or_asked_about_by_the_check(
    office, django_assert_num_queries
):
    keys = tenant_keys()
    assert len(keys) > 20
    with django_assert_num_queries(len(keys)):
        assert list(check.findings()) == []
    if connection.vendor == "postgresql":
        assert [str(key) for key in keys if not is_composite(key)] == []


def is_composite(key: TenantFK) -> bool:
    """Whether the database itself holds (jurisdiction_id, key) to a row (jurisdiction_id, id)."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, key.model._meta.db_table)
    return any(
        one["foreign_key"] and one["columns"] == ["jurisdiction_id", key.column] for one in found.values()
    )


def test_a_key_within_the_jurisdiction_is_not_found_fault_with(office, noon):
    record(Deed("case", new_id(), "accept", words={"note": "来电"}, is_first=True), actor=SYSTEM, at=noon)
    assert list(check.findings()) == []
    connection.check_constraints()


def test_a_key_to_nowhere_is_found(office, noon):
    """As after a hand-written DELETE on a database whose key checks were off."""
    (entry,) = record(
        Deed("case", new_id(), "accept", words={"note": "来电"}, is_first=True), actor=SYSTEM, at=noon
    )
    kept = Words.objects.get()
    rest = Entry.objects.filter(id=entry.id)
    rest._raw_delete(rest.db)
    assert [(one.where, one.what) for one in check.findings()] == [
        (f"journal_words {kept.id}", f"entry {entry.id} is no row of this jurisdiction")
    ]
    Words.objects.all().delete()


def test_following_a_key_does_not_leave_the_jurisdiction(foreign_entry):
    with pytest.raises(Entry.DoesNotExist):
        _ = Words(entry_id=foreign_entry.id, name="note").entry
