"""What the table of permissions asks about beside cases: months that are frozen, files that were asked for, forms of superiors."""

import io
from datetime import datetime, timedelta

import openpyxl

from gezhi.kernel.actor import Actor
from gezhi.ledger import files as ledger_files
from gezhi.ledger import forms as sheet_forms
from gezhi.ledger import months
from gezhi.ledger.queries import LineFilter

Things = dict[str, str]


def sheet_form() -> bytes:
    """Heads and two rows for lines."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (("编号", "问题"), (" ", " "), (" ", " ")):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


FORM = sheet_form()


def of_the_ledger(name: str, actor: Actor, at: datetime) -> Things:
    """A month that is frozen for a desk, a file that was asked for, a form that was mapped."""
    desk, *_others = [id for id in months.desks_of(actor) if id != months.WHOLE]
    book = months.freeze(at.date() - timedelta(days=70), desk, actor=actor, at=at)
    file = ledger_files.ask(LineFilter(state="closed"), suffix=".csv", actor=actor, language="zh-hans", at=at)
    upload = sheet_forms.Upload(
        f"{name}.xlsx", FORM, name, "Sheet", ("编号", "问题"), 1, 2, 3, ("number", "matter")
    )
    form, _known = sheet_forms.keep(upload, actor=actor, at=at)
    sheet_forms.confirm(
        form, name=name, fields=upload.fields, rows=(2, 3), is_fixed=False, actor=actor, at=at
    )
    return {
        f"{name}.month": str(book),
        f"{name}.month.desk": str(desk),
        f"{name}.file": str(file),
        f"{name}.sheetform": str(form),
    }
