"""The rows of somebody's ledger, judged one by one before anything is written. Who reported is not read.

What stops a row is a finding; what is only not understood is a remark: the row comes in, and the words stay in its text.
A row that its book calls finished is no case solved here: docs/adr/0024-books-come-in.md.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.flows.cells import BadCell, RowFinding
from gezhi.flows.ledger_places import Found, PlaceFinder
from gezhi.journal.chain import canonical
from gezhi.kernel.moment import BadMoment, as_moment, without_year
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import Cell, Record, head_key
from gezhi.kernel.text import clean_name, phone_key, strip_board_whitespace
from gezhi.reports.intake import Intake, judged
from gezhi.tenancy.keys import derived

AT_ONCE = 200  # rows of one step
NUMBER_SIGNS = 80  # what a report keeps of a number in somebody else's book
CLOCKS_DIFFER = timedelta(days=1)
SHOWN_SIGNS = 40  # of a cell, in a remark
FINISHED = re.compile(
    r"办结|结案|办毕|完成|解决|处理完|已处理|处置完|已处置|整改到位|已整改|销号|closed|done|solved|finished|completed|resolved",
    re.IGNORECASE,
)
UNFINISHED = re.compile(
    r"未|没有|尚|不|待|正在|中$|否|无法|\b(?:un|not|in progress|pending|open)", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?=年|\D|$)")
MOMENTS = {
    "unreadable": "not_a_moment",
    "year": "odd_year",
    "no_such_time": "no_such_moment",
}  # each says what stood there
YES = frozenset({"是", "√", "yes", "y", "true", "1"})
KEPT_WORDS = (
    "status",
    "closed_at",
    "party",
    "note",
)  # they stand below the text, under the heads of their book


@dataclass(frozen=True, slots=True)
class Item:
    """One row as it will be written. row: as Excel numbers it. is_finished: its book says that it is done with."""

    row: int
    intake: Intake
    place: UUID | None
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What a ledger holds. items: one per number, in its order. repeats: rows that say again what an earlier one said; totals: rows that only add up (合计), which are left out and not among those read."""

    read: int
    items: tuple[Item, ...]
    repeats: int
    findings: tuple[RowFinding, ...]
    remarks: tuple[RowFinding, ...]
    totals: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What all rows of one ledger are judged by. source: of its numbers; heads: by field how its columns are called; year: of days without one, as its title says."""

    source: str
    heads: Mapping[str, str]
    tz: tzinfo
    at: datetime
    year: int | None = None


def source_of(layout: str) -> str:
    """Under which name the numbers of all ledgers of one layout (its digest) are known."""
    return f"book-{layout[:24]}"


def judge(records: Iterable[Record], reading: Reading) -> Judged:
    """Judge a whole ledger in memory. Up to some thousand statements, for places whose names nobody wrote like that before."""
    judging = Judging(records, reading)
    while judging.step():
        pass
    return judging.result()


class Judging:
    """Goes through the rows, some at a time, and remembers what it has seen. read: how many of them."""

    def __init__(self, records: Iterable[Record], reading: Reading) -> None:
        self.records = iter(records)
        self.reading, self.read, self.repeats, self.totals = reading, 0, 0, 0
        self.places, self.categories = PlaceFinder(), _categories()
        self.named: dict[str, UUID | None] = {}  # what the book calls it → which category that is
        self.first: dict[str, Item] = {}
        self.findings: list[RowFinding] = []
        self.remarks: list[RowFinding] = []
        self.key = derived("book-row")

    def step(self) -> bool:
        """Judge some more; whether any may be left."""
        some = list(islice(self.records, AT_ONCE))
        for record in some:
            self._take(record)
        return len(some) == AT_ONCE

    def _take(self, record: Record) -> None:
        if record.is_total:
            self.totals += 1
            return
        self.read += 1
        remarks: list[RowFinding] = []
        try:
            item = self._item(record, remarks)
            known = self.first.setdefault(item.intake.external_number, item)
            if known is not item and known.intake != item.intake:
                raise BadCell("number", "twice")
        except BadCell as bad:
            self.findings.append(RowFinding(record.number, self._head(bad.key), bad.code, bad.values))
            return
        self.repeats += known is not item
        self.remarks += remarks

    def result(self) -> Judged:
        """What was read so far."""
        return Judged(
            self.read,
            tuple(self.first.values()),
            self.repeats,
            tuple(self.findings),
            tuple(self.remarks),
            self.totals,
        )

    def _item(self, record: Record, remarks: list[RowFinding]) -> Item:
        for field, code in record.faults.items():
            raise BadCell(field, code)
        cells = record.cells
        text = _words(cells["text"])
        if not text:
            raise BadCell("text", "required")
        said_at = self._moment("said_at", cells["said_at"]) or self._moment(
            "received_at", cells["received_at"]
        )
        found = self._place(record, remarks)
        category = self._category(record, remarks)
        contact = self._contact(record, remarks)
        intake = Intake(
            channel="import",
            text=self._whole(text, cells, with_place=not found.is_exact, with_category=category is None),
            place=found.id,
            place_path=found.path,
            category=category,
            contact=contact,
            may_call=bool(contact),
            said_at=said_at,
            source=self.reading.source,
            external_number=self._number(cells),
        )
        try:
            kept = judged(intake)
        except Refusal as refused:
            raise BadCell(
                "text", refused.code, **{k: v for k, v in refused.details.items() if k == "limit"}
            ) from refused
        return Item(record.number, kept, found.id, _is_finished(cells))

    def _head(self, field: str) -> str:
        return self.reading.heads.get(field, field)

    def _remark(self, record: Record, field: str, code: str, value: str) -> RowFinding:
        return RowFinding(record.number, self._head(field), code, {"value": _cut(value)})

    def _number(self, cells: Mapping[str, Cell]) -> str:
        """Its number in the book; without one a keyed digest of the row, which nobody can guess back."""
        cell = cells["number"]
        if cell is None:
            said = [str(value) for value in cells.values()]
            return f"row-{hmac.new(self.key, canonical(said), hashlib.sha256).hexdigest()[:40]}"
        if isinstance(cell, bool | float | datetime | date):
            raise BadCell("number", "unreadable")
        try:
            number = clean_name(str(cell), NUMBER_SIGNS)
        except Refusal as refused:
            raise BadCell("number", refused.code) from refused
        if not number:
            raise BadCell("number", "required")
        return number

    def _moment(self, field: str, cell: Cell) -> datetime | None:
        latest = self.reading.at + CLOCKS_DIFFER
        try:
            day = without_year(cell, latest.astimezone(self.reading.tz).date(), self.reading.year)
            moment = as_moment(day or cell, self.reading.tz)
        except BadMoment as bad:
            raise BadCell(field, MOMENTS.get(bad.code, bad.code), value=_cut(_words(cell))) from bad
        if moment is not None and moment > latest:
            raise BadCell(field, "later_than_now", value=_cut(_words(cell)))
        return moment

    def _place(self, record: Record, remarks: list[RowFinding]) -> Found:
        words, area = _words(record.cells["place"]), _words(record.cells["area"])
        if not words and not area:
            return Found()
        found = self.places.find(words, area)
        if found.id is None:
            field = "place" if words else "area"
            remarks.append(self._remark(record, field, found.why, words or area))
        return found

    def _category(self, record: Record, remarks: list[RowFinding]) -> UUID | None:
        words = _words(record.cells["category"])
        if words not in self.named:
            keys = (self.categories.get(head_key(line)) for line in words.splitlines())
            self.named[words] = next(filter(None, keys), None)
        if id := self.named[words]:
            return id
        if words:
            remarks.append(self._remark(record, "category", "uncategorised", words.replace("\n", " ")))
        return None

    def _contact(self, record: Record, remarks: list[RowFinding]) -> str:
        """One phone number, or none: what is no number is not taken, nor kept elsewhere."""
        words = _words(record.cells["contact"])
        number = phone_key(words) if words else ""
        if number is None:
            remarks.append(RowFinding(record.number, self._head("contact"), "phone_not_taken"))
        return number or ""

    def _whole(self, text: str, cells: Mapping[str, Cell], *, with_place: bool, with_category: bool) -> str:
        """The text, and below it what the book says besides, under the book's own heads."""
        names = [
            name
            for name, holds in (("area", with_place), ("place", with_place), ("category", with_category))
            if holds
        ]
        below = [
            f"{self._head(name)}：{said}"
            for name in (*names, *KEPT_WORDS)
            if (said := _words(cells[name]).replace("\n", " "))
        ]
        return "\n".join([text, *below])


