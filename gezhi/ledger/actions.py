"""Keep the ledger: follow the journal, or make every line anew. Nothing but the ledger's own tables is written."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import Case
from gezhi.journal.following import held, read_on
from gezhi.journal.models import Entry
from gezhi.journal.queries import after_position, sealed_position
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.recount import publishes, recount, touched

BATCH = 250  # entries, or cases when all is made anew: about 100 ms of SQLite's only writer
FIRST = UUID(int=0)
NEWEST = tuple(
    field.name for field in Line._meta.concrete_fields if field.name not in {"id", "jurisdiction", "case"}
)


def catch_up(*, at: datetime) -> int:
    """Read on in the sealed journal until nothing is left; each batch is one short transaction. Returns how many entries.

    Read twice or by two workers at once gives the same lines. Writes nothing when there is nothing new.
    """
    return read_on(partial(_follow, at), is_behind=_is_behind)


def _is_behind() -> bool:
    reached = Cursor.objects.values_list("position", flat=True).first() or 0
    return reached < sealed_position()


@transaction.atomic
def _follow(at: datetime) -> int:
    cursor = held(Cursor, reached_at=at)
    entries = list(after_position(cursor.position, BATCH))
    if not entries:
        return 0
    position = entries[-1].position or cursor.position
    _keep(recount(touched(entries), position).values())
    _publish(entries)
    cursor.position, cursor.reached_at = position, at
    cursor.save(update_fields=["position", "reached_at"])
    return len(entries)


def _publish(entries: Iterable[Entry]) -> None:
    """What an import brought is seen from the entry that publishes it. 1 UPDATE, however many lines."""
    runs = {one.subject_id for one in entries if publishes(one)}
    if runs:
        Line.objects.filter(run_id__in=runs, is_held=True).update(is_held=False)


def _keep(lines: Iterable[Line]) -> None:
    Line.objects.bulk_create(
        list(lines), update_conflicts=True, unique_fields=["jurisdiction", "case"], update_fields=NEWEST
    )


def rebuild(*, at: datetime) -> int:
    """Make every line anew from the journal, drop those it does not know, then catch up. Returns how many lines there are.

    In short batches, so that readers meanwhile see a whole ledger and writers do not wait.
    """
    in_batches(opened_cases, _make_anew)
    in_batches(cases_with_lines, _drop_unknown)
    catch_up(at=at)
    return int(Line.objects.count())


def put_right() -> None:
    """Lines of before a column was there: count those anew that it says something of. Nothing to do: 2 queries."""
    in_batches(_without_their_extension, _make_anew)


def _without_their_extension(after: UUID, position: int) -> list[UUID]:
    extended = Case.objects.filter(extended_to__isnull=False, id__gt=after)
    rows = Line.objects.filter(extended_to=None, case_id__in=extended.values("id")).order_by("case_id")
    return list(rows.values_list("case_id", flat=True)[:BATCH])


def _make_anew(case_ids: Collection[UUID], position: int) -> None:
    _keep(recount(case_ids, position).values())


def _drop_unknown(case_ids: Collection[UUID], position: int) -> None:
    unknown = set(case_ids) - set(recount(case_ids, position))
    Line.objects.filter(case_id__in=unknown).delete()


Found = Collection[UUID]


def in_batches(choose: Callable[[UUID, int], list[UUID]], deed: Callable[[Found, int], None]) -> None:
    """Do a deed on all cases that `choose` finds, batch by batch; the cursor is held during each, its position handed on."""
    last = FIRST
    while True:
        with transaction.atomic():
            cursor = Cursor.objects.select_for_update(no_key=True).first()
            position = cursor.position if cursor else 0
            case_ids = choose(last, position)
            if case_ids:
                deed(case_ids, position)
        if not case_ids:
            return
        last = case_ids[-1]


def opened_cases(after: UUID, position: int) -> list[UUID]:
    """Cases that the journal opened by then, in order of their ids, behind one. 1 query."""
    rows = Entry.objects.filter(subject_kind="case", seq=1, subject_id__gt=after, position__lte=position)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True)[:BATCH])


def cases_with_lines(after: UUID, position: int) -> list[UUID]:
    """Cases that have a line, in order of their ids, behind one. 1 query."""
    rows = Line.objects.filter(case_id__gt=after).order_by("case_id")
    return list(rows.values_list("case_id", flat=True)[:BATCH])
