"""The demonstration's parties and cast: everybody answers, everybody logs in, nobody's number is somebody's."""

import json
import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from gezhi.duty import check as duty_check
from gezhi.duty import queries as duty
from gezhi.duty.models import Shift
from gezhi.flows.demonstration.people import DATA, LETTERS, PASSWORD_LETTERS, Cast, build_people
from gezhi.flows.demonstration.places import Names, build_places
from gezhi.kernel.actor import Duty, Post
from gezhi.parties import check, queries
from gezhi.parties.login import PostBackend
from gezhi.parties.models import Account
from gezhi.places import queries as places
from gezhi.tenancy import check as tenancy_check
from gezhi.tenancy.models import Jurisdiction
from tests.standing import ADMIN, NOON, Keeper, World

INVENTED = re.compile(r"0631-000-01\d\d")


@pytest.fixture(scope="session")
def standing_people(keep_world: Keeper) -> World[tuple[Names, Cast]]:
    def built() -> tuple[Names, Cast]:
        names = build_places(actor=ADMIN, at=NOON)
        return names, build_people(names, actor=ADMIN, at=NOON)

    return keep_world(built)


@pytest.fixture
def people(standing_people: World[tuple[Names, Cast]], office: Jurisdiction) -> tuple[Names, Cast]:
    return standing_people.lay()


@pytest.fixture
def names(people: tuple[Names, Cast]) -> Names:
    return people[0]


@pytest.fixture
def cast(people: tuple[Names, Cast]) -> Cast:
    return people[1]


def test_every_check_is_content(cast: Cast) -> None:
    assert [*check.findings(), *duty_check.findings(), *tenancy_check.findings()] == []


def test_every_place_has_a_desk_and_every_cell_a_team(cast: Cast, names: Names, noon: datetime) -> None:
    rows = places.by_ids(names.places.values())
    below = [row for row in rows.values() if row.community_id]
    desks = {row.id: queries.desk_of(row.path, noon) for row in below}
    assert {cast.parties[rows[row.community_id].name] for row in below} == set(desks.values())
    assert len(queries.parties("community")) == 19
    teams = {queries.serving("", cell.id, "grid_team", noon) for cell in places.grids()}
    assert len(teams) == len(places.grids())
    assert None not in teams


def test_every_number_is_invented(cast: Cast) -> None:
    phones = [row.standing_phone for row in queries.parties()]
    phones += Shift.objects.exclude(phone="").values_list("phone", flat=True)
    assert [phone for phone in phones if not INVENTED.fullmatch(phone)] == []


def test_invented_parties_say_so(cast: Cast) -> None:
    told = json.loads(DATA.read_text(encoding="utf-8"))
    rows = [told["head"], told["office"], *told["agencies"], *told["utilities"], *told["locals"]]
    assert [row["name"] for row in rows if row["invented"] != row["name"].endswith("（示范）")] == []


def test_passwords_are_made_anew_each_time_and_typed_on_one_keyboard(cast: Cast) -> None:
    passwords = {one.password for one in cast.members}
    assert [one for one in passwords if not re.fullmatch("[a-z]{12}", one)] == []
    assert (len(passwords), set("lo") & set(LETTERS)) == (len(cast.members), set())
    assert len(LETTERS) ** PASSWORD_LETTERS > 2**50


def test_the_cast_logs_in_and_covers_its_ground(cast: Cast, names: Names, noon: datetime) -> None:
    garden = places.by_ids([names.places["悦海社区 悦海花园小区"]]).popitem()[1]
    street = places.by_ids([names.subdistrict]).popitem()[1]
    yuehai = places.by_ids([names.places["悦海社区"]]).popitem()[1]
    found = {}
    for one in cast.members:
        entered = PostBackend().authenticate(
            SimpleNamespace(now=noon), username=one.username, password=one.password
        )
        assert entered == Account.objects.get(id=one.account_id)
        found[one.username] = queries.actor_of(entered, noon).posts
    of = cast.parties
    assert found == {
        "admin": (Post(Duty.ADMIN, of["HGJD"], "/"),),
        "zhou": (Post(Duty.OFFICER, of["HGJD"], "/"),),
        "zhao": (Post(Duty.CHECKER, of["HGJD"], street.path),),
        "chen": (Post(Duty.CLERK, of["悦海社区"], yuehai.path),),
        "wei": (Post(Duty.WORKER, of["悦海一格 A1"], "", names.grids["悦海一格 A1"]),),
        "mo": (Post(Duty.WORKER, of["韩乐坊二格 B2"], "", names.grids["韩乐坊二格 B2"]),),
        "sun": (Post(Duty.MANAGER, of["YHWY"], garden.path),),
        "ding": (Post(Duty.WORKER, of["YHWY"], garden.path),),
        "gao": (Post(Duty.WORKER, of["ZHZF"], ""),),
    }


def test_somebody_is_on_duty_this_week_at_every_hour(cast: Cast, noon: datetime) -> None:
    monday = noon - timedelta(hours=12)
    for code in ("HGJD", "悦海社区", "YHWY", "CFWY"):
        assert duty.gaps(cast.parties[code], monday, monday + timedelta(days=14)) == []
    assert duty.answering(cast.parties["YHWY"], noon).name in {"孙", "丁", "保安班长"}


def test_the_ladder_of_the_garden_ends_at_the_district(cast: Cast) -> None:
    ladder = [cast.parties["YHWY"]]
    while above := queries.one_level_up(ladder[-1]):
        ladder.append(above)
    assert ladder == [cast.parties[name] for name in ("YHWY", "悦海社区", "HGJD", "QZX")]
