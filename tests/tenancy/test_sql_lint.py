"""The eye on every SQL statement sees what it should, and lets the rest pass."""

import threading

import pytest
from django.db import connection

from gezhi.journal.models import Entry, Errand, Words
from gezhi.tenancy.current import city_scope, current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.sql_lint import unscoped

HELD = (
    'SELECT "journal_entry"."id" FROM "journal_entry" WHERE "journal_entry"."jurisdiction_id" = %s',
    'SELECT 1 FROM "journal_words" INNER JOIN "journal_entry" ON ("journal_words"."entry_id" = "journal_entry"."id" '
    'AND ("journal_entry"."jurisdiction_id" = ("journal_words"."jurisdiction_id"))) '
    'WHERE "journal_words"."jurisdiction_id" = %s',
    'UPDATE "journal_errand" SET "tries" = %s WHERE "journal_errand"."jurisdiction_id" = %s',
    "UPDATE journal_entry SET position = %s WHERE jurisdiction_id = %s AND id = %s",
    'DELETE FROM "journal_entry" WHERE ("journal_entry"."jurisdiction_id" = %s AND "journal_entry"."id" IN (%s))',
    'INSERT INTO "journal_seal" ("id", "jurisdiction_id", "number") VALUES (%s, %s, %s)',
    'SELECT 1 FROM "journal_entry" WHERE "journal_entry"."jurisdiction_id" = %s AND EXISTS'
    '(SELECT 1 AS "a" FROM "journal_words" U0 WHERE U0."jurisdiction_id" = %s LIMIT 1)',
    'SELECT * FROM "tenancy_jurisdiction"',
    'CREATE INDEX "a" ON "journal_entry" ("seq")',
    'DELETE FROM "journal_entry";',
    'SAVEPOINT "s1"',
    "PRAGMA foreign_key_check",
)
LOOSE = {
    'SELECT "journal_entry"."jurisdiction_id" FROM "journal_entry" WHERE "journal_entry"."id" = %s': (
        "journal_entry",
    ),
    'SELECT 1 FROM "journal_entry" ORDER BY "journal_entry"."jurisdiction_id"': ("journal_entry",),
    'UPDATE "journal_errand" SET "tries" = 0': ("journal_errand",),
    'DELETE FROM "journal_entry" WHERE "journal_entry"."id" IN (%s)': ("journal_entry",),
    'INSERT INTO "journal_seal" ("id", "number") VALUES (%s, %s)': ("journal_seal",),
    'SELECT 1 FROM "journal_words" INNER JOIN "journal_entry" ON ("journal_words"."entry_id" = "journal_entry"."id") '
    'WHERE "journal_words"."jurisdiction_id" = %s': ("journal_entry",),
    'SELECT 1 FROM "journal_entry" WHERE "journal_entry"."jurisdiction_id" = %s AND EXISTS'
    '(SELECT 1 AS "a" FROM "journal_words" U0 WHERE U0."entry_id" = "journal_entry"."id" LIMIT 1)': (
        "journal_words",
    ),
}


@pytest.mark.parametrize("sql", HELD)
def test_a_statement_held_to_its_jurisdiction_passes(sql):
    assert unscoped(sql) == ()


@pytest.mark.parametrize(("sql", "tables"), LOOSE.items())
def test_a_statement_that_crosses_jurisdictions_is_seen(sql, tables):
    assert unscoped(sql) == tables


@pytest.mark.django_db
def test_ordinary_work_on_tenant_rows_passes(office, noon, watched):
    with watched.listening() as found:
        errand = Errand.objects.create(kind="a", key="b", due_at=noon)
        errand.save(update_fields=["due_at"])
        errand.refresh_from_db()
        list(Words.objects.select_related("entry").filter(entry__seq=1))
        Errand.objects.filter(key="b").update(tries=1)
        Errand.objects.filter(key="b").delete()
    assert found == []


@pytest.mark.django_db
def test_a_bare_look_up_is_seen_with_the_line_that_did_it(office, watched):
    with watched.listening() as found, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM journal_entry WHERE seq = 1")
    (line,) = found
    assert line.startswith("journal_entry without jurisdiction at tests/tenancy/test_sql_lint.py:")


@pytest.mark.django_db
def test_a_city_scope_lets_a_bare_look_up_pass(office, watched):
    with watched.listening() as found, city_scope("count all rows"):
        assert Entry.objects.count() == 0
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_a_bare_look_up_in_another_thread_is_seen(office, watched):
    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM journal_entry WHERE seq = 1")
        connection.close()

    with watched.listening() as found:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(found) == 1


@pytest.mark.django_db
def test_without_the_managers_filter_the_eye_goes_red(office, noon, watched, monkeypatch):
    """The twin: with the filter of the tenant manager switched off, the same query is reported."""
    from gezhi.tenancy.models import TenantManager

    monkeypatch.delattr(TenantManager, "get_queryset")
    with watched.listening() as found:
        list(Errand.objects.filter(key="b"))
    assert [line.split(" at ")[0] for line in found] == ["journal_errand without jurisdiction"]


@pytest.mark.django_db
def test_the_jurisdiction_in_force_is_the_one_asked_for(office):
    other = Jurisdiction.objects.create(code="371071", name="高区", made_at=office.made_at)
    assert current() == office.id
    with scope(other.id):
        assert current() == other.id
    assert current() == office.id
