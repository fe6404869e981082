"""The rest of the town for the half year: compounds where the small demonstration has none, their companies, and colleagues.

The small demonstration stays what it is: this comes behind it, so its place numbers, log-ins and stories are the same in both.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.duty.actions import OnDuty, plan_shifts
from gezhi.duty.rotation import DAY_AND_NIGHT, rotate
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.people import ROSTER_DAYS, Cast
from gezhi.flows.demonstration.places import Names
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.months import first_day
from gezhi.parties import actions as parties
from gezhi.parties import queries as known
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.parties.days import local_day, zone
from gezhi.parties.staff import NewPost, account_by_username
from gezhi.places import queries as places
from gezhi.places.actions import NewPlace, add_places
from gezhi.places.kinds import Kind

NEXT_HOUSE = 0.0005  # degrees: some fifty metres
OFFICE = "HGJD"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who acts for whom. clerks, crews: by party; walkers: by the path of their community; checkers: two, so that one is always free."""

    people: Mapping[str, Actor]
    clerks: Mapping[UUID, tuple[Actor, ...]]
    crews: Mapping[UUID, tuple[Actor, ...]]
    walkers: Mapping[str, Actor]
    checkers: tuple[Actor, ...]
    officer: Actor


@transaction.atomic
def widen(names: Names, cast: Cast, *, actor: Actor, at: datetime) -> tuple[Names, Cast]:
    """Add them to what build_places and build_people made; both again, with the new ids. Raises Invalid where it was done already."""
    told = bank.town()
    lower = [pair for one in told["compounds"] for pair in _compound(one, names)]
    add_places([place for _, place in lower], actor=actor, at=at)
    names = replace(names, places={**names.places, **{full_name: place.id for full_name, place in lower}})
    since = date(local_day(at).year - 1, 1, 1)
    book = dict(cast.parties)
    for one in told["companies"]:
        book[one["code"]] = _company(one, book, names, since, actor=actor, at=at)
    for username, name, post in _colleagues(told, book, names, since):
        account = staff.add_account(username, name, must_change_password=False, actor=actor, at=at)
        staff.appoint(account, post, actor=actor, at=at)
    return names, replace(cast, parties=book)


def _company(
    one: dict[str, Any], book: Mapping[str, UUID], names: Names, since: date, *, actor: Actor, at: datetime
) -> UUID:
    """One level up is its community, or the subdistrict when it serves several."""
    above = {full_name.split()[0] for full_name in one["serves"]}
    made = parties.add_party(
        "property",
        one["name"],
        one["code"],
        one["phone"],
        parent_id=book[above.pop() if len(above) == 1 else OFFICE],
        calendar="property_seven_day",
        actor=actor,
        at=at,
    )
    for full_name in one["serves"]:
        ground = Ground(names.places[full_name])
        parties.serve(made, "property", ground, starts_on=since, actor=actor, at=at)
    return made


def _compound(one: dict[str, Any], names: Names) -> Iterator[tuple[str, NewPlace]]:
    """(full name, place) of a compound, its buildings and their two stairwells each, parents first."""
    community = names.places[one["community"]]
    cell = places.grids(community)[one["cell"]]
    lon, lat = _middle(places.outlines()[cell.id])

    def place(kind: Kind, name: str, parent: UUID, east: int = 0, north: int = 0) -> NewPlace:
        return NewPlace(
            kind=kind,
            name=name,
            parent_id=parent,
            grid_id=cell.id,
            households=one["households"] if kind is Kind.BUILDING else None,
            lon=round(lon + NEXT_HOUSE * east, 6),
            lat=round(lat + NEXT_HOUSE * north, 6),
            invented=True,
        )

    compound = place(Kind.COMPOUND, one["name"], community)
    full_name = f"{one['community']} {one['name']}"
    yield full_name, compound
    for number in range(one["buildings"]):
        east, north = number % 3 - 1, number // 3 + 1
        house = place(Kind.BUILDING, f"{number + 1}号楼", compound.id, east, north)
        yield f"{full_name} {house.name}", house
        for stairs in (1, 2):
            stairwell = place(Kind.STAIRWELL, f"{stairs}单元", house.id, east, north)
            yield f"{full_name} {house.name} {stairwell.name}", stairwell


