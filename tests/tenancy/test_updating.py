"""Some fields of one row are written by a statement made once, as `save(update_fields=…)` would."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from gezhi.journal.models import Errand
from gezhi.tenancy.current import scope
from gezhi.tenancy.inserting import insert
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.updating import save_fields

pytestmark = pytest.mark.django_db


def test_the_named_fields_are_written_and_no_other(office, noon, django_assert_num_queries):
    [row] = insert([Errand(kind="count", key="a", due_at=noon)])
    row.due_at, row.payload, row.tries = noon + timedelta(hours=1), {"字": "好"}, 7
    for _ in range(2):
        with django_assert_num_queries(1):
            save_fields(row, ["due_at", "payload"])
    read = Errand.objects.get(id=row.id)
    assert (read.due_at, read.payload, read.tries) == (noon + timedelta(hours=1), {"字": "好"}, 0)


def test_a_row_that_is_not_there_is_not_saved_in_silence(office, noon):
    [row] = insert([Errand(kind="count", key="a", due_at=noon)])
    other = Jurisdiction.objects.create(code="371073", name="邻区", made_at=noon)
    with scope(other.id), pytest.raises(DatabaseError, match="no row of Errand"), transaction.atomic():
        save_fields(row, ["tries"])
    Errand.objects.all().delete()
    with pytest.raises(DatabaseError, match="no row of Errand"), transaction.atomic():
        save_fields(row, ["tries"])
