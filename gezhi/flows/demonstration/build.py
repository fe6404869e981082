"""The demonstration from nothing: Huangguan, its people, a first week of cases, prepared to be looked at."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from gezhi.catalogue import actions as catalogue
from gezhi.flows.demonstration.people import Cast, Member, build_people
from gezhi.flows.demonstration.places import build_places
from gezhi.flows.demonstration.programs import token_of
from gezhi.flows.demonstration.rules import build_rules
from gezhi.flows.demonstration.stories import Telling
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties import queries as parties
from gezhi.parties.staff import account_by_username
from gezhi.tenancy import actions as tenancy
from gezhi.tenancy.current import scope

CODE, NAME = (
    "371072",
    "威海经济技术开发区",
)  # national division code of the development zone (data/huangguan.json)
DAYS_BEFORE = 60  # the office began its work so long before the demonstration is made


def build(*, at: datetime) -> list[dict[str, str]]:
    """Make it in an empty database; returns the log-ins of the cast for demo-accounts.json."""
    began = at - timedelta(days=DAYS_BEFORE)
    with transaction.atomic():
        office = tenancy.add_jurisdiction(
            code=CODE, name=NAME, time_zone="Asia/Shanghai", demonstration=True, at=began
        )
        with scope(office.id):
            catalogue.load_book(actor=SYSTEM, at=began)
            names = build_places(actor=SYSTEM, at=began)
            cast = build_people(names, actor=SYSTEM, at=at)
            build_rules(actor=SYSTEM, at=began)
    with scope(office.id):
        local = at.astimezone(ZoneInfo(office.time_zone))
        telling = Telling(names, _actors(cast, at), cast.parties, local)
        telling.keep_pictures()  # on the disk before any row speaks of them
        with transaction.atomic():
            telling.tell()
    with scope(office.id):
        return [_log_in(one, token_of(one, at=at)) for one in cast.members]


def _actors(cast: Cast, at: datetime) -> dict[str, Actor]:
    found = {}
    for member in cast.members:
        account = account_by_username(member.username)
        if account is not None:
            found[member.username] = parties.actor_of(account, at)
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
