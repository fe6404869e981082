"""Open a case for a report, or many for an import. A case begins in `reported`; `actions.advance` alone moves it on.

Of many the values that do not hang on the place are made ready once: 100,000 cases of a ledger share some hundred moulds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gezhi.cases import timing
from gezhi.cases.complaint import complained_of, take_from_company
from gezhi.cases.deadlines import Limits
from gezhi.cases.fold import snapshot
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.numbers import next_number
from gezhi.catalogue import queries as catalogue
from gezhi.journal import outbox
from gezhi.journal.actions import Deed
from gezhi.journal.chain import canonical
from gezhi.parties import queries as parties
from gezhi.parties.days import local_day
from gezhi.places.queries import PlaceRow
from gezhi.tenancy import inserting
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.inserting import Mould, Ready


@dataclass(frozen=True, slots=True)
class Opening:
    """What a fresh report says about its case. title: as `titled` makes it. place None = unlocated: the intake desk has it.

    feared: the opening condition that its words make one fear: the clock for making safe starts although nobody has sorted it.
    """

    report_id: UUID
    title: str
    channel: str
    place: PlaceRow | None = None
    category_id: UUID | None = None
    is_askable: bool = False
    run_id: UUID | None = None
    came_back_from: UUID | None = None
    feared: UUID | None = None


def open_from(opening: Opening, *, at: datetime) -> tuple[Case, Deed]:
    """Open a case in `reported` for an acknowledged report, in the caller's transaction.

    The deed is returned for the caller to journal together with the report's. 3 INSERTs: case, link, timer.
    """
    case = _fresh(opening, next_number(local_day(at).year), at, Known())
    Case.objects.bulk_create([case])
    CaseReport.objects.bulk_create(
        [CaseReport(case=case, report_id=opening.report_id, origin=case, linked_at=at)]
    )
    outbox.queue(timing.following(case))
    return case, Deed("case", case.id, "reported", after=snapshot(case), is_first=True)


def open_many(openings: Sequence[Opening], *, at: datetime) -> list[Deed]:
    """As `open_from`, for a batch of imported reports: 3 INSERTs in all. The deeds are for the caller to journal."""
    batch = ready_many(openings, at=at)
    store_many(batch)
    return batch.deeds


class Batch(NamedTuple):
    """Cases that are ready to be written, with their links, their timers and the deeds to be journalled in the same transaction."""

    cases: list[Ready]
    links: list[Ready]
    timers: list[Ready]
    deeds: list[Deed]


def ready_many(openings: Sequence[Opening], *, at: datetime, known: "Known | None" = None) -> Batch:
    """Cases for a batch of imported reports. Nothing is written, but that numbers are taken (`numbers.stock_up` before).

    known: what was asked for an earlier batch; as old as its caller lets it grow.
    """
    known = known or Known()
    link = Mould(CaseReport(linked_at=at), "id", "case_id", "report_id", "origin_id")
    batch, year = Batch([], [], [], []), local_day(at).year
    for one in openings:
        spot, matter, company = (
            known.spot_of(one.place, at),
            known.matter_of(one.category_id),
            known.complained_of(one, at),
        )
        mould = known.mould_of(one, at)
        id, number = new_id(), next_number(year)
        batch.cases.append(
            mould.case.cast(
                id, number, one.title, spot.place_id, spot.path, spot.grid_id, spot.desk, spot.desk, company,
                one.category_id, matter.condition_id,
            )
        )  # fmt: skip
        batch.links.append(link.cast(new_id(), id, one.report_id, id))
        batch.timers.append(mould.timer.cast(new_id(), str(id), id))
        after = mould.spelled(number, spot, matter, company)
        batch.deeds.append(Deed("case", id, "reported", is_first=True, spelled=after))
    return batch


def store_many(batch: Batch) -> None:
    """Write them, inside the transaction that stores their reports, and journals the deeds. 3 INSERTs."""
    inserting.write(Case, batch.cases)
    inserting.write(CaseReport, batch.links)
    outbox.queue_ready(batch.timers)


class _Spot(NamedTuple):
    """Where a case is, and whose it is there. spelled: as the journal spells desk, grid, place and path."""

    place_id: UUID | None
    path: str
    grid_id: UUID | None
    desk: UUID
    spelled: tuple[str, str, str, str]


class _Matter(NamedTuple):
    """What a case is about: its opening condition. spelled: as the journal spells category and condition."""

    condition_id: UUID | None
    spelled: tuple[str, str]


# What differs between the cases of one mould, in the order in which the journal spells it.
_DIFFER = (
    "category_id",
    "complained_of_id",
    "condition_id",
    "desk_id",
    "grid_id",
    "lead_id",
    "number",
    "place_id",
    "place_path",
)
_MARK = "\ufdd0"  # no text that we keep has this sign
_MARKED = f'"{_MARK}"'


class _Mould(NamedTuple):
    """What all cases have in common that open at one moment, by the same limits and calendar. after: the journal's `after` between what differs."""

    case: Mould
    timer: Mould
    after: tuple[str, ...]

    def spelled(self, number: str, spot: _Spot, matter: _Matter, company: UUID | None) -> str:
        (category, condition), (desk, grid, place, path) = matter.spelled, spot.spelled
        holes = (category, _spelled(company), condition, desk, grid, desk, f'"{number}"', place, path, "")
        return "".join(piece for pair in zip(self.after, holes, strict=True) for piece in pair)


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked already while cases are opened: desks and companies by place, calendar codes by party, what alike cases share."""

    spots: dict[UUID | None, _Spot] = field(default_factory=dict)
    matters: dict[UUID | None, _Matter] = field(default_factory=dict)
    companies: dict[UUID | None, UUID | None] = field(default_factory=dict)
    calendars: dict[UUID, str] = field(default_factory=dict)
    moulds: dict[tuple[Any, ...], _Mould] = field(default_factory=dict)

    def spot_of(self, place: PlaceRow | None, at: datetime) -> _Spot:
        id = place.id if place else None
        if id not in self.spots:
            path, grid = (place.path, place.grid_id) if place else ("", None)
            desk = parties.desk_of(path, at)
            self.spots[id] = _Spot(
                id, path, grid, desk, (_spelled(desk), _spelled(grid), _spelled(id), _spelled(path))
            )
        return self.spots[id]

    def matter_of(self, category_id: UUID | None) -> _Matter:
        if category_id not in self.matters:
            condition = catalogue.default_condition(category_id).id if category_id else None
            self.matters[category_id] = _Matter(condition, (_spelled(category_id), _spelled(condition)))
        return self.matters[category_id]

    def complained_of(self, opening: Opening, at: datetime) -> UUID | None:
        spot = self.spot_of(opening.place, at)
        return complained_of(opening.channel, opening.category_id, lambda: self._company_at(spot, at))

    def _company_at(self, spot: _Spot, at: datetime) -> UUID | None:
        if spot.place_id not in self.companies:
            found = parties.serving(spot.path, spot.grid_id, "property", at) if spot.path else None
            self.companies[spot.place_id] = found
        return self.companies[spot.place_id]

    def mould_of(self, opening: Opening, at: datetime) -> _Mould:
        limits = timing.limits_for(self.matter_of(opening.category_id).condition_id, opening.feared)
        calendar = self._calendar_of(self.spot_of(opening.place, at).desk)
        alike = likeness(opening, limits, calendar, at)
        if alike not in self.moulds:
            self.moulds[alike] = _mould(opening, at, self)
        return self.moulds[alike]

    def _calendar_of(self, party: UUID) -> str:
        if party not in self.calendars:
            self.calendars[party] = parties.party(party).calendar
        return self.calendars[party]


def likeness(opening: Opening, limits: Limits, calendar: str, at: datetime) -> tuple[Any, ...]:
    """What a case's clocks, stage and plain fields follow from: cases alike in this share a mould."""
    said = (opening.channel, opening.is_askable, opening.run_id, opening.came_back_from, opening.feared)
    return (at, *said, limits, calendar)


