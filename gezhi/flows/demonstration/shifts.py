"""This fortnight's rosters, planned before it began, and the sheets that were handed over since: at each change, morning and evening."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.duty import actions as duty
from gezhi.duty import queries as rosters
from gezhi.duty.queries import ShiftRow
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.people import Cast, last_sunday, roster_people
from gezhi.flows.demonstration.places import Names
from gezhi.flows.demonstration.play import Deed
from gezhi.flows.demonstration.town import Crowd, post_rosters
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties.days import zone
from gezhi.places.queries import by_ids

PLANNED_BEFORE = timedelta(hours=30)
WRITTEN_BEFORE, TAKEN_AFTER = timedelta(minutes=7), timedelta(minutes=4)
CHANGES = (time(8), time(20))
HANDED_OVER = {
    "悦海社区": ("chen", "kong"),
    "YHWY": ("ding", "sun"),
}  # whose people have log-ins on both sides
MOST_NUMBERS = 3


def shifts(names: Names, cast: Cast, crowd: Crowd, at: datetime) -> Iterator[Deed]:
    """The planning, and each hand-over until now; the last sheet still waits for whoever comes."""
    sunday = datetime.combine(last_sunday(at), time(), zone()).astimezone(UTC)
    planned = sunday - PLANNED_BEFORE

    def plan() -> None:
        roster_people(cast, actor=SYSTEM, at=planned, sunday=last_sunday(at))
        post_rosters(cast, actor=SYSTEM, at=planned, sunday=last_sunday(at))

    yield Deed(planned, plan)
    ground = by_ids([names.places["悦海社区"]])[names.places["悦海社区"]].path
    for change in _changes(sunday, at):
        for party, usernames in HANDED_OVER.items():
            people = [crowd.people[one] for one in usernames]
            sheet = _Sheet(cast.parties[party], people, change, ground)
            yield Deed(change - WRITTEN_BEFORE, sheet.give)
            yield Deed(change + TAKEN_AFTER, sheet.take)


def _changes(sunday: datetime, until: datetime) -> Iterator[datetime]:
    day = sunday.astimezone(zone()).date()
    for number in range((until - sunday).days + 2):
        for clock in CHANGES:
            change = datetime.combine(day + timedelta(days=number), clock, zone()).astimezone(UTC)
            if sunday + timedelta(hours=12) <= change < until:
                yield change


class _Sheet:
    """One hand-over of a party: who leaves writes it, who comes takes it."""

    def __init__(self, party: UUID, people: Sequence[Actor], change: datetime, ground: str) -> None:
        self.party, self.people, self.change, self.ground = party, people, change, ground
        self.id: UUID | None = None

    def give(self) -> None:
        leaving, coming = self._shift(-1), self._shift(1)
        giver = self._of(leaving) or next(one for one in self.people if one != self._of(coming))
        lot = Random(f"sheet {self.change.isoformat()}")
        open_numbers = [one.number for one in cases.open_in(place_path=self.ground)[:MOST_NUMBERS]]
        notes = lot.choice(bank.phrases()["sheet"])
        at = self.change - WRITTEN_BEFORE
        self.id = duty.hand_over(leaving.id, notes, open_numbers, actor=giver, at=at)
        self.giver = giver

    def take(self) -> None:
        taker = self._of(self._shift(1)) or next(one for one in self.people if one != self.giver)
        if self.id is not None:
            duty.confirm_hand_over(self.id, actor=taker, at=self.change + TAKEN_AFTER)

    def _shift(self, minutes: int) -> ShiftRow:
        """The one that ends (-1) or begins (1) at the change."""
        moment = self.change + timedelta(minutes=minutes)
        return rosters.shifts(self.party, moment, moment + timedelta(seconds=1))[0]

    def _of(self, shift: ShiftRow) -> Actor | None:
        return next((one for one in self.people if one.id == shift.account_id), None)
