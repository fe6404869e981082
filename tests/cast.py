"""The fixed cast and the town they live in (style 19). Whoever reads one test knows the people in the next.

林 Lin (resident, no account), 魏 Wei (grid worker of A1), 陈 Chen (community desk), 赵 Zhao (checker), 孙 Sun (property manager),
钱 Qian (his repairer), 周 Zhou (subdistrict officer, approver, end of the ladder), 高 Gao (agency hand), 莫 Mo (worker of B2).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from uuid import UUID

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.catalogue import actions as catalogue_actions
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor, Duty, reporter
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.parties.models import Account
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow, by_ids
from gezhi.reports.intake import Intake
from gezhi.tenancy.models import Jurisdiction
from tests.standing import NOON, Keeper, World

START = date(2026, 1, 1)
OFFICE = "371072"  # its code
PASSWORD = "lantern-harbour-42"  # of everybody in the cast


@dataclass(frozen=True)
class Town:
    """One subdistrict, two communities (A with grid A1, B with grid B2), a compound with a building and a stairwell in A1."""

    district: UUID
    subdistrict: UUID
    community_a: UUID
    community_b: UUID
    grid_a1: UUID
    grid_b2: UUID
    compound: UUID
    building: UUID
    stairwell: UUID
    street_b: UUID

    def row(self, place: UUID) -> PlaceRow:
        """A place as queries show it."""
        return by_ids([place])[place]


@dataclass(frozen=True)
class Cast:
    """People as actors, parties as ids, and the town."""

    town: Town
    office_desk: UUID
    desk_a: UUID
    desk_b: UUID
    team_a1: UUID
    team_b2: UUID
    property: UUID
    owners: UUID
    agency: UUID
    wei: Actor
    chen: Actor
    zhao: Actor
    sun: Actor
    qian: Actor
    zhou: Actor
    gao: Actor
    mo: Actor

    def lin_reports(self, at: datetime, text: str = "楼道门玻璃碎了，地上有碎片", **more: object) -> Case:
        """Lin scans the code on the stairwell and sends a report; the case it opens."""
        return lin_reports(self, at, text, **more)


_keys = count()


def lin_reports(cast: Cast, at: datetime, text: str, place: UUID | None = None, **more: object) -> Case:
    """A report by QR at the stairwell (or another place), category 0501 unless said otherwise."""
    row = cast.town.row(place or cast.town.stairwell)
    known = {"category": catalogue.by_code("0501").id, "key": f"lin-key-{next(_keys):012d}"} | more
    intake = Intake("qr", text=text, place=row.id, place_path=row.path, **known)
    received = receive_report(Voice(intake, row), actor=VISITOR, at=at)
    return cases.of_report(received.report_id)


def lin(case: Case) -> Actor:
    """Lin, holding the code of the first report of this case."""
    return reporter(cases.report_ids([case.id])[case.id][0])


def photo(at: datetime) -> UUID:
    """A kept picture that nobody has claimed yet. Its file is not needed where only the case is looked at."""
    row = Evidence(
        sha256=f"{next(_keys):064x}", media_type="image/jpeg", bytes=1000, width=800, height=600, made_at=at
    )
    Evidence.objects.bulk_create([row])
    return row.id


def walk(case: Case, *moves: tuple[Actor, Move], at: datetime) -> Case:
    """Make several moves one after the other, all at the same moment."""
    for actor, move in moves:
        case = advance(case.id, move, actor=actor, at=at)
    return case


def proof(at: datetime) -> tuple[Shown, ...]:
    """A picture for every kind a closing proof may ask for."""
    return tuple(Shown(photo(at), kind) for kind in ("photo_after", "photo_same_angle", "document"))


def done(at: datetime) -> Move:
    """Done with everything any category's proof may ask for."""
    return Move("done", note="已更换玻璃", shown=proof(at), count=1)


def to_the_end(cast: Cast, case: Case, at: datetime, note: str = "已更换玻璃") -> Case:
    """From the desk to the reporter's yes, all at one moment. note: what was done."""
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, replace(done(at), note=note)),
        (cast.zhao, Move("pass_check", note="好了")),
        (lin(case), Move("satisfied")),
    )
    return walk(case, *moves, at=at)


def solved(cast: Cast, at: datetime, **more: object) -> Case:
    """Reported, done and confirmed at one moment. more: of what Lin reports."""
    return to_the_end(cast, cast.lin_reports(at, **more), at)


def settle(at: datetime, code: str = OFFICE) -> Town:
    """The places. Run inside the office's scope. code: the office's; every national code begins with it."""
    add = {"actor": SYSTEM, "at": at}
    district = places.add_place(kind=Kind.DISTRICT, name="经区", parent_id=None, code=code, **add).id
    street = places.add_place(
        kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=district, code=f"{code}008", **add
    ).id
    community_a, community_b = (
        places.add_place(kind=Kind.COMMUNITY, name=name, parent_id=street, code=f"{code}{end}", **add).id
        for name, end in (("悦海社区", "008015"), ("韩乐坊社区", "008019"))
    )
    a1 = places.add_grid(community_id=community_a, name="悦海一格 A1", **add).id
    b2 = places.add_grid(community_id=community_b, name="韩乐坊二格 B2", **add).id
    compound = places.add_place(
        kind=Kind.COMPOUND, name="悦海花园", parent_id=community_a, grid_id=a1, lon=122.18, lat=37.4, **add
    ).id
    building = places.add_place(kind=Kind.BUILDING, name="3号楼", parent_id=compound, grid_id=a1, **add).id
    stairwell = places.add_place(kind=Kind.STAIRWELL, name="2单元", parent_id=building, grid_id=a1, **add).id
    street_b = places.add_place(kind=Kind.STREET, name="中街", parent_id=community_b, grid_id=b2, **add).id
    return Town(district, street, community_a, community_b, a1, b2, compound, building, stairwell, street_b)


