"""Who is who in the demonstration: the parties of Huangguan subdistrict, what they serve, the cast, and this fortnight's rosters.

Every phone number is from the invented range 0631-000-01xx; names that nobody has end in （示范）.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.duty.actions import OnDuty, plan_shifts
from gezhi.duty.rotation import DAY_AND_NIGHT, rotate
from gezhi.flows.demonstration.places import Names
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.ids import ALPHABET
from gezhi.parties import actions as parties
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.parties.days import local_day, zone
from gezhi.parties.staff import NewPost
from gezhi.places import queries as places

DATA = Path(__file__).with_name("data") / "parties.json"  # its "about" says what is real and what is not
LETTERS = "".join(sign for sign in ALPHABET if sign.isalpha())
PASSWORD_LETTERS = 12  # 54 bits, typed on a phone without changing its keyboard
ROSTER_DAYS = 15  # from last Sunday, so that the night before Monday has somebody too


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast with the password made for this demonstration. role, party: as people read them."""

    account_id: UUID
    name: str
    username: str
    password: str
    role: str
    party: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who was made. parties: by code, communities and grid teams also by the name of their community or cell."""

    members: tuple[Member, ...]
    parties: Mapping[str, UUID]

    def member(self, username: str) -> Member:
        """One of the cast: wei chen zhao sun ding zhou gao mo admin. Raises KeyError."""
        return {one.username: one for one in self.members}[username]


@transaction.atomic
def build_people(names: Names, *, has_rosters: bool = True, actor: Actor, at: datetime) -> Cast:
    """Build them in an office that has its places (build_places) and no parties yet. Raises Invalid where it has.

    has_rosters: with this fortnight's shifts; whoever builds a past plans them at its end (roster_people).
    """
    told = json.loads(DATA.read_text(encoding="utf-8"))
    stage = _Stage(names, actor, at, date(local_day(at).year - 1, 1, 1))
    head = stage.party(told["head"])
    office = stage.party(told["office"], head, place_id=names.subdistrict, is_intake=True)
    stage.serves(head, "agency", names.district)
    stage.serves(office, "desk", names.district)  # what lies outside of every community comes here too
    stage.serves(office, "subdistrict", names.subdistrict)
    for one in (*told["agencies"], *told["utilities"]):
        stage.serves(stage.party(one, head), one["kind"], names.district)
    stage.communities(office)
    for one in told["locals"]:
        stage.local(one, office)
    cast = Cast(tuple(stage.member(one) for one in told["cast"]), stage.parties)
    if has_rosters:
        roster_people(cast, actor=actor, at=at, sunday=last_sunday(at))
    return cast


@transaction.atomic
def roster_people(cast: Cast, *, actor: Actor, at: datetime, sunday: date) -> None:
    """Who answers for the cast's parties from that Sunday on, day and night."""
    accounts = {one.name: one.account_id for one in cast.members}
    for one in json.loads(DATA.read_text(encoding="utf-8"))["rosters"]:
        people = [OnDuty(name, phone, accounts.get(name)) for name, phone in one["people"]]
        planned = rotate(people, DAY_AND_NIGHT, sunday, ROSTER_DAYS, zone())
        plan_shifts(cast.parties[one["party"]], planned, actor=actor, at=at)


def last_sunday(at: datetime) -> date:
    """The day before this week's Monday."""
    today = local_day(at)
    return today - timedelta(days=today.weekday() + 1)


@dataclass
class _Stage:
    """What is being built, by whom and when. since: the first day of every service and post."""

    names: Names
    actor: Actor
    at: datetime
    since: date
    parties: dict[str, UUID] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def party(
        self, one: dict[str, Any], parent: UUID | None = None, *, place_id: UUID | None = None, **more: bool
    ) -> UUID:
        made = parties.add_party(
            one["kind"],
            one["name"],
            one["code"],
            one["phone"],
            parent_id=parent,
            calendar=one.get("calendar", "office"),
            place_id=place_id,
            actor=self.actor,
            at=self.at,
            **more,
        )
        for key in (one["code"], one.get("of", one["code"])):
            self.parties[key], self.labels[key] = made, one["name"]
        return made

    def serves(
        self, party: UUID, kind: str, place_id: UUID | None = None, grid_id: UUID | None = None
    ) -> None:
        ground = Ground(place_id, grid_id)
        parties.serve(party, kind, ground, starts_on=self.since, actor=self.actor, at=self.at)

    def communities(self, office: UUID) -> None:
        """A desk for each of the 19, and a team for each of its cells, which answers on the desk's number."""
        for number, place in enumerate(places.children(self.names.subdistrict), start=1):
            desk = {"kind": "community", "code": f"SQ{number:02}", "name": place.name, "of": place.name}
            desk["phone"] = f"0631-000-01{number:02}"
            made = self.party(desk, office, place_id=place.id)
            self.serves(made, "desk", place.id)
            for cell in places.grids(place.id):
                team = {"kind": "grid_team", "code": f"WG{cell.code}", "name": f"{cell.name} 网格组"}
                one = self.party(team | {"of": cell.name, "phone": desk["phone"]}, made)
                self.serves(one, "grid_team", grid_id=cell.id)

    def local(self, one: dict[str, Any], office: UUID) -> None:
        """A company, committee or team: one level up is its community, or the subdistrict when it serves several."""
        communities = {full_name.split()[0] for full_name in one["serves"]}
        above = self.parties[communities.pop()] if len(communities) == 1 else office
        calendar = "property_seven_day" if one["kind"] == "property" else "office"
        made = self.party({"calendar": calendar} | one, above)
        if one["kind"] == "volunteers":
            return  # they help where they are asked, nobody is sent to them
        for full_name in one["serves"]:
            self.serves(made, one["kind"], self.names.places[full_name])

    def member(self, one: dict[str, Any]) -> Member:
        password = "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LETTERS))
        account = staff.add_account(
            one["username"],
            one["name"],
            password=password,
            must_change_password=False,
            actor=self.actor,
            at=self.at,
        )
        place_id = self.names.places[one["at"]] if "at" in one else None
        post = NewPost(self.parties[one["party"]], Duty(one["duty"]), self.since, place_id=place_id)
        staff.appoint(account, post, actor=self.actor, at=self.at)
        return Member(account, one["name"], one["username"], password, one["role"], self.labels[one["party"]])
