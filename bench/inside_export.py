"""The ledger as files, within the office's own settings: lines made in bulk, each with a report of its own."""

import hashlib
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from gezhi.cases.models import Case, CaseReport
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.export import export_ledger
from gezhi.ledger.models import Line
from gezhi.ledger.queries import LineFilter
from gezhi.reports.models import Report

BATCH = 2000
TEXT = "三单元二楼转角的玻璃碎了，地上有碎片，孩子上下楼容易划伤，请尽快派人来处理一下，谢谢。"
SAME = tuple(
    one.attname
    for one in Line._meta.concrete_fields
    if one.attname in {mine.attname for mine in Case._meta.concrete_fields}
    and one.attname not in {"id", "jurisdiction_id", "case_id"}
)


def fill_lines() -> int:
    """A line, with the report it began with, for each case that was made in bulk; as if it had gone the whole way."""
    known = set(Line.objects.values_list("case_id", flat=True))
    made: list[Case] = []
    for case in Case.objects.order_by("number").iterator(chunk_size=BATCH):
        if case.id not in known:
            made.append(case)
        if len(made) == BATCH:
            _write(made)
            made = []
    _write(made)
    return int(Line.objects.count())


@transaction.atomic
def _write(cases: list[Case]) -> None:
    reports = [
        Report(
            code_digest=hashlib.sha256(case.number.encode()).hexdigest(),
            text=f"第 {case.number} 件：{TEXT}",
            channel="qr",
            place_id=case.place_id,
            place_path=case.place_path,
            received_at=case.received_at,
        )
        for case in cases
    ]
    Report.objects.bulk_create(reports)
    CaseReport.objects.bulk_create(
        CaseReport(case=case, report=report, origin=case, linked_at=case.received_at)
        for case, report in zip(cases, reports, strict=True)
    )
    Line.objects.bulk_create([_line(case) for case in cases])


def _line(case: Case) -> Line:
    hour = timedelta(hours=1)
    steps = {
        name: case.received_at + at * hour
        for at, name in enumerate(
            ("accepted_at", "dispatched_at", "taken_at", "done_at", "checked_at", "confirmed_at"), start=1
        )
    }
    own = {name: getattr(case, name) for name in SAME}
    return Line(
        case_id=case.id,
        **own | {name: own.get(name) or moment for name, moment in steps.items()},
        held_by=[str(case.desk_id), str(case.lead_id)],
        pictures_said=1,
        pictures_after=1,
    )


def export_once(suffix: str) -> dict[str, float]:
    """Seconds by the wall and of the processor, memory before and at most, of the whole ledger as one file."""
    idle = _resident()
    begun, spent = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / f"ledger{suffix}"
        count = export_ledger(
            LineFilter(), to, suffix=suffix, actor=SYSTEM, language="zh-hans", at=datetime.now(UTC)
        )
        size = to.stat().st_size
    return {
        "count": count,
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - spent,
        "idle": idle,
        "most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": size,
    }


def _resident() -> float:
    pages: Any = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize() / 2**20
