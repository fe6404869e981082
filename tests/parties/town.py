"""悦海社区 with grid A1 and 悦海花园, 韩乐坊社区 with grid B2, their parties, and the cast of the first days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from gezhi.kernel.actor import Actor, Duty
from gezhi.parties import actions, staff
from gezhi.parties.actions import Ground
from gezhi.parties.models import Account
from gezhi.parties.queries import actor_of
from gezhi.parties.staff import NewPost
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.places.models import GridCell, Place
from gezhi.tenancy.models import Jurisdiction
from tests.standing import ADMIN, NOON, Keeper, World

NEW_YEAR = date(2026, 1, 1)
PASSWORD = "皇冠街道-0631-clouds"


@dataclass
class Town:
    """Places, parties by a short name, and people by name."""

    subdistrict: Place
    yuehai: Place
    hanlefang: Place
    a1: GridCell
    b2: GridCell
    garden: Place  # 悦海花园, in A1
    building: Place  # 3号楼
    office: UUID  # 皇冠街道办事处, the intake desk
    desk: UUID  # 悦海社区
    other_desk: UUID  # 韩乐坊社区
    company: UUID  # 长峰物业, serves the garden
    team_a1: UUID
    team_b2: UUID
    people: dict[str, Account]
    posts: dict[str, UUID]

    def actor(self, name: str, at: datetime) -> Actor:
        """Somebody of the cast with the posts of that day."""
        return actor_of(Account.objects.get(id=self.people[name].id), at)


CAST = (
    ("管理员", "admin", "office", Duty.ADMIN),
    ("周", "zhou", "office", Duty.OFFICER),
    ("陈", "chen", "desk", Duty.CLERK),
    ("赵", "zhao", "desk", Duty.CHECKER),
    ("魏", "wei", "team_a1", Duty.WORKER),
    ("莫", "mo", "team_b2", Duty.WORKER),
    ("孙", "sun", "company", Duty.MANAGER),
)


@pytest.fixture(scope="session")
def standing_town(keep_world: Keeper) -> World[Town]:
    """The town as it is laid down for each test."""
    return keep_world(settled)


@pytest.fixture
def town(standing_town: World[Town], office: Jurisdiction) -> Town:
    """Everybody in their posts since New Year; without a catalogue."""
    return standing_town.lay()


def settled() -> Town:
    """Run inside the office's scope."""
    who = {"actor": ADMIN, "at": NOON}
    add, party, serve = places.add_place, actions.add_party, actions.serve
    district = add(kind=Kind.DISTRICT, name="威海经济技术开发区", parent_id=None, code="371072", **who)
    subdistrict = add(kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=district.id, code="371072008", **who)
    yuehai, hanlefang = (
        add(kind=Kind.COMMUNITY, name=name, parent_id=subdistrict.id, code=code, **who)
        for name, code in (("悦海社区", "371072008015"), ("韩乐坊社区", "371072008019"))
    )
    a1 = places.add_grid(community_id=yuehai.id, name="悦海一格 A1", **who)
    b2 = places.add_grid(community_id=hanlefang.id, name="韩乐坊二格 B2", **who)
    garden = add(kind=Kind.COMPOUND, name="悦海花园", parent_id=yuehai.id, grid_id=a1.id, **who)
    building = add(kind=Kind.BUILDING, name="3号楼", parent_id=garden.id, grid_id=a1.id, **who)
    street = party(
        "subdistrict", "皇冠街道办事处", "HG", "0631-000-0100", place_id=subdistrict.id, is_intake=True, **who
    )
    desk, other = (
        party("community", place.name, code, phone, parent_id=street, place_id=place.id, **who)
        for place, code, phone in ((yuehai, "YH", "0631-000-0115"), (hanlefang, "HLF", "0631-000-0119"))
    )
    company = party("property", "长峰物业", "CF", "0631-000-0130", parent_id=desk, **who)
    one = party("grid_team", "悦海一格网格组", "A1", "0631-000-0140", parent_id=desk, **who)
    two = party("grid_team", "韩乐坊二格网格组", "B2", "0631-000-0141", parent_id=other, **who)
    for server, kind, ground in (
        (street, "subdistrict", Ground(subdistrict.id)),
        (desk, "desk", Ground(yuehai.id)),
        (other, "desk", Ground(hanlefang.id)),
        (company, "property", Ground(garden.id)),
        (one, "grid_team", Ground(grid_id=a1.id)),
        (two, "grid_team", Ground(grid_id=b2.id)),
    ):
        serve(server, kind, ground, starts_on=NEW_YEAR, **who)
    made = Town(
        subdistrict, yuehai, hanlefang, a1, b2, garden, building, street, desk, other, company, one, two, {}, {}
    )  # fmt: skip
    _appoint(made, who)
    return made


def _appoint(made: Town, who: dict[str, Any]) -> None:
    """Accounts and posts of the cast."""
    for name, username, at_party, duty in CAST:
        account = staff.add_account(username, name, password=PASSWORD, must_change_password=False, **who)
        post = NewPost(getattr(made, at_party), duty, NEW_YEAR)
        made.posts[name] = staff.appoint(account, post, **who)
        made.people[name] = Account.objects.get(id=account)