def _middle(outline: str) -> tuple[float, float]:
    """The middle of a cell's corners: inside, for the invented cells have four and no dent."""
    corners = json.loads(outline)["coordinates"][0][:-1]
    return (
        round(sum(lon for lon, _ in corners) / len(corners), 6),
        round(sum(lat for _, lat in corners) / len(corners), 6),
    )


def _colleagues(
    told: Mapping[str, Any], book: Mapping[str, UUID], names: Names, since: date
) -> Iterator[tuple[str, str, NewPost]]:
    """User name, name and post of each. A walker looks after a whole community, so he is of its office."""
    for party, (username, name) in told["clerks"].items():
        yield username, name, NewPost(book[party], Duty.CLERK, since)
    for community, (username, name) in told["walkers"].items():
        post = NewPost(book[community], Duty.WORKER, since, place_id=names.places[community])
        yield username, name, post
    for code, (username, name) in told["crews"].items():
        yield username, name, NewPost(book[code], Duty.WORKER, since)
    username, name = told["checker"]
    yield username, name, NewPost(book[OFFICE], Duty.CHECKER, since)


def crowd(names: Names, cast: Cast, *, at: datetime) -> Crowd:
    """Who is there to act, with the posts of that day."""
    told = bank.town()
    people = {
        username: found
        for username in ("zhou", "zhao", "chen", "wei", "sun", "ding", "gao", *_usernames(told))
        if (found := _actor(username, at)) is not None
    }
    book = cast.parties
    clerks: dict[UUID, tuple[Actor, ...]] = {
        book[party]: (people[username],) for party, (username, _) in told["clerks"].items()
    }
    clerks[book["悦海社区"]] = (people["chen"], people["chen"], people["kong"])
    crews: dict[UUID, tuple[Actor, ...]] = {
        book[code]: (people[username],) for code, (username, _) in told["crews"].items()
    }
    crews |= clerks | {book["YHWY"]: (people["ding"], people["ding"], people["sun"])}
    crews[book["ZHZF"]] = (people["gao"],)
    crews[book[OFFICE]] = (people["qi"],)
    paths = {row.name: row.path for row in places.children(names.subdistrict)}
    walkers = {paths[community]: people[username] for community, (username, _) in told["walkers"].items()}
    walkers[paths["悦海社区"]] = people["wei"]
    return Crowd(people, clerks, crews, walkers, (people["zhao"], people["gu"]), people["zhou"])


def _usernames(told: Mapping[str, Any]) -> list[str]:
    groups = (told["clerks"], told["walkers"], told["crews"], {"": told["checker"]})
    return [username for group in groups for username, _ in group.values()]


def _actor(username: str, at: datetime) -> Actor | None:
    account = account_by_username(username)
    return known.actor_of(account, at) if account else None


@transaction.atomic
def post_rosters(cast: Cast, *, actor: Actor, at: datetime, sunday: date) -> None:
    """Who answers in each community from that Sunday on, day and night; those of the small demonstration have theirs."""
    told = bank.town()
    for party, (_, name) in told["clerks"].items():
        if party in {OFFICE, "悦海社区", "韩乐坊社区"}:
            continue
        people = [OnDuty(name), *(OnDuty(one) for one in told["rosters"])]
        planned = rotate(people, DAY_AND_NIGHT, sunday, ROSTER_DAYS, zone())
        plan_shifts(cast.parties[party], planned, actor=actor, at=at)


def first_of_month(at: datetime, months_ago: int) -> date:
    """The first day of the month so many months before this one."""
    return first_day(local_day(at), -months_ago)
