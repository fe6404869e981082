"""All doors of an office open, and somebody behind each: `python -m tests.ready tests.faults.open_office` prints their keys as JSON.

One community with a compound; Chen at its desk, Wei and Wu in its grid, both linked with WeCom; a token of Chen, a key for an Open311 application.
"""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gezhi.channels.wecom import office as wecom_office
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.parties import actions as parties
from gezhi.parties import openkeys, staff, tokens, wecom
from gezhi.parties import queries as people
from gezhi.parties.actions import Ground
from gezhi.parties.days import local_day
from gezhi.parties.models import Account
from gezhi.parties.staff import NewPost
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import by_code, by_ids
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions
from tests.wecom.envelopes import AGENT, CORP, ENCODING_KEY, SECRET, TOKEN

PASSWORD = "lantern-harbour-42"
LINKED = {"wei": "WeiGe", "wu": "XiaoWu"}  # accounts and who they are in WeCom


def opened(at: datetime) -> dict[str, str]:
    """Run inside the office's scope. place: code of the compound, place_id: its id, token: Chen's, open_key: of Open311."""
    add = {"actor": SYSTEM, "at": at}
    root = all_jurisdictions()[0].code
    street = places.add_place(
        kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=by_code(root).id, code=f"{root}008", **add
    ).id
    community = places.add_place(
        kind=Kind.COMMUNITY, name="悦海社区", parent_id=street, code=f"{root}008015", **add
    ).id
    grid = places.add_grid(community_id=community, name="悦海一格 A1", **add).id
    compound = places.add_place(
        kind=Kind.COMPOUND, name="悦海花园", parent_id=community, grid_id=grid, lon=122.18, lat=37.4, **add
    ).id
    desk, team = _parties(community, grid, at)
    chen = _person("chen", "陈", NewPost(desk, Duty.CLERK, local_day(at), place_id=community), at)
    wecom_office.set_up(CORP, AGENT, SECRET, TOKEN, ENCODING_KEY, **add)
    for username, userid in LINKED.items():
        account = _person(username, username, NewPost(team, Duty.WORKER, local_day(at), grid_id=grid), at)
        wecom.link(account, userid, **add)
    actor = people.actor_of(Account.objects.get(id=chen), at)
    wanted = (tokens.Scope.ORDERS_WRITE.value,)
    _id, token = tokens.make_token("工单系统", wanted, expires_at=at + timedelta(days=9), actor=actor, at=at)
    _id, open_key = openkeys.make_key("市民随手拍", **add)
    code = by_ids([compound])[compound].code
    return {"place": code, "place_id": str(compound), "token": token, "open_key": open_key}


def _parties(community: UUID, grid: UUID, at: datetime) -> tuple[UUID, UUID]:
    add = {"actor": SYSTEM, "at": at}
    desk = parties.add_party("community", "悦海社区", "yh", "0631-0000102", place_id=community, **add)
    team = parties.add_party("grid_team", "A1网格", "a1", "0631-0000104", parent_id=desk, **add)
    parties.serve(desk, "desk", Ground(place_id=community), starts_on=local_day(at), **add)
    parties.serve(team, "grid_team", Ground(grid_id=grid), starts_on=local_day(at), **add)
    return desk, team


def _person(username: str, name: str, post: NewPost, at: datetime) -> UUID:
    account = staff.add_account(
        username, name, password=PASSWORD, must_change_password=False, actor=SYSTEM, at=at
    )
    staff.appoint(account, post, actor=SYSTEM, at=at)
    return account


if __name__ == "__main__":
    with scope(all_jurisdictions()[0].id):
        print(json.dumps(opened(datetime.now(UTC))))
