"""What a form of somebody else's is: whether it may be kept, where its heads stand, which rows are for lines, what belongs in which column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gezhi.channels.excel import likeness
from gezhi.channels.excel.book import Book, name_of, read_book
from gezhi.channels.excel.heads import COUNTS
from gezhi.channels.excel.mapping import layout_digest
from gezhi.channels.orders.package import measure
from gezhi.channels.sheetforms.paper import MAIN, Paper
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.sheet import head_key
from gezhi.kernel.workbook import BadSheet, Limits, repacked
from gezhi.ledger.keyed import BY_KEY, LATE

MOST_BYTES = 2_000_000
MOST_COLUMNS = 60
SERIAL = "serial"  # 1, 2, 3 …
CONSTANT = "="  # and behind it what stands in every line
LIMITS = Limits(
    max_bytes=20_000_000,
    max_ratio=200,
    max_parts=300,
    max_rows=5_000,
    max_columns=200,
    max_cells=200_000,
    max_signs=2_000_000,
)
# What superiors call our columns, beyond the heads of incoming ledgers; the likeliest first.
SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    SERIAL: COUNTS,
    "place": ("具体地点", "问题地点", "详细地点", "地点位置", "点位", "Where"),
    "matter": ("问题情况", "主要问题", "问题简述", "问题及描述", "情况简述", "事项"),
    "fix_due": ("处置时限", "办理时限", "办结时限", "整改时限", "完成时限", "时限", "办理期限", "Due", "Deadline"),
    "done_at": ("处置完成", "处置完成时间", "整改完成时间", "整改时间", "完成时间", "处理时间", "办理时间", "处置时间"),
    "ending": ("结案方式", "办理结果", "处理结果", "处置结果", "整改结果", "Result", "Outcome"),
    "state": ("状态", "办理状态", "办理情况", "处理情况", "进展", "进度", "是否办结", "完成情况", "Status"),
    "reason": ("结案说明", "办理说明", "处理说明"),
    "grid": ("网格", "所属网格", "网格名称", "Grid", "Cell"),
    "channel": ("来源", "问题来源", "渠道", "上报渠道", "Source", "Channel"),
    "level": ("层级", "办理层级", "Level"),
    "verdict": ("满意度", "群众评价", "满意情况", "评价", "是否满意", "反映人评价"),
    "category_code": ("类别代码", "类别编码", "Category code"),
    "fixed_on_time": ("处置按时", "是否按时", "按时办结"),
    LATE: ("是否超期", "是否超时", "是否逾期", "超期", "超时", "逾期", "Overdue", "Late"),
    "held_by": ("经手单位", "流转单位"),
}  # fmt: skip
OF_BOOKS: Final[Mapping[str, str]] = {
    "number": "number",
    "text": "matter",
    "area": "community",
    "place": "place",
    "category": "category",
    "said_at": "received_at",
    "received_at": "received_at",
    "status": "state",
    "party": "party",
    "closed_at": "closed_at",
}
_FOOT = re.compile(
    r"合\s*计|总\s*计|小\s*计|填\s*[表报]|制\s*表|审\s*[核批]|负\s*责\s*人|盖\s*章|签\s*[字名]|^(?:备注|说明|注)\s*[：:]|^\s*(?:sub)?total",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\b(?:SUM|SUBTOTAL|COUNTA?|COUNTIFS?|AVERAGE)\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A form as it was read. heads: one for each column, as called to people; first_row, last_row: for lines. fields: proposed, one for each head."""

    sheet: str
    sheets: tuple[str, ...]
    layout: str
    heads: tuple[str, ...]
    head_row: int
    first_row: int
    last_row: int
    fields: tuple[str, ...]


