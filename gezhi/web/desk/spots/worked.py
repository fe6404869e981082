"""What worked at a place: closings that were confirmed and lasted, with what was noted and how it looked before and after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gezhi.cases import pictures
from gezhi.cases import queries as cases
from gezhi.evidence import queries as evidence
from gezhi.insight.memory.sums import Seen
from gezhi.web import times
from gezhi.web.casework import photos
from gezhi.web.desk.spots.called import category_name

SHOWN, LOOKED_AT = 3, 12


def shown(rows: Sequence[tuple[Seen, str]], at: datetime) -> list[dict[str, Any]]:
    """(closing, note) as the page shows them, one picture of each side. 4 queries, none for none."""
    ids = [row.case_id for row, _ in rows]
    if not ids:
        return []
    reports = cases.report_ids(ids)
    before = evidence.of_each("report", [id for some in reports.values() for id in some[:1]])
    done = pictures.after(ids)
    after = evidence.by_ids([id for some in done.values() for id in some[:1]])
    found = []
    for row, note in rows:
        first = [one for id in reports.get(row.case_id, ())[:1] for one in before.get(id, ())]
        last = [after[id] for id in done.get(row.case_id, ())[:1] if id in after]
        found.append(
            {
                "number": row.number,
                "category": category_name(row.category_id),
                "note": note,
                "closed": times.short_day(row.closed_at, at),
                "before": [one for one in (photos.picture(each, "before") for each in first) if one.is_ready][
                    :1
                ],
                "after": [
                    one for one in (photos.picture(each, "photo_after") for each in last) if one.is_ready
                ],
            }
        )
    return found
