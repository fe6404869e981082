"""Prove I5 and I6 for reports on live data: acknowledged means still there, word for word, and found by its code, once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count

from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.evidence import voice
from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.kernel.ids import digest
from gezhi.reports import vocabulary
from gezhi.reports.intake import text_digest
from gezhi.reports.models import Report
from gezhi.reports.receipts import code_of
from gezhi.tenancy.keys import derived

PAGE = 500  # reports with pictures
UNIQUE = ("code_digest", "key_digest")


def findings() -> Iterator[Finding]:
    """Nothing, when all is well."""
    yield from _doubles()
    yield from _receipts()
    yield from _dangers()


def _dangers() -> Iterator[Finding]:
    """Danger words whose opening condition this office's book lacks: their clock is another one's. No query as a rule."""
    known = {one.code for leaf in catalogue.leaves() for one in catalogue.conditions(leaf.id)}
    lacking: dict[str, list[str]] = {}
    for one in vocabulary.lexicon().words:
        if one.condition and one.condition not in known:
            lacking.setdefault(one.condition, []).append(one.word)
    for condition, words in sorted(lacking.items()) if known else ():
        some = ", ".join(words[:3])
        yield Finding(
            "warning",
            f"danger words {some} ({len(words)})",
            f"name the opening condition {condition}, which this office's book lacks: `gezhi migrate` adds the shipped ones",
        )


def _doubles() -> Iterator[Finding]:
    """I6: one report per tracking code and per idempotency key. 2 queries."""
    for field in UNIQUE:
        groups = Report.objects.exclude(**{field: ""}).values(field).annotate(n=Count("id")).filter(n__gt=1)
        for group in groups:
            yield Finding("I6", f"{field} {group[field]}", f"{group['n']} reports share it")


def _receipts() -> Iterator[Finding]:
    """I5: the journal's receipts and the reports, side by side in the order of their ids. 2 streamed queries, 1 more for each page of pictures."""
    page: dict[UUID, set[UUID]] = {}
    reports = Report.objects.order_by("id").iterator(chunk_size=2000)
    report: Report | None = next(reports, None)
    for subject, rows in groupby(entries_of("report"), key=lambda entry: entry.subject_id):
        told = [entry.after for entry in rows]
        while report is not None and report.id < subject:
            yield Finding("I9", f"report {report.id}", "nothing in the journal tells of its receipt")
            report = next(reports, None)
        if report is None or report.id != subject:
            yield Finding("I5", f"report {subject}", "was acknowledged and is missing")
            continue
        yield from _one(report, told)
        if photos := _pictures(told):
            page[report.id] = photos
        if len(page) == PAGE:
            yield from _lost(page)
            page = {}
        report = next(reports, None)
    yield from _lost(page)
    while report is not None:
        yield Finding("I9", f"report {report.id}", "nothing in the journal tells of its receipt")
        report = next(reports, None)


def _one(report: Report, told: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    where = f"report {report.id}"
    if report.code_digest != digest(code_of(report.id)):
        yield Finding("I5", where, "its tracking code does not find it")
    said = text_digest(derived("report-text"), report.id, report.text)
    if report.erased_at is None and told[0].get("text") != said:
        yield Finding("I5", where, "its text is not what was received")
    if told[0].get("voice") and report.erased_at is None and not voice.of_each([report.id]):
        yield Finding("I5", where, "its voice is missing")


def _pictures(told: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Those that a report came with; none where they were erased."""
    if any(after.get("pictures") for after in told):
        return set()
    return {UUID(photo) for after in told for photo in after.get("evidence", ())}


def _lost(page: Mapping[UUID, set[UUID]]) -> Iterator[Finding]:
    """Pictures that reports came with and have no more. 1 query."""
    kept = evidence.of_each("report", page) if page else {}
    for id, photos in page.items():
        for photo in sorted(photos - {row.id for row in kept[id]}):
            yield Finding("I5", f"report {id}", f"its picture {photo} is missing")
