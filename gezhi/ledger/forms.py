"""Forms that others send, as the office keeps them: by name and by layout, each with what was said of its columns."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.kernel.sheet import head_key
from gezhi.ledger.keyed import BY_KEY, LATE
from gezhi.ledger.models import SheetForm
from gezhi.ledger.queries import LineFilter, as_values, from_values
from gezhi.parties import names
from gezhi.tenancy.clock import new_id

DESK = (Duty.CLERK, Duty.OFFICER)
OTHER_FIELDS = frozenset({"", "serial", LATE})
CONSTANT_SIGNS = 60
NAME_SIGNS = 80
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A form as it was judged. heads, fields: one for each column."""

    filename: str
    data: bytes
    layout: str
    sheet: str
    heads: Sequence[str]
    head_row: int
    first_row: int
    last_row: int
    fields: Sequence[str]


class FormRow(NamedTuple):
    """A form as values, without its file."""

    id: UUID
    name: str
    filename: str
    layout: str
    sheet: str
    heads: list[str]
    head_row: int
    first_row: int
    last_row: int
    is_fixed: bool
    fields: list[str]
    wanted: dict[str, str]
    view: UUID | None
    version: int
    is_confirmed: bool
    by_id: UUID
    kept_at: datetime

    @property
    def filter(self) -> LineFilter:
        """What it was last filled with; all where that cannot be read any more."""
        try:
            return from_values(self.wanted)
        except Invalid:
            return LineFilter()


def forms() -> list[FormRow]:
    """All forms, those filled or kept last first. 1 query."""
    rows = SheetForm.objects.filter(dropped_at=None).order_by("-kept_at", "-id")
    return [FormRow._make(one) for one in rows.values_list(*FormRow._fields)]


def form(id: UUID) -> FormRow:
    """One of them. Raises NotFound."""
    found = SheetForm.objects.filter(id=id, dropped_at=None).values_list(*FormRow._fields).first()
    if found is None:
        raise NotFound("form")
    return FormRow._make(found)


def data_of(id: UUID) -> bytes:
    """The file as it came. Raises NotFound."""
    found = SheetForm.objects.filter(id=id, dropped_at=None).values_list("data", flat=True).first()
    if found is None:
        raise NotFound("form")
    return bytes(found)


def known_fields() -> dict[str, str]:
    """What people said of heads in any form, by key of the head; what was said last counts. 1 query."""
    rows = SheetForm.objects.filter(is_confirmed=True).order_by("kept_at").values_list("heads", "fields")
    return {
        head_key(head): field
        for heads, fields in rows
        for head, field in zip(heads, fields, strict=False)
        if field
    }


@transaction.atomic
def keep(upload: Upload, *, actor: Actor, at: datetime) -> tuple[UUID, bool]:
    """Keep a form; a newer version of one with the same heads and the same name, but for its days and numbers, takes its place, with all that was
    said of it: two offices may send the same heads. (id, whether it was known).

    Raises NotYours.
    """
    by = _who(actor)
    layout, known = upload.layout, _locked_of(upload.layout)
    if known and _called(known.filename) != _called(upload.filename):
        layout = hashlib.sha256(f"{layout} {_called(upload.filename)}".encode()).hexdigest()
        known = _locked_of(layout)
    if known and bytes(known.data) == upload.data and known.filename == upload.filename[-100:]:
        return known.id, known.is_confirmed  # the same file once more
    row = known or SheetForm(
        id=new_id(),
        layout=layout,
        name=upload.filename.rpartition(".")[0][:NAME_SIGNS] or upload.filename,
        fields=list(upload.fields),
        version=0,
    )
    row.filename, row.data, row.sheet = upload.filename[-100:], upload.data, upload.sheet
    row.heads, row.head_row = list(upload.heads), upload.head_row
    row.first_row, row.last_row = upload.first_row, upload.last_row
    row.version, row.by_id, row.kept_at = row.version + 1, by, at
    row.save(force_insert=known is None)
    said = {"layout": row.layout, "version": row.version}
    record(Deed("sheet_form", row.id, "kept", after=said, is_first=known is None), actor=actor, at=at)
    return row.id, row.is_confirmed


