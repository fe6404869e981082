"""What is so of the rows of an incoming book, as sentences and as a table to download."""

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from gezhi.flows.cells import RowFinding
from gezhi.kernel.sheet import safe_cell


def grouped(remarks: Iterable[RowFinding]) -> list[str]:
    """Each thing once, at the first row where it is so, with the number of rows."""
    counts: dict[tuple[str, str, str], int] = {}
    first: dict[tuple[str, str, str], RowFinding] = {}
    for one in remarks:
        key = (one.column, one.code, str(one.values))
        first.setdefault(key, one)
        counts[key] = counts.get(key, 0) + 1
    often = _("%(sentence)s（共 %(count)s 行这样）")
    return [
        often % {"sentence": one.sentence(), "count": counts[key]} if counts[key] > 1 else one.sentence()
        for key, one in first.items()
    ]


def as_csv(bad: Iterable[RowFinding], remarks: Iterable[RowFinding], until: int | None) -> str:
    """until: how many rows were judged, when not all."""
    to = io.StringIO()
    writer = csv.writer(to, quoting=csv.QUOTE_ALL)
    writer.writerow([_("行"), _("列"), _("轻重"), _("怎么回事、怎么办")])
    for weight, found in ((_("要改"), bad), (_("提醒"), remarks)):
        for one in found:
            writer.writerow([str(one.row), safe_cell(one.column), weight, safe_cell(one.what())])
    if until is not None:
        writer.writerow(["", "", "", _("只核对了前 %(count)s 行，其余的导入时逐行核对。") % {"count": until}])
    return to.getvalue()
