"""Open data: the rows of the public face as a table for other programs, and the page that says what its columns are."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.cases import face
from gezhi.cases.face import Face, FaceRow
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.months import read
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import safe_cell
from gezhi.parties.days import local_day
from gezhi.tenancy.current import current, scope
from gezhi.web import limits
from gezhi.web.asked import Asked
from gezhi.web.public.face import asked, matters
from gezhi.web.words import language

TABLES_PER_HOUR: Final = 60  # of one address: forty thousand rows take a second
PIECE: Final = 500  # rows written at once
MARK: Final = "\ufeff"  # by which spreadsheets know UTF-8
MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])", re.ASCII)
LICENCES: Final = {
    1: ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    2: ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
}


class Column(NamedTuple):
    """One column: its head, which never changes, and what it says."""

    head: str
    says: object


COLUMNS: Final = (
    Column("id", gettext_lazy("这一行的标识，每次下载都一样；不是案件编号")),
    Column("step", gettext_lazy("solved：办好了；open：正在办（街道公开时才有）")),
    Column("category_code", gettext_lazy("类别的代码")),
    Column("category", gettext_lazy("类别的名称")),
    Column("family", gettext_lazy("大类的名称")),
    Column("place_code", gettext_lazy("地点的代码，最细到楼；关系到住户家里的类别只到小区或街路")),
    Column("place", gettext_lazy("地点的名称")),
    Column("received_on", gettext_lazy("哪一天收到")),
    Column("solved_on", gettext_lazy("哪一天办好；正在办的是空的")),
    Column("days", gettext_lazy("从收到到办好，几天；正在办的是空的")),
    Column("words", gettext_lazy("受理席公开说的一句话；多数是空的")),
)


@require_safe
@never_cache
def about(request: Asked) -> HttpResponse:
    """What the table holds, its columns, the licence that the office chose, and ways to it. 1 query at most."""
    asked.opened(request, "public-data")
    context = {
        "columns": COLUMNS,
        "months": asked.months(local_day(request.now)),
        "licence": LICENCES.get(catalogue.rule("open_data_licence")),
        "most": face.MOST,
        "has_open": catalogue.rule("public_map_open") == 1,
        "office_name": request.jurisdiction.name,
    }
    return render(request, "public/face/data.html", context)


@require_safe
@never_cache
def cases(request: Asked) -> StreamingHttpResponse:
    """All of the last year, or of ?month=2026-03. Raises Invalid: month. Queries: 5, and 1 for each 500 rows as they are written."""
    asked.opened(request, "public-data")
    limits.count("public-table", limits.address(request), most=TABLES_PER_HOUR, minutes=60, at=request.now)
    typed = request.GET.get("month", "")
    found = _of(typed, request)
    answer = StreamingHttpResponse(
        _written(found.rows, current(), get_language() or ""), content_type="text/csv; charset=utf-8"
    )
    name = f"cases-{typed or f'{local_day(request.now):%Y-%m-%d}'}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    if found.is_cut:
        answer["X-Gezhi-Cut"] = str(len(found.rows))
    return answer


def _of(typed: str, request: Asked) -> Face:
    if not typed:
        return face.face(request.now)
    if MONTH.fullmatch(typed) is None or read(typed) > local_day(request.now):
        raise Invalid("month", "public_month")
    return face.of_month(read(typed), request.now)


def _written(rows: Sequence[FaceRow], office: UUID, lang: str) -> Iterator[bytes]:
    """The table piece by piece. It is asked for after the view is left, so each piece enters the office again."""
    yield (MARK + _lines([[column.head for column in COLUMNS]])).encode()
    for at in range(0, len(rows), PIECE):
        with scope(office), override(lang):
            piece = rows[at : at + PIECE]
            said = matters.words(piece)
            text = _lines([_cells(row, said.get(row.id, "")) for row in piece])
        yield text.encode()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    # every field is quoted, or a delimiter inside one would open a new cell
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue()


def _cells(row: FaceRow, words: str) -> list[str]:
    leaf = catalogue.category(row.category_id)
    top = catalogue.category(leaf.parent_id) if leaf.parent_id else leaf
    solved = None if row.is_open else row.day
    return [
        str(face.mark("case", row.id)),
        "open" if row.is_open else "solved",
        leaf.code,
        leaf.label(language()),
        top.label(language()),
        row.place.code if row.place else "",
        row.place.name if row.place else "",
        row.received_on.isoformat(),
        solved.isoformat() if solved else "",
        str((solved - row.received_on).days) if solved else "",
        words,
    ]
