"""What stood in a row at an earlier moment: its journal, taken back step by step from what stands there now."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from gezhi.journal.models import Entry


class Deed(NamedTuple):
    """What a fold needs of one journal row."""

    seq: int
    before: Mapping[str, Any]


def undone(later: Iterable[Deed]) -> dict[str, Any] | None:
    """The earlier values of what the deeds changed; None when the first of them made the subject.

    later: the deeds on one subject after the moment, in any order. A field that no deed changed is absent.
    """
    fields: dict[str, Any] = {}
    for deed in sorted(later, key=lambda one: one.seq, reverse=True):
        if deed.seq == 1 and not deed.before:
            return None
        fields.update(deed.before)
    return fields


def earlier(kind: str, ids: Iterable[UUID], moment: datetime) -> dict[UUID, dict[str, Any] | None]:
    """`undone` for each of these subjects, as JSON values; {} where nothing has changed since. 1 query."""
    later: dict[UUID, list[Deed]] = {id: [] for id in ids}
    rows = Entry.objects.filter(subject_kind=kind, subject_id__in=list(later), at__gt=moment)
    for id, seq, before in rows.values_list("subject_id", "seq", "before"):
        later[id].append(Deed(seq, before))
    return {id: undone(deeds) for id, deeds in later.items()}


def put_back(row: models.Model, fields: Mapping[str, Any]) -> None:
    """Give an unsaved look at a row its earlier values. Words of a deed that are no column of the row are passed over."""
    columns = {name: one for one in row._meta.concrete_fields for name in (one.name, one.attname)}
    for name in columns.keys() & fields.keys():
        setattr(row, columns[name].attname, columns[name].to_python(fields[name]))
