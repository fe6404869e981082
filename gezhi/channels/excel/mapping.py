"""Which column is what: proposed from heads and from what stands in the cells, with a score and a reason. Nothing is guessed silently. PURE."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import NamedTuple

from gezhi.channels.excel import likeness
from gezhi.channels.excel.book import Book, name_of
from gezhi.channels.excel.heads import FIELDS, SEVERAL
from gezhi.kernel.moment import BadMoment, as_moment, without_year
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import Cell, Record, head_key
from gezhi.kernel.text import phone_key

SAMPLE_ROWS = 200
SHOWN_SAMPLES = 3
ENOUGH = 0.6  # below it nothing is proposed
MOMENTS = frozenset({"said_at", "received_at", "closed_at"})
_JOINED_BY = {
    "place": " ",
    "area": " ",
    "party": " → ",
    "status": "；",
    "category": "\n",
    "text": "\n",
    "note": "\n",
}


class Proposal(NamedTuple):
    """One column. field: "" = not taken, for the reason `why`: same, bare, near, cells, remembered, said, personal, count, unknown, weaker, disagrees.

    name: as people are told; like: the spelling it resembles; samples: the first few filled cells.
    """

    column: int
    name: str
    field: str
    score: float
    why: str
    like: str
    samples: tuple[str, ...]


def layout_digest(heads: Sequence[str]) -> str:
    """SHA-256 (hex) of the heads as compared, in their order: the same layout next month."""
    return hashlib.sha256("\x1f".join(head_key(head) for head in heads).encode()).hexdigest()


def propose(book: Book) -> tuple[Proposal, ...]:
    """One proposal for each column that has a head or cells, in their order."""
    first = [one for column in range(len(book.heads)) if (one := _alone(book, column))]
    taken: dict[str, Proposal] = {}
    for one in sorted(first, key=lambda one: (-one.score, _rank(one))):
        if one.field and one.field not in SEVERAL:
            taken.setdefault(one.field, one)
    return tuple(_settled(one, taken) for one in first)


def _rank(one: Proposal) -> int:
    like = likeness.like(one.name)
    return like.rank if like else len(FIELDS)


def _settled(one: Proposal, taken: Mapping[str, Proposal]) -> Proposal:
    """One column for what stands in one; the other one stays unmapped, and is said to be the weaker."""
    if one.field and one.field not in SEVERAL and taken[one.field].column != one.column:
        return one._replace(field="", why="weaker")
    return one


def _alone(book: Book, column: int) -> Proposal | None:
    head, cells = book.heads[column], _filled(book, column)
    if not head and not cells:
        return None
    name, samples = name_of(book.heads, column), tuple(_shown(cell) for cell in cells[:SHOWN_SAMPLES])
    if likeness.is_personal(head):
        return Proposal(column, name, "", 1.0, "personal", "", samples)
    found = likeness.like(head)
    if found is None:
        if cells and _share(cells, _is_phone) >= 0.8:
            return Proposal(column, name, "contact", 0.6, "cells", "", samples)
        why = "count" if likeness.is_known(head) else "unknown"
        return Proposal(column, name, "", 0.0, why, "", samples)
    score = _weighed(found, cells)
    if score < ENOUGH:
        return Proposal(column, name, "", score, "disagrees", found.spelling, samples)
    return Proposal(column, name, found.field, score, found.why, found.spelling, samples)


def _weighed(found: likeness.Likeness, cells: Sequence[Cell]) -> float:
    """The head's word, less where the cells contradict it."""
    if not cells:
        return found.score
    if found.field in MOMENTS:
        agree = _share(cells, _is_moment)
    elif found.field == "contact":
        agree = _share(cells, _is_phone)
    elif found.field in {"text", "place", "area"}:
        agree = 1 - _share(cells, lambda cell: not isinstance(cell, str | int))
    else:
        return found.score
    return round(found.score * (0.5 + 0.5 * agree) if agree < 0.5 else found.score, 2) if agree else 0.3


def _share(cells: Sequence[Cell], holds: Callable[[Cell], bool]) -> float:
    return sum(holds(cell) for cell in cells) / len(cells)


