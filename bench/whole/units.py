"""Cases to copy: what belongs together (joined, split off, come back) is one unit, with every row that hangs on it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bench.whole.spelling import Fill, Slots, cut, pattern, stored
from gezhi.cases.models import (
    CallBack,
    Case,
    CaseEvidence,
    CaseReport,
    Escalation,
    Order,
    Pause,
    PublicWords,
)
from gezhi.cases.titles import titled
from gezhi.evidence.models import Evidence
from gezhi.insight.models import SearchLine
from gezhi.journal.chain import canonical
from gezhi.journal.models import Entry, Errand, Words
from gezhi.ledger.models import Line
from gezhi.notices.models import Notice
from gezhi.places.models import Place
from gezhi.reports.models import Report

NEVER = datetime(1, 1, 1, tzinfo=UTC)  # until it is read
LINKS = ("joined_into_id", "came_back_from_id", "split_from_id")
NOT_COPIED = ("evidence.prepare",)  # copies of pictures lie in the folder already
TABLES: tuple[Any, ...] = (
    Report, Case, CaseReport, Evidence, CaseEvidence, Pause, Escalation, CallBack, PublicWords, Order,
    Entry, Words, Errand, Notice, Line, SearchLine,
)  # fmt: skip


@dataclass(slots=True)
class RowKind:
    """One row of a unit. base: its values with what never differs; fills: (column, how it is made). row: as it was read."""

    model: Any
    base: list[Any]
    fills: list[tuple[int, Fill | int]]
    row: Any


@dataclass(slots=True)
class Unit:
    """cases: how many. begins, ends: first receipt and last deed. places: id → row. told: entries in the order of their positions."""

    cases: list[Any]
    reports: list[Any]
    slots: Slots
    rows: list[RowKind] = field(default_factory=list)
    told: list[RowKind] = field(default_factory=list)
    places: dict[UUID, Any] = field(default_factory=dict)
    begins: datetime = NEVER
    ends: datetime = NEVER
    due: datetime | None = None
    oldest: int = 0  # milliseconds of the oldest of its ids
    firsts: dict[UUID, UUID] = field(default_factory=dict)  # case → the report it is titled by
    linked: dict[UUID, list[UUID]] = field(default_factory=dict)  # case → its reports, oldest first

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return any(case.closed_at is None for case in self.cases)


def columns(model: Any) -> list[str]:
    """In the order of every row here."""
    return [one.column for one in model._meta.concrete_fields]


def read() -> list[Unit]:
    """Every unit of the office that can be copied, in the order of receipt."""
    hanging = _Hanging()
    places = {place.id: place for place in Place.objects.all()}
    units = [hanging.unit(group, places) for group in _groups(list(Case.objects.all()))]
    return sorted((unit for unit in units if unit is not None), key=lambda unit: unit.begins)


def _groups(cases: Sequence[Any]) -> Iterable[list[Any]]:
    """Cases that name one another, or share a report, together."""
    leader = {case.id: case.id for case in cases}

    def end(id: UUID) -> UUID:
        while leader[id] != id:
            id = leader[id]
        return id

    pairs = [(case.id, getattr(case, link)) for case in cases for link in LINKS if getattr(case, link)]
    pairs += CaseReport.objects.values_list("case_id", "origin_id")
    for one, other in pairs:
        leader[end(one)] = end(other)
    found = defaultdict(list)
    for case in cases:
        found[end(case.id)].append(case)
    return found.values()


class _Hanging:
    """All rows of the office by what they hang on."""

    def __init__(self) -> None:
        self.links = _by(CaseReport.objects.order_by("linked_at", "id"), "case_id")
        self.reports = {one.id: one for one in Report.objects.all()}
        self.of_case = {
            model: _by(model.objects.all(), "case_id")
            for model in (CaseEvidence, Pause, Escalation, CallBack, PublicWords, Notice, Line)
        }
        self.orders = _by(Order.objects.all(), "report_id")
        self.evidence = _by(Evidence.objects.filter(purged_at=None), "claimed_id")
        self.entries = _by(Entry.objects.order_by("position"), "subject_id")
        self.words = _by(Words.objects.order_by("name"), "entry_id")
        self.errands = _by(Errand.objects.exclude(kind__in=NOT_COPIED), "subject_id")
        self.changed_pictures = set(
            Entry.objects.filter(subject_kind="evidence").values_list("subject_id", flat=True)
        )

    def unit(self, cases: list[Any], places: dict[UUID, Any]) -> Unit | None:
        """One group with all its rows, or None where it holds what cannot be copied."""
        links = [link for case in cases for link in self.links.get(case.id, ())]
        reports = [self.reports[link.report_id] for link in links]
        hanging = [one for case in cases for rows in self.of_case.values() for one in rows.get(case.id, ())]
        orders = [order for report in reports for order in self.orders.get(report.id, ())]
        subjects = [one.id for one in (*cases, *reports, *orders)]
        pictures = [one for id in subjects for one in self.evidence.get(id, ())]
        told = sorted(
            (one for id in subjects for one in self.entries.get(id, ())), key=lambda one: one.position
        )
        if self._is_odd(cases, reports, pictures, told):
            return None
        words = [one for entry in told for one in self.words.get(entry.id, ())]
        errands = [one for id in subjects for one in self.errands.get(id, ())]
        every = [*reports, *cases, *links, *pictures, *hanging, *orders, *told, *words, *errands]
        unit = _unit(cases, reports, every, places)
        _title(unit, links)
        for entry in told:
            entry.kept = {one.name: _written(one.text, unit.slots) for one in self.words.get(entry.id, ())}
        return unit

    def _is_odd(
        self, cases: Sequence[Any], reports: Sequence[Any], pictures: Sequence[Any], told: Sequence[Any]
    ) -> bool:
        """What came with an import, was erased, recorded, restated or edited, or went by a rule that began with it, stays as it is."""
        return (
            any(case.run_id for case in cases)
            or any(one.run_id or one.erased_at or one.restatement or not one.text for one in reports)
            or any(one.id in self.changed_pictures for one in pictures)
            or any("voice" in entry.after or "rule" in entry.after for entry in told)
            or not reports
        )


def _by(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _unit(cases: list[Any], reports: list[Any], every: list[Any], places: dict[UUID, Any]) -> Unit:
    slots = Slots()
    unit = Unit(cases, reports, slots)
    for row in every:
        slots.id(row.id)
    for case in cases:
        slots.word(case.number)
    unit.places = {
        one.place_id: places[one.place_id] for one in (*cases, *reports) if one.place_id is not None
    }
    for place in unit.places.values():
        for word in (place.id.hex, str(place.id), place.path):
            slots.word(word)
    found = pattern(slots)
    unit.rows = [_row(row, slots, found) for row in every]
    told = {row.row.id: row for row in unit.rows if row.model is Entry}
    unit.told = sorted(told.values(), key=lambda row: row.row.position)
    unit.rows = [row for row in unit.rows if row.model is not Entry]
    unit.begins = min(case.received_at for case in cases)
    unit.ends = max(row.row.at for row in unit.told)
    unit.oldest = min(id.int >> 80 for id in slots.ids)
    unit.due = min((case.due_at for case in cases if case.due_at), default=None)
    return unit


def _row(row: Any, slots: Slots, found: "re.Pattern[str]") -> RowKind:
    base, fills = list[Any](), list[tuple[int, Fill | int]]()
    for column, one in enumerate(row._meta.concrete_fields):
        value = getattr(row, one.attname)
        base.append(stored(value, canonical))
        if isinstance(value, UUID) and value in slots.ids:
            fills.append((column, slots.ids[value]))
        elif isinstance(value, datetime):
            fills.append((column, slots.moment(value)))
        elif isinstance(base[-1], str):
            made = cut(base[-1], slots, found)
            if isinstance(made, Fill):
                fills.append((column, made))
    return RowKind(type(row), base, fills, row)


def _title(unit: Unit, links: Sequence[Any]) -> None:
    """Which reports a case has, and which one it is called after."""
    texts = {one.id: titled(one.text) for one in unit.reports}
    titles = {case.id: case.title for case in unit.cases}
    for link in sorted(links, key=lambda one: (one.linked_at, one.id)):
        unit.linked.setdefault(link.case_id, []).append(link.report_id)
        if titles[link.origin_id] == texts[link.report_id]:
            unit.firsts.setdefault(link.origin_id, link.report_id)
    for case in unit.cases:
        unit.linked.setdefault(case.id, [])


def _written(text: str, slots: Slots) -> tuple[Fill | str, str]:
    """Words beside an entry: how a copy has them, and as a JSON string."""
    return cut(text, slots, pattern(slots)), canonical(text).decode()


def heavy(unit: Unit) -> float:
    """Journal rows of a case of it."""
    return len(unit.told) / len(unit.cases)
