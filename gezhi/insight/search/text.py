"""What of a case may be looked for: its number, place and the words that whoever handles it may read, without numbers of persons."""

from collections.abc import Collection, Mapping
from uuid import UUID

from gezhi.cases.models import Case, CaseReport
from gezhi.kernel.search import folded
from gezhi.kernel.text import mask_private
from gezhi.places import queries as places
from gezhi.places.wording import keys_of
from gezhi.reports import queries as reports

MOST_SIGNS = 4000


def texts_of(case_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Case → its folded text. 4 queries."""
    cases = list(Case.objects.filter(id__in=case_ids).values_list("id", "number", "title", "place_id"))
    known = places.by_ids({place for *_, place in cases if place})
    told: dict[UUID, list[str]] = {}
    pairs = CaseReport.objects.filter(case_id__in=case_ids).order_by("linked_at", "id")
    linked = list(pairs.values_list("case_id", "report_id"))
    copies = {one.id: one.text for one in reports.for_handlers([report for _, report in linked])}
    for case_id, report_id in linked:
        told.setdefault(case_id, []).append(mask_private(copies.get(report_id, "")))
    return {
        id: folded("\n".join((number, *_where(known.get(place)), title, *told.get(id, ()))))[:MOST_SIGNS]
        for id, number, title, place in cases
    }


def _where(place: places.PlaceRow | None) -> tuple[str, ...]:
    if place is None:
        return ()
    keys = keys_of(place.full_name.replace(" ", ""))
    return place.full_name, place.code, keys.initials, keys.pinyin