def _locked_of(layout: str) -> SheetForm | None:
    rows = SheetForm.objects.select_for_update(no_key=True)
    found: SheetForm | None = rows.filter(layout=layout, dropped_at=None).first()
    return found


def _called(filename: str) -> str:
    """What a file is called from week to week: without its ending, days, numbers and signs."""
    return _CHANGES.sub("", filename.rpartition(".")[0] or filename).casefold()


_CHANGES = re.compile(r"[\d\W_]|[年月日周第号旬季度上下新版]|修订|终稿|定稿|最终|副本|copy")


@transaction.atomic
def confirm(
    id: UUID,
    *,
    name: str,
    fields: Sequence[str],
    rows: tuple[int, int],
    is_fixed: bool,
    view: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """What belongs in each column, which rows are for lines, and of which view; whether he sees that is his caller's check. Raises NotYours, NotFound, Invalid on name, fields or rows."""
    _who(actor)
    row = _locked(id)
    first, last = rows
    said = names.name(name, limit=NAME_SIGNS)
    if not row.head_row < first <= last <= MOST_ROWS:
        raise Invalid("rows", "out_of_range", least=row.head_row + 1, most=MOST_ROWS)
    before = _said_of(row)
    was = (row.is_confirmed, row.name, row.is_fixed, before)
    row.name, row.fields = said, sound_fields(fields, len(row.heads))
    row.first_row, row.last_row, row.is_fixed, row.is_confirmed = first, last, is_fixed, True
    row.view = view
    if was == (True, row.name, row.is_fixed, _said_of(row)):
        return
    row.save(update_fields=["name", "fields", "first_row", "last_row", "is_fixed", "is_confirmed", "view"])
    record(Deed("sheet_form", row.id, "mapped", before=before, after=_said_of(row)), actor=actor, at=at)


def _said_of(row: SheetForm) -> dict[str, object]:
    said = {"fields": list(row.fields), "first_row": row.first_row, "last_row": row.last_row}
    return said | ({"view": row.view} if row.view else {})


def sound_fields(fields: Sequence[str], count: int) -> list[str]:
    """One for each column. Raises Invalid("fields", "unknown" | "none")."""
    said = [one[: CONSTANT_SIGNS + 1] if one.startswith("=") else one for one in fields]
    if len(said) != count or any(
        one not in BY_KEY and one not in OTHER_FIELDS and one[:1] != "=" for one in said
    ):
        raise Invalid("fields", "unknown")
    if not any(one in BY_KEY for one in said):
        raise Invalid("fields", "none")
    return ["" if one == "=" else one for one in said]


def remember_filter(id: UUID, wanted: LineFilter) -> None:
    """The next filling begins with it; nobody's work, so the journal says nothing."""
    rows = SheetForm.objects.filter(id=id, dropped_at=None)
    if rows.values_list("wanted", flat=True).first() != as_values(wanted):
        rows.update(wanted=as_values(wanted))


@transaction.atomic
def drop(id: UUID, *, actor: Actor, at: datetime) -> None:
    """It is no longer offered; its file is gone, what was said of its heads is kept for others. Raises NotYours, NotFound."""
    _who(actor)
    row = _locked(id)
    row.dropped_at, row.data = at, b""
    row.save(update_fields=["dropped_at", "data"])
    record(Deed("sheet_form", row.id, "dropped"), actor=actor, at=at)


def _locked(id: UUID) -> SheetForm:
    row: SheetForm | None = (
        SheetForm.objects.select_for_update(no_key=True).filter(id=id, dropped_at=None).first()
    )
    if row is None:
        raise NotFound("form")
    return row


def _who(actor: Actor) -> UUID:
    if actor.id is None or not actor.has(*DESK):
        raise NotYours(deed="sheet_form")
    return actor.id
