"""Prove I8 on live data: every line equals a recount from the journal at the position the ledger states."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from gezhi.journal import outbox
from gezhi.journal.models import Entry
from gezhi.journal.queries import sealed_position
from gezhi.kernel.finding import Finding
from gezhi.kernel.months import written
from gezhi.ledger.actions import BATCH, NEWEST, cases_with_lines, in_batches, opened_cases
from gezhi.ledger.freezing import FREEZE
from gezhi.ledger.models import Cursor, Freezing, Line, MonthBook, MonthPart
from gezhi.ledger.months import belongs, span
from gezhi.ledger.packing import digest, unpack
from gezhi.ledger.recount import recount


def findings() -> Iterator[Finding]:
    """What is wrong with the ledger of the jurisdiction in force: lines that are missing, surplus or say something else."""
    reached = Cursor.objects.values_list("position", flat=True).first() or 0
    if reached > sealed_position():
        yield Finding("I8", f"position {reached}", "the ledger has read farther than the journal goes")
    found: list[Finding] = []
    in_batches(opened_cases, lambda ids, position: found.extend(_unlike(ids, position)))
    in_batches(cases_with_lines, lambda ids, position: found.extend(_surplus(ids, position)))
    yield from found
    for book in MonthBook.objects.order_by("month", "desk"):
        yield from _of_book(book)
    yield from _left_freezing()


def _left_freezing() -> Iterator[Finding]:
    """A month that is being frozen, and nobody goes on with it. 2 queries at most."""
    under_way = list(Freezing.objects.filter(problem="").values_list("id", "month"))
    goes_on = outbox.keys_open(FREEZE) if under_way else set()
    for id, month in under_way:
        if str(id) not in goes_on:
            yield Finding("I8", f"month {written(month)}", "is being frozen, and nobody goes on with it")


def _of_book(book: MonthBook) -> Iterator[Finding]:
    """A month book equals a recount at its own position, line by line, and is the one that the journal knows."""
    where = f"month book {written(book.month)}"
    parts = list(MonthPart.objects.filter(book=book).order_by("number").values_list("pack", flat=True))
    known = Entry.objects.filter(subject_kind="month_book", subject_id=book.id, event="frozen").first()
    if known is None or known.after["digest"] != book.digest or digest(parts) != book.digest:
        yield Finding("I8", where, "is not what was frozen: its digest is another one than the journal's")
    frozen: set[UUID] = set()
    for part in parts:
        try:
            lines = {fields["case_id"]: fields for fields in unpack(part)}
        except ValueError:
            yield Finding("I8", where, "has a part that cannot be read")
            continue
        frozen |= set(lines)
        yield from _unlike_then(book, lines, where)
    yield from _forgotten(book, frozen, where)


def _unlike_then(book: MonthBook, lines: Mapping[UUID, Mapping[str, Any]], where: str) -> Iterator[Finding]:
    for ids in batched(list(lines), BATCH):
        counted = recount(ids, book.position)
        for case_id in ids:
            said, line = lines[case_id], counted.get(case_id)
            if line is None or not belongs(line, book.month, book.desk):
                yield Finding(
                    "I8", f"{where}, line {said.get('number')}", f"was no line of it at {book.position}"
                )
            elif names := [name for name, value in said.items() if getattr(line, name) != value]:
                what = f"differs from the journal at {book.position}: {', '.join(names)}"
                yield Finding("I8", f"{where}, line {line.number}", what)


def _forgotten(book: MonthBook, frozen: set[UUID], where: str) -> Iterator[Finding]:
    """Lines of that month that should have been in it."""
    since, until = span(book.month)
    lines = Line.objects.filter(received_at__gte=since, received_at__lt=until).order_by("case_id")
    others = [id for id in lines.values_list("case_id", flat=True) if id not in frozen]
    for ids in batched(others, BATCH):
        for line in recount(ids, book.position).values():
            if belongs(line, book.month, book.desk):
                yield Finding("I8", f"{where}, line {line.number}", "is missing in it")


def batched(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    """So many at a time."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


def _unlike(case_ids: Collection[UUID], position: int) -> Iterator[Finding]:
    kept = {line.case_id: line for line in Line.objects.filter(case_id__in=case_ids)}
    for case_id, counted in recount(case_ids, position).items():
        line = kept.get(case_id)
        if line is None:
            yield Finding("I8", f"case {counted.number}", "has no line in the ledger")
        elif names := [name for name in NEWEST if getattr(line, name) != getattr(counted, name)]:
            yield Finding(
                "I8", f"line {counted.number}", f"differs from the journal at {position}: {', '.join(names)}"
            )


def _surplus(case_ids: Collection[UUID], position: int) -> Iterator[Finding]:
    opened = Entry.objects.filter(subject_kind="case", subject_id__in=case_ids, seq=1, position__lte=position)
    unknown = set(case_ids) - set(opened.values_list("subject_id", flat=True))
    for line in Line.objects.filter(case_id__in=unknown).order_by("case_id"):
        yield Finding("I8", f"line {line.number}", "the journal knows no such case")
