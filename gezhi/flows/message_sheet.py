"""The sheet of a message board, judged row by row before anything is written. Who wrote a message is not read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

from gezhi.flows.cells import BadCell, RowFinding
from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import Cell, Record, by_head, heads_as_written, read_sheet
from gezhi.kernel.text import clean_name, strip_board_whitespace
from gezhi.reports.intake import Intake, judged

SOURCE = "message-board"
NUMBER_SIGNS = 80  # what a report keeps of a number in somebody else's book
Value = TypeVar("Value")
CLOCKS_DIFFER = timedelta(days=1)

HEADS = {
    "number": ("留言编号", "留言編號", "编号", "留言ID", "Message number", "Number", "ID", "Message ID"),
    "subject": ("留言主题", "留言主題", "主题", "留言标题", "标题", "Subject", "Title"),
    "said_at": ("留言时间", "留言時間", "时间", "留言日期", "Message time", "Time", "Date"),
    "text": (
        "留言详情",
        "留言詳情",
        "留言内容",
        "留言內容",
        "详情",
        "内容",
        "Message text",
        "Text",
        "Details",
        "Message",
    ),
}
OPTIONAL = frozenset({"subject"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sheet holds. intakes: one per number, in the sheet's order. repeats: rows that say again what an earlier row said."""

    read: int
    intakes: tuple[Intake, ...]
    repeats: int
    findings: tuple[RowFinding, ...]


def judge(data: bytes, filename: str, *, tz: tzinfo, at: datetime) -> Judged:
    """Read and judge a whole sheet in memory. tz: in which its times were written. at: nobody spoke after it.

    Raises BadSheet when it is no table, or a column is missing or there twice.
    """
    sheet = read_sheet(data, filename)
    records, heads = by_head(sheet, HEADS, OPTIONAL), heads_as_written(sheet, HEADS)
    first: dict[str, Intake] = {}
    findings, repeats = [], 0
    for record in records:
        try:
            intake = _intake(record, tz, at)
            known = first.setdefault(intake.external_number, intake)
            if known != intake:
                raise BadCell("number", "twice")
            repeats += known is not intake
        except BadCell as bad:
            findings.append(RowFinding(record.number, heads[bad.key], bad.code, bad.values))
    return Judged(len(records), tuple(first.values()), repeats, tuple(findings))


def _intake(record: Record, tz: tzinfo, at: datetime) -> Intake:
    for cell, code in record.faults.items():
        raise BadCell(cell, code)
    number = _taken("number", lambda: clean_name(_number(record.cells["number"]), NUMBER_SIGNS))
    if not number:
        raise BadCell("number", "required")
    subject, text = _words(record.cells["subject"]), _words(record.cells["text"])
    if not text:
        raise BadCell("text", "required")
    intake = Intake(
        channel="import",
        text=text if subject in {"", text} else f"{subject}\n{text}",
        said_at=_said_at(record.cells["said_at"], tz, at),
        source=SOURCE,
        external_number=number,
    )
    return _taken("text", lambda: judged(intake))


def _taken(cell: str, read: Callable[[], Value]) -> Value:
    try:
        return read()
    except Refusal as refused:
        raise BadCell(cell, refused.code) from refused


def _number(cell: Cell) -> str:
    """A number in a book is a name: what a spreadsheet rounded is not read as one."""
    if isinstance(cell, bool | float | datetime):
        raise BadCell("number", "unreadable")
    return "" if cell is None else str(cell)


def _words(cell: Cell) -> str:
    return "" if cell is None else strip_board_whitespace(str(cell))


def _said_at(cell: Cell, tz: tzinfo, at: datetime) -> datetime:
    try:
        moment = as_moment(cell, tz)
    except BadMoment as bad:
        raise BadCell("said_at", bad.code) from bad
    if moment is None:
        raise BadCell("said_at", "required")
    if moment > at + CLOCKS_DIFFER:
        raise BadCell("said_at", "in_the_future")
    return moment