def _is_finished(cells: Mapping[str, Cell]) -> bool:
    status = _words(cells["status"])
    if UNFINISHED.search(status):
        return False
    return (
        bool(FINISHED.search(status))
        or status.lower() in YES
        or (not status and cells["closed_at"] is not None)
    )


def _cut(value: str) -> str:
    return value if len(value) <= SHOWN_SIGNS else value[: SHOWN_SIGNS - 1] + "…"


def year_of(*titles: str) -> int | None:
    """The one year that a title or the name of a file says ("2026年11月", "台账2026.xlsx"); None when it says none, or two."""
    said = {int(year) for title in titles for year in _YEAR.findall(title)}
    return said.pop() if len(said) == 1 else None


def _words(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return "" if cell is None else strip_board_whitespace(str(cell))


def _categories() -> dict[str, UUID]:
    """What a ledger may call each category on offer; a name of two is a name of none."""
    found: dict[str, set[UUID]] = {}
    for leaf in catalogue.open_leaves():
        if leaf.refer_out:
            continue
        names = (
            getattr(words, language)
            for words in (leaf.name, leaf.plain)
            for language in ("zh", "zh_hant", "en")
        )
        for name in (leaf.code, *names):
            found.setdefault(head_key(name), set()).add(leaf.id)
    return {name: next(iter(ids)) for name, ids in found.items() if name and len(ids) == 1}