def _is_phone(cell: Cell) -> bool:
    return isinstance(cell, str | int) and not isinstance(cell, bool) and phone_key(str(cell)) is not None


def _is_moment(cell: Cell) -> bool:
    try:
        return as_moment(without_year(cell, _ANY_DAY, _ANY_DAY.year) or cell, UTC) is not None
    except BadMoment as bad:
        return bad.code in {
            "relative",
            "day_or_tens",
        }  # meant as a day: the row is told, and the column is taken


def _filled(book: Book, column: int) -> list[Cell]:
    return [row.cells[column] for row in book.rows[:SAMPLE_ROWS] if row.cells[column] is not None]


def _shown(cell: Cell) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= 30 else text[:29] + "…"


# ---- what somebody said instead ----


def as_fields(proposals: Sequence[Proposal], width: int) -> tuple[str, ...]:
    """The mapping as it is kept: a field, or "", for each column."""
    fields = [""] * width
    for one in proposals:
        fields[one.column] = one.field
    return tuple(fields)


def judged(fields: Sequence[str], width: int) -> tuple[str, ...]:
    """A mapping that somebody chose. Raises Invalid("mapping", unknown | twice | text), with `name` = the field."""
    chosen = tuple(fields[:width]) + ("",) * (width - len(fields))
    for field in filter(None, chosen):
        if field not in FIELDS:
            raise Invalid("mapping", "unknown", name=field[:40])
        if field not in SEVERAL and chosen.count(field) > 1:
            raise Invalid("mapping", "twice", name=field)
    if "text" not in chosen:
        raise Invalid("mapping", "text", name="text")
    return chosen


# ---- rows by field ----


def heads_of(book: Book, fields: Sequence[str]) -> dict[str, str]:
    """By field how its column is called, of several the first: for findings."""
    heads: dict[str, str] = {}
    for column, field in enumerate(fields):
        if field:
            heads.setdefault(field, name_of(book.heads, column))
    return heads


_ANY_DAY = date(2000, 12, 31)  # of a leap year
_FIGURE = re.compile(r"[\d.,，%]+\s*(?:件|条|户|项|个|起|宗)?")
TOTAL = re.compile(
    r"(?:本[页月年周]|全[年部]|上[月页])?(?:合计|总计|小计|共计|累计|总数|總計|合計)[:：]?(?:[\d.,，]+(?:件|条|户|项|个|起|宗)?)?[。.]?"
)


def records(book: Book, fields: Sequence[str]) -> Iterator[Record]:
    """The rows by field, every field there; several columns of one field are joined in their order, a repeated word once."""
    columns = {field: [at for at, name in enumerate(fields) if name == field] for field in FIELDS}
    empty: dict[str, Cell] = dict.fromkeys(FIELDS)
    single = [(field, ats[0]) for field, ats in columns.items() if len(ats) == 1]
    several = [(field, ats) for field, ats in columns.items() if len(ats) > 1]
    for row in book.rows:
        filled = {field: row.cells[at] for field, at in single}
        filled |= {field: _cell(field, [row.cells[at] for at in ats]) for field, ats in several}
        faults = {fields[fault.column]: fault.code for fault in row.faults if fields[fault.column]}
        if faults or any(cell is not None for cell in filled.values()):
            yield Record(row.number, empty | filled, faults, is_total(row.cells))


def is_total(cells: Sequence[Cell]) -> bool:
    """Whether a row only adds up: 合计 stands first, and of words nothing else."""
    filled = [cell for cell in cells if cell is not None]
    words = [str(cell).strip() for cell in filled if isinstance(cell, str)]
    return (
        bool(words)
        and str(filled[0]).strip() == words[0]
        and all(TOTAL.fullmatch("".join(one.split())) or _FIGURE.fullmatch(one) for one in words)
        and bool(TOTAL.fullmatch("".join(words[0].split())))
    )


def _cell(field: str, cells: Sequence[Cell]) -> Cell:
    filled = [cell for cell in cells if cell is not None]
    if len(filled) < 2:
        return filled[0] if filled else None
    return _JOINED_BY[field].join(dict.fromkeys(str(cell).strip() for cell in filled))
