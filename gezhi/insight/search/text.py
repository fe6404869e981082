"""What of a case may be looked for: its number, place, category and the words that whoever handles it may read, without numbers of persons."""

from collections.abc import Collection, Mapping
from uuid import UUID

from gezhi.cases.models import Case, CaseReport
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.ids import digest
from gezhi.kernel.search import folded
from gezhi.kernel.text import mask_private
from gezhi.places import queries as places
from gezhi.places.wording import keys_of
from gezhi.reports import queries as reports

MOST_SIGNS = 4000
CHINESE = "zh-hans"
FORM = 2  # of a line; another one makes all lines anew (following.py)


def texts_of(case_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Case → its folded text. 4 queries."""
    columns = ("id", "number", "title", "place_id", "category_id")
    cases = list(Case.objects.filter(id__in=case_ids).values_list(*columns))
    known = places.by_ids({place for *_, place, _category in cases if place})
    told = said_in(case_ids)
    return {
        id: folded(
            "\n".join((number, *_where(known.get(place)), title, *_kinds(category), *told.get(id, ())))
        )[:MOST_SIGNS]
        for id, number, title, place, category in cases
    }


def said_in(case_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Case → what was said of it, first linked first, as whoever handles it reads it. 2 queries."""
    told: dict[UUID, list[str]] = {}
    pairs = CaseReport.objects.filter(case_id__in=case_ids).order_by("linked_at", "id")
    linked = list(pairs.values_list("case_id", "report_id"))
    copies = {one.id: one.text for one in reports.for_handlers([report for _, report in linked])}
    for case_id, report_id in linked:
        told.setdefault(case_id, []).append(mask_private(copies.get(report_id, "")))
    return told


def form() -> str:
    """How lines are made today: with these names of categories. No query."""
    kinds = "\n".join(f"{one.id} {' '.join(_kinds(one.id))}" for one in catalogue.leaves())
    return digest(f"{FORM}\n{kinds}")


def _kinds(category: UUID | None) -> tuple[str, ...]:
    """What staff and residents call it."""
    if category is None:
        return ()
    one = catalogue.category(category)
    return tuple(dict.fromkeys(filter(None, (one.label(CHINESE), one.plain_label(CHINESE)))))


def _where(place: places.PlaceRow | None) -> tuple[str, ...]:
    if place is None:
        return ()
    keys = keys_of(place.full_name.replace(" ", ""))
    return place.full_name, place.code, keys.initials, keys.pinyin
