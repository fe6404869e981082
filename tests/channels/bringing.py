"""A ledger as somebody sends it, chosen, begun, and brought in by the worker."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.channels import books as channel
from gezhi.config import worker
from gezhi.journal.models import Errand
from gezhi.kernel.actor import Actor
from gezhi.reports import books
from gezhi.reports.books import BookRow
from gezhi.reports.models import IncomingBook

HEADS = ("编号", "地点", "问题描述", "联系电话", "办理情况")


def book(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> bytes:
    return "\n".join(",".join(row) for row in (heads, *rows)).encode()


def rows(count: int, status: str = "") -> tuple[tuple[str, ...], ...]:
    return tuple(
        (f"N{at}", "悦海花园3号楼", f"第 {at} 盏路灯不亮", "13812345678", status)
        for at in range(1, count + 1)
    )


def taken(data: bytes, actor: Actor, at: datetime, **said: Any) -> BookRow:
    """Uploaded and chosen."""
    row = books.book(channel.take_in(data, "台账.csv", actor=actor, at=at), actor=actor)
    chosen = {"layout": row.layout, "fields": row.fields, "sheet": row.sheet, "encoding": row.encoding}
    books.choose(row.id, **{"finished": "leave_out", "skip_bad": False, **chosen, **said})
    return books.book(row.id, actor=actor)


def begun(data: bytes, actor: Actor, at: datetime, **said: Any) -> UUID:
    row = taken(data, actor, at, **said)
    channel.begin(row, actor=actor, at=at)
    return row.id


def worked(at: datetime) -> None:
    """The worker goes round until no book is under way."""
    for _ in range(50):
        worker.do_errands(at)
        if not IncomingBook.objects.filter(stage__in=["staging", "closing", "withdrawing"]).exists():
            return
    raise AssertionError(list(Errand.objects.exclude(error="").values_list("kind", "error")))


def brought(data: bytes, actor: Actor, at: datetime, **said: Any) -> BookRow:
    id = begun(data, actor, at, **said)
    worked(at)
    return books.book(id, actor=actor)


def files() -> list[Path]:
    return sorted((Path(settings.GEZHI_DATA) / "books").glob("*"))
