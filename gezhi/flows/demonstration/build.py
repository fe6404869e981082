"""The demonstration from nothing: Huangguan, its people, and half a year of its life, or a first week only.

The small one (months=0) is what tests and benchmarks stand on; the large one has the same places, people and first week in it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gezhi.catalogue import actions as catalogue
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.album import Album
from gezhi.flows.demonstration.ground import grounds
from gezhi.flows.demonstration.happenings import happenings
from gezhi.flows.demonstration.history import Telling as History
from gezhi.flows.demonstration.people import Cast, Member, build_people
from gezhi.flows.demonstration.places import Names, build_places
from gezhi.flows.demonstration.play import Deed, Play
from gezhi.flows.demonstration.programs import keys_of, token_of
from gezhi.flows.demonstration.rules import build_rules, plan_change
from gezhi.flows.demonstration.saga import first_week, sagas
from gezhi.flows.demonstration.shifts import shifts
from gezhi.flows.demonstration.stories import Telling
from gezhi.flows.demonstration.town import crowd, widen
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties import queries as known
from gezhi.parties import savedviews
from gezhi.parties.days import local_day
from gezhi.parties.staff import account_by_username
from gezhi.tenancy import actions as tenancy
from gezhi.tenancy.current import scope

CODE, NAME = (
    "371072",
    "威海经济技术开发区",
)  # national division code of the development zone (data/huangguan.json)
DAYS_BEFORE = 60  # the office began its work so long before the small demonstration is made
MONTHS, DAYS_OF_MONTH = 6, 30
SETTLING_IN = timedelta(days=4)  # places, people and rules stand before the first voice


@dataclass(frozen=True, slots=True)
class Ready:
    """An office that stands: its places by full name, who acts in it by user name, its parties by code, and when it is now."""

    names: Names
    people: Mapping[str, Actor]
    parties: Mapping[str, UUID]
    now: datetime


def nothing_more(ready: Ready) -> Iterable[Deed]:
    """No deeds beside the stories."""
    return ()


def build(
    *,
    at: datetime,
    months: int = MONTHS,
    on_day: Callable[[int, int], None] = lambda day, of: None,
    beside: Callable[[Ready], Iterable[Deed]] = nothing_more,
) -> list[dict[str, str]]:
    """Make it in an empty database; returns the log-ins of the cast for demo-accounts.json.

    months: of history; 0 = the first week only. on_day(day, of): told after each simulated day. beside: what comes by roads that the
    flows do not know, each deed before now. Not inside a transaction: pictures are on the disk before their rows, and each day is a
    transaction of its own, so what is broken off is half an office.
    """
    lasted = timedelta(days=months * DAYS_OF_MONTH) + SETTLING_IN if months else timedelta(days=DAYS_BEFORE)
    began = at - lasted
    with transaction.atomic():
        office = tenancy.add_jurisdiction(
            code=CODE, name=NAME, time_zone="Asia/Shanghai", demonstration=True, at=began
        )
        with scope(office.id):
            catalogue.load_book(actor=SYSTEM, at=began)
            for key in ("public_list", "public_map", "public_map_open"):  # design §7: on in the demonstration
                catalogue.change_rule(key, 1, revision=1, actor=SYSTEM, at=began)
            names = build_places(actor=SYSTEM, at=began)
            cast = build_people(names, has_rosters=not months, actor=SYSTEM, at=began if months else at)
            build_rules(actor=SYSTEM, at=began)
            if months:
                names, cast = widen(names, cast, actor=SYSTEM, at=began)
    with scope(office.id):
        zone = ZoneInfo(office.time_zone)
        if months:
            _play(names, cast, at, began, zone, on_day, beside)
        else:
            _tell(names, cast, at.astimezone(zone), beside)
        plan_change(actor=SYSTEM, at=at)
        _keep_views(_actors(cast, at), at)
        return [_log_in(one, token_of(one, at=at)) | keys_of(one, at=at) for one in cast.members]


def _keep_views(people: dict[str, Actor], at: datetime) -> None:
    """Two lists that the community's desk keeps: one for all who work there, one of the clerk's own."""
    chen = people["chen"]
    (desk,) = chen.parties()
    savedviews.keep("积水和漏水", "view=open&q=积水", party=desk, actor=chen, at=at)
    savedviews.keep("返工过的", "view=open&round=2", actor=chen, at=at)


def _tell(names: Names, cast: Cast, local: datetime, beside: Callable[[Ready], Iterable[Deed]]) -> None:
    people = _actors(cast, local)
    telling = Telling(names, people, cast.parties, local)
    telling.keep_pictures()  # on the disk before any row speaks of them
    deeds = sorted(beside(Ready(names, people, cast.parties, local)), key=lambda one: one.at)
    with transaction.atomic():
        telling.tell()
        for deed in deeds:
            deed.do()


def _play(
    names: Names,
    cast: Cast,
    at: datetime,
    began: datetime,
    zone: ZoneInfo,
    on_day: Callable[[int, int], None],
    beside: Callable[[Ready], Iterable[Deed]],
) -> None:
    """Half a year, day by day."""
    history = History(grounds(names, served()), zone)
    days = (local_day(began + SETTLING_IN), local_day(at))
    tales = [*sagas(at, zone), *first_week(at, zone), *history.tell(*days)]
    players = crowd(names, cast, at=at)
    more = beside(Ready(names, players.people, cast.parties, at))
    others = [*happenings(names, cast, at), *shifts(names, cast, players, at), *more]
    Play(names, cast.parties, players, at, Album()).perform(tales, others, on_day=on_day)


def served() -> dict[str, str]:
    """Code of the company by the full name of what it serves on the first day."""
    told = [*bank.parties()["locals"], *({"kind": "property", **one} for one in bank.town()["companies"])]
    companies = [one for one in told if one["kind"] == "property"]
    return {full_name: one["code"] for one in companies for full_name in one["serves"]}


def _actors(cast: Cast, at: datetime) -> dict[str, Actor]:
    found = {}
    for member in cast.members:
        account = account_by_username(member.username)
        if account is not None:
            found[member.username] = known.actor_of(account, at)
    return found


def _log_in(member: Member, token: str) -> dict[str, str]:
    return {
        "name": member.name,
        "username": member.username,
        "password": member.password,
        "token": token,
        "role": member.role,
        "party": member.party,
    }