def judged(data: bytes, filename: str, *, sheet: str = "", known: Mapping[str, str] | None = None) -> Found:
    """Whether a form may be kept, and what it is. known: fields that people chose, by key of the head.

    Raises BadSheet (encrypted, old_format, bomb, too_many_columns …); Invalid("form", …): only_xlsx, sheet_form_too_large, no_heads,
    too_many_heads, those of `package.measure`.
    """
    suffix = filename.rpartition(".")[2].lower()
    if suffix == "xlsm":
        raise Invalid("form", "macros")
    if suffix != "xlsx":
        raise Invalid("form", "only_xlsx")
    if len(data) > MOST_BYTES:
        raise Invalid("form", "sheet_form_too_large", megabytes=MOST_BYTES // 1_000_000)
    repacked(data, LIMITS)
    measure(data)
    try:
        return _found(read_book(data, filename, sheet=sheet, limits=LIMITS), data, known or {})
    except Refusal:
        raise
    except Exception as broken:  # somebody else's file: whatever its readers raise
        raise Invalid("form", "broken_form") from broken


def _found(book: Book, data: bytes, known: Mapping[str, str]) -> Found:
    heads = list(book.heads)
    while heads and not heads[-1]:
        heads.pop()
    if sum(bool(head) for head in heads) < 2:
        raise Invalid("form", "no_heads")
    if len(heads) > MOST_COLUMNS:
        raise BadSheet("too_many_columns", columns=len(heads), limit=MOST_COLUMNS)
    paper = Paper(data, book.sheet)
    if paper.tree.tag != f"{{{MAIN}}}worksheet":
        raise Invalid("form", "broken_form")
    first, last = lines_of(paper, book.head_row, len(heads))
    names = tuple(name_of(heads, at) if head else "" for at, head in enumerate(heads))
    return Found(
        sheet=book.sheet,
        sheets=book.sheets,
        layout=layout_digest(heads),
        heads=names,
        head_row=book.head_row,
        first_row=first,
        last_row=last,
        fields=proposed(heads, known),
    )


def lines_of(paper: Paper, head_row: int, width: int) -> tuple[int, int]:
    """The first and the last row for lines: behind the heads and a row that counts the columns, before totals and signatures."""
    first = head_row + 1
    if _counts_columns(paper, first, width):
        first += 1
    last = first
    for row in range(first, max(paper.rows, default=first) + 1):
        if row not in paper.rows or _is_foot(paper, row, width):
            break
        last = row
    return first, last


def _counts_columns(paper: Paper, row: int, width: int) -> bool:
    said = [paper.text(column, row) for column in range(width)]
    numbers = [int(one) for one in said if one.isdigit() and len(one) < 4]
    return (
        len(numbers) >= 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and all(one.isdigit() or len(one) < 2 for one in said)
    )


def _is_foot(paper: Paper, row: int, width: int) -> bool:
    said = [paper.text(column, row).strip() for column in range(width)]
    if any(one and _FOOT.search(one) and len(one) < 80 for one in said[:4]) or any(
        _ADDS.search(paper.formula(column, row)) for column in range(width)
    ):
        return True
    filled = [one for one in said if one]
    return len(filled) == 1 and bool(_FOOT.search(filled[0]))


def proposed(heads: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """A field for each head; each of ours once, a column for which nothing speaks stays empty."""
    taken: set[str] = set()
    fields = []
    for head in heads:
        field = next(
            (one for one in _fields_of(head, known) if one not in taken or one.startswith(CONSTANT)), ""
        )
        taken.add(field)
        fields.append(field)
    return tuple(fields)


def _fields_of(head: str, known: Mapping[str, str]) -> list[str]:
    """What a head may mean, the likeliest first."""
    key, last = head_key(head), head_key(head.split()[-1]) if head.split() else ""
    if not key or likeness.is_personal(head):
        return []
    found = [known[key]] if key in known else []
    found += [field for field, column in BY_KEY.items() if head_key(str(column.head)) in {key, last}]
    found += [field for field, said in SPELLINGS.items() if {key, last} & {head_key(one) for one in said}]
    like: Any = likeness.like(head)
    if like is not None and like.field in OF_BOOKS:
        found.append(OF_BOOKS[like.field])
    return found
