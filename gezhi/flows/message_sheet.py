"""The sheet of a message board, judged row by row before anything is written. Who wrote a message is not read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _

from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import Cell, Record, by_head, read_sheet
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


class RowFinding(NamedTuple):
    """A row that cannot be taken: its number as Excel shows it, which cell (a key of HEADS, or "row") and why (a code)."""

    row: int
    cell: str
    code: str

    def sentence(self) -> str:
        """For whoever mends the sheet, in the language in force."""
        where = {
            "number": _("留言编号"),
            "subject": _("留言主题"),
            "said_at": _("留言时间"),
            "text": _("留言详情"),
        }
        why = {
            "missing": _("没有填写"),
            "too_long": _("太长"),
            "error_value": _("是公式错误值"),
            "unreadable": _("无法辨认"),
            "year": _("年份不对"),
            "no_such_time": _("没有这个时刻"),
            "in_the_future": _("晚于现在"),
            "twice": _("与前面的行重复，内容却不同"),
        }
        cell, reason = where[self.cell], why.get(self.code, _("含有不能保存的字符"))
        return _("第 %(row)d 行：%(cell)s%(reason)s") % {"row": self.row, "cell": cell, "reason": reason}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sheet holds. intakes: one per number, in the sheet's order. repeats: rows that say again what an earlier row said."""

    read: int
    intakes: tuple[Intake, ...]
    repeats: int
    findings: tuple[RowFinding, ...]


class _Bad(Exception):
    """One cell of one row cannot be taken."""

    def __init__(self, cell: str, code: str) -> None:
        self.cell, self.code = cell, code
        super().__init__(cell, code)


def judge(data: bytes, filename: str, *, tz: tzinfo, at: datetime) -> Judged:
    """Read and judge a whole sheet in memory. tz: in which its times were written. at: nobody spoke after it.

    Raises BadSheet when it is no table, or a column is missing or there twice.
    """
    records = by_head(read_sheet(data, filename), HEADS, OPTIONAL)
    first: dict[str, Intake] = {}
    findings, repeats = [], 0
    for record in records:
        try:
            intake = _intake(record, tz, at)
            known = first.setdefault(intake.external_number, intake)
            if known != intake:
                raise _Bad("number", "twice")
            repeats += known is not intake
        except _Bad as bad:
            findings.append(RowFinding(record.number, bad.cell, bad.code))
    return Judged(len(records), tuple(first.values()), repeats, tuple(findings))


def _intake(record: Record, tz: tzinfo, at: datetime) -> Intake:
    for cell, code in record.faults.items():
        raise _Bad(cell, code)
    number = _taken("number", lambda: clean_name(_number(record.cells["number"]), NUMBER_SIGNS))
    if not number:
        raise _Bad("number", "missing")
    subject, text = _words(record.cells["subject"]), _words(record.cells["text"])
    if not text:
        raise _Bad("text", "missing")
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
        raise _Bad(cell, refused.code) from refused


def _number(cell: Cell) -> str:
    """A number in a book is a name: what a spreadsheet rounded is not read as one."""
    if isinstance(cell, bool | float | datetime):
        raise _Bad("number", "unreadable")
    return "" if cell is None else str(cell)


def _words(cell: Cell) -> str:
    return "" if cell is None else strip_board_whitespace(str(cell))


def _said_at(cell: Cell, tz: tzinfo, at: datetime) -> datetime:
    try:
        moment = as_moment(cell, tz)
    except BadMoment as bad:
        raise _Bad("said_at", bad.code) from bad
    if moment is None:
        raise _Bad("said_at", "missing")
    if moment > at + CLOCKS_DIFFER:
        raise _Bad("said_at", "in_the_future")
    return moment
