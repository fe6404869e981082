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
from gezhi.tenancy.models import Jurisdiction
from tests.standing import ADMIN, NOON, Keeper, World
from tests.terrain import Terrain, planted

NEW_YEAR = date(2026, 1, 1)
PASSWORD = "皇冠街道-0631-clouds"


@dataclass
class Town(Terrain):
    """Places, parties by a short name, and people by name. garden: 悦海花园."""

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
    party, serve, ground = actions.add_party, actions.serve, planted("悦海花园")
    street = party(
        "subdistrict",
        "皇冠街道办事处",
        "HG",
        "0631-000-0100",
        place_id=ground.subdistrict.id,
        is_intake=True,
        **who,
    )
    desk, other = (
        party("community", place.name, code, phone, parent_id=street, place_id=place.id, **who)
        for place, code, phone in (
            (ground.yuehai, "YH", "0631-000-0115"),
            (ground.hanlefang, "HLF", "0631-000-0119"),
        )
    )
    company = party("property", "长峰物业", "CF", "0631-000-0130", parent_id=desk, **who)
    one = party("grid_team", "悦海一格网格组", "A1", "0631-000-0140", parent_id=desk, **who)
    two = party("grid_team", "韩乐坊二格网格组", "B2", "0631-000-0141", parent_id=other, **who)
    for server, kind, where in (
        (street, "subdistrict", Ground(ground.subdistrict.id)),
        (desk, "desk", Ground(ground.yuehai.id)),
        (other, "desk", Ground(ground.hanlefang.id)),
        (company, "property", Ground(ground.garden.id)),
        (one, "grid_team", Ground(grid_id=ground.a1.id)),
        (two, "grid_team", Ground(grid_id=ground.b2.id)),
    ):
        serve(server, kind, where, starts_on=NEW_YEAR, **who)
    made = Town(
        **vars(ground),
        office=street,
        desk=desk,
        other_desk=other,
        company=company,
        team_a1=one,
        team_b2=two,
        people={},
        posts={},
    )
    _appoint(made, who)
    return made


def _appoint(made: Town, who: dict[str, Any]) -> None:
    """Accounts and posts of the cast."""
    for name, username, at_party, duty in CAST:
        account = staff.add_account(username, name, password=PASSWORD, must_change_password=False, **who)
        post = NewPost(getattr(made, at_party), duty, NEW_YEAR)
        made.posts[name] = staff.appoint(account, post, **who)
        made.people[name] = Account.objects.get(id=account)