@pytest.fixture(scope="session")
def standing_cast(keep_world: Keeper) -> World[Cast]:
    """The cast as it is laid down for each test."""
    return keep_world(lambda: everybody(NOON))


@pytest.fixture
def cast(standing_cast: World[Cast], office: Jurisdiction) -> Cast:
    """Everybody, in their posts since New Year, with the whole catalogue loaded."""
    return standing_cast.lay()


def everybody(at: datetime, code: str = OFFICE, mark: str = "") -> Cast:
    """Load the catalogue, settle the town and its people. Run inside the office's scope.

    mark: before every user name, for a second office (of another code) beside the first.
    """
    catalogue_actions.load_book(actor=SYSTEM, at=at)
    town = settle(at, code)
    ids = _parties(town, at)
    return Cast(town=town, **ids, **_people(town, ids, at, mark))


def _parties(town: Town, at: datetime) -> dict[str, UUID]:
    add = {"actor": SYSTEM, "at": at}
    office = parties.add_party(
        "subdistrict",
        "皇冠街道办事处",
        "hg",
        "0631-0000101",
        place_id=town.subdistrict,
        is_intake=True,
        **add,
    )
    desk_a = parties.add_party(
        "community", "悦海社区", "yh", "0631-0000102", parent_id=office, place_id=town.community_a, **add
    )
    desk_b = parties.add_party(
        "community", "韩乐坊社区", "hlf", "0631-0000103", parent_id=office, place_id=town.community_b, **add
    )
    made = {
        "office_desk": office,
        "desk_a": desk_a,
        "desk_b": desk_b,
        "team_a1": parties.add_party("grid_team", "A1网格", "a1", "0631-0000104", parent_id=desk_a, **add),
        "team_b2": parties.add_party("grid_team", "B2网格", "b2", "0631-0000105", parent_id=desk_b, **add),
        "property": parties.add_party("property", "长峰物业", "cf", "0631-0000106", parent_id=desk_a, **add),
        "owners": parties.add_party(
            "owners", "悦海花园业委会", "yw", "0631-0000107", parent_id=desk_a, **add
        ),
        "agency": parties.add_party(
            "agency", "区综合行政执法局", "zf", "0631-0000108", parent_id=office, **add
        ),
    }
    serving = (
        (office, "desk", Ground(place_id=town.district)),
        (office, "subdistrict", Ground(place_id=town.subdistrict)),
        (desk_a, "desk", Ground(place_id=town.community_a)),
        (desk_b, "desk", Ground(place_id=town.community_b)),
        (made["team_a1"], "grid_team", Ground(grid_id=town.grid_a1)),
        (made["team_b2"], "grid_team", Ground(grid_id=town.grid_b2)),
        (made["property"], "property", Ground(place_id=town.compound)),
        (made["owners"], "owners", Ground(place_id=town.compound)),
        (made["agency"], "agency", Ground(place_id=town.district)),
    )
    for party, kind, ground in serving:
        parties.serve(party, kind, ground, starts_on=START, **add)
    return made


def _people(town: Town, ids: dict[str, UUID], at: datetime, mark: str) -> dict[str, Actor]:
    posts = {
        "wei": ("魏", staff.NewPost(ids["team_a1"], Duty.WORKER, START, grid_id=town.grid_a1)),
        "chen": ("陈", staff.NewPost(ids["desk_a"], Duty.CLERK, START, place_id=town.community_a)),
        "zhao": ("赵", staff.NewPost(ids["office_desk"], Duty.CHECKER, START, place_id=town.subdistrict)),
        "sun": ("孙", staff.NewPost(ids["property"], Duty.MANAGER, START, place_id=town.compound)),
        "qian": ("钱", staff.NewPost(ids["property"], Duty.WORKER, START, place_id=town.compound)),
        "zhou": ("周", staff.NewPost(ids["office_desk"], Duty.OFFICER, START)),
        "gao": ("高", staff.NewPost(ids["agency"], Duty.WORKER, START)),
        "mo": ("莫", staff.NewPost(ids["team_b2"], Duty.WORKER, START, grid_id=town.grid_b2)),
    }
    actors = {}
    for username, (name, post) in posts.items():
        account = staff.add_account(
            mark + username, name, password=PASSWORD, must_change_password=False, actor=SYSTEM, at=at
        )
        staff.appoint(account, post, actor=SYSTEM, at=at)
        actors[username] = party_queries.actor_of(Account.objects.get(id=account), at)
    return actors