def _mould(opening: Opening, at: datetime, known: Known) -> _Mould:
    case = _fresh(opening, _MARK, at, known)
    after = snapshot(case) | dict.fromkeys(_DIFFER, _MARK)
    differ = (
        "title",
        "place_id",
        "place_path",
        "grid_id",
        "desk_id",
        "lead_id",
        "complained_of_id",
        "category_id",
        "condition_id",
    )
    return _Mould(
        Mould(case, "id", "number", *differ),
        outbox.mould(timing.following(case), "id", "key", "subject_id"),
        tuple(canonical(after).decode().split(_MARKED)),
    )


def _spelled(value: UUID | str | None) -> str:
    return json.dumps(str(value) if isinstance(value, UUID) else value, ensure_ascii=False)


def _fresh(opening: Opening, number: str, at: datetime, known: Known) -> Case:
    spot = known.spot_of(opening.place, at)
    case = Case(
        number=number,
        channel=opening.channel,
        title=opening.title,
        place_id=spot.place_id,
        place_path=spot.path,
        grid_id=spot.grid_id,
        desk_id=spot.desk,
        lead_id=spot.desk,
        received_at=at,
        entered_at=at,
        is_askable=opening.is_askable,
        run_id=opening.run_id,
        came_back_from_id=opening.came_back_from,
        feared_id=opening.feared,
    )
    timing.remember_calendars(case, known.calendars)
    case.category_id, case.condition_id = (
        opening.category_id,
        known.matter_of(opening.category_id).condition_id,
    )
    case.complained_of_id = known.complained_of(opening, at)
    take_from_company(case)
    timing.set_clocks(case)
    timing.set_stage(case, at)
    return case
