"""Follow the journal with the search lines, as the ledger does: each batch one short transaction, read twice the same."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import Case, CaseReport
from gezhi.insight.models import SearchCursor, SearchLine
from gezhi.insight.search import engines
from gezhi.insight.search.engines import Written
from gezhi.insight.search.text import form, texts_of
from gezhi.journal.following import held, read_on
from gezhi.journal.models import Entry
from gezhi.journal.queries import after_position, sealed_position
from gezhi.places import queries as places
from gezhi.places.onpath import within

BATCH = 200
FIRST = UUID(int=0)


def catch_up(most: int | None = None) -> int:
    """Read on until nothing is left, or for so many batches. Returns how many entries. Writes nothing when there is nothing new.

    After an upgrade the whole journal is read: whoever keeps other books beside these takes a few batches at a time.
    """
    return read_on(_follow, is_behind=_is_behind, most=most)


def _is_behind() -> bool:
    stood = SearchCursor.objects.values_list("position", "place_path", "form").first()
    position, place_path, made = stood or (0, "", form())
    return bool(place_path) or made != form() or position < sealed_position()


@transaction.atomic
def _follow() -> int:
    cursor = held(SearchCursor)
    if cursor.place_path:
        _rename(cursor)
        cursor.save(update_fields=["place_path", "after"])
        return 1
    if cursor.position == 0:
        cursor.form = form()  # every line is still to be made
    entries = list(after_position(cursor.position, BATCH))
    if not entries:
        return _anew(cursor)
    renamed = next((at for at, one in enumerate(entries) if _is_renamed(one)), None)
    if renamed is not None:
        entries = entries[: renamed + 1]
        cursor.place_path, cursor.after = _path(entries[-1]), FIRST
    write(_touched(entries))
    cursor.position = entries[-1].position or cursor.position
    cursor.save(update_fields=["position", "place_path", "after", "form"])
    return len(entries)


def _is_renamed(entry: Entry) -> bool:
    return (
        entry.subject_kind == "place"
        and entry.before.get("name") != entry.after.get("name")
        and bool(entry.before)
    )


def _path(entry: Entry) -> str:
    found = places.by_ids([entry.subject_id]).get(entry.subject_id)
    return found.path if found else ""


def _rename(cursor: SearchCursor) -> None:
    """The next cases at a place that was renamed; the last batch lets go of it."""
    rows = Case.objects.filter(within(cursor.place_path), id__gt=cursor.after or FIRST)
    ids = list(rows.order_by("id").values_list("id", flat=True)[:BATCH])
    write(ids)
    cursor.after = ids[-1] if ids else None
    if len(ids) < BATCH:
        cursor.place_path, cursor.after = "", None


def _anew(cursor: SearchCursor) -> int:
    """The next lines of cases that were made in another form: before an upgrade, or when a category had another name. What is done is written in the
    cursor. Returns how many, at least 1 while there is something to do; 0 when another worker was faster.
    """
    wanted = form()
    if cursor.form == wanted:
        return 0
    if cursor.towards != wanted:
        cursor.towards, cursor.made_to = wanted, FIRST
    rows = SearchLine.objects.filter(case_id__gt=cursor.made_to or FIRST)
    ids = list(rows.order_by("case_id").values_list("case_id", flat=True)[:BATCH])
    write(ids)
    cursor.made_to = ids[-1] if ids else None
    if len(ids) < BATCH:
        cursor.form, cursor.towards, cursor.made_to = wanted, "", None
    cursor.save(update_fields=["form", "towards", "made_to"])
    return max(1, len(ids))


def _touched(entries: Iterable[Entry]) -> set[UUID]:
    kinds: dict[str, set[UUID]] = {}
    for entry in entries:
        kinds.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    found = kinds.get("case", set())
    if heard := kinds.get("report"):
        found = found | set(CaseReport.objects.filter(report_id__in=heard).values_list("case_id", flat=True))
    return found


@transaction.atomic
def write(case_ids: Collection[UUID]) -> None:
    """The lines of these cases as they are now; what did not change is not written."""
    if not case_ids:
        return
    was = {one.case_id: one for one in SearchLine.objects.filter(case_id__in=case_ids)}
    now = texts_of(case_ids)
    numbers = _numbers([id for id in now if id not in was])
    changed = [
        Written(id, was[id].number if id in was else numbers[id], was[id].text if id in was else None, text)
        for id, text in now.items()
        if (id in numbers or id in was) and (id not in was or was[id].text != text)
    ]
    SearchLine.objects.bulk_create(
        [SearchLine(case_id=one.case_id, number=one.number, text=one.now or "") for one in changed],
        update_conflicts=True,
        unique_fields=["jurisdiction", "case"],
        update_fields=["text"],
    )
    engines.keep(changed)


def _numbers(case_ids: Collection[UUID]) -> dict[UUID, int]:
    """Where each of these begins in the sealed journal; what is not sealed yet is left for later."""
    rows = Entry.objects.filter(subject_kind="case", subject_id__in=case_ids, seq=1, position__isnull=False)
    return dict(rows.values_list("subject_id", "position"))
