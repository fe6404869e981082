"""A lift has its page: who owns it, who maintains it and at which phone, and what happened to it; a case says which one it is about."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import check
from gezhi.cases.memory import things
from gezhi.cases.models import Case, CaseFixture
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.journal import check as journal_check
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.parties import upkeep
from gezhi.places import actions as places
from gezhi.places.kinds import FixtureKind
from gezhi.places.models import Fixture
from tests.cast import Cast, walk
from tests.plans import on_sqlite
from tests.web.desk.conftest import Desk, address, text

DAY = timedelta(days=1)


@pytest.fixture
def lift(cast: Cast, noon: datetime) -> Fixture:
    """Of the building above Lin's stairwell."""
    return places.add_fixture(cast.town.building, FixtureKind.LIFT, "1号电梯", actor=SYSTEM, at=noon - DAY)


@pytest.fixture
def elsewhere(cast: Cast, noon: datetime) -> Fixture:
    """A lamp in another community."""
    return places.add_fixture(cast.town.street_b, FixtureKind.LAMP, "路灯", actor=SYSTEM, at=noon - DAY)


def test_a_case_says_which_fixture_it_is_about_and_takes_it_back(
    cast: Cast, opened: Case, lift: Fixture, elsewhere: Fixture, desk: Desk, noon: datetime
) -> None:
    client, door = desk(cast.chen), f"{address(opened)}fixture/"
    assert lift.code in text(client.get(address(opened)))
    assert client.post(door, {"fixture": str(lift.id)}).status_code == 302
    assert f'href="/desk/fixtures/{lift.code}/"' in client.get(address(opened)).content.decode()
    for wrong in (str(elsewhere.id), "x"):
        assert client.post(door, {"fixture": wrong}).status_code == 422
    worker.keep_books(noon)
    page = client.get(f"/desk/fixtures/{lift.code}/")
    assert (page.context["count"], page.context["open"]["count"]) == (1, "1")
    assert "玻璃碎了" in text(page)
    assert client.post(door, {"fixture": ""}).status_code == 302
    assert CaseFixture.objects.count() == 0
    events = [step.entry.after for step in story("case", opened.id) if step.entry.event == "fixture"]
    assert events == [{"fixture": str(lift.id)}, {"fixture": None}]
    assert [*check.findings(), *journal_check.findings()] == []


def test_who_may_not_see_the_case_says_nothing_of_it(
    cast: Cast, opened: Case, lift: Fixture, desk: Desk
) -> None:
    assert desk(cast.mo).post(f"{address(opened)}fixture/", {"fixture": str(lift.id)}).status_code == 404
    assert CaseFixture.objects.count() == 0


def test_the_page_names_owner_and_maintainer_with_their_phones(cast: Cast, lift: Fixture, desk: Desk) -> None:
    client, here = desk(cast.zhou), f"/desk/fixtures/{lift.code}/"
    assert text(client.get(here)).count("还不知道") == 2
    assert client.post(f"{here}owner/", {"party": str(cast.property)}).status_code == 302
    firm = {"party": "", "name": "威海快修电梯", "phone": "0631-5231234"}
    assert client.post(f"{here}maintainer/", firm).status_code == 302
    said = text(client.get(here))
    for words in ("威海快修电梯", "06315231234", "改了谁维护"):
        assert words in said
    refused = client.post(f"{here}maintainer/", {"party": "", "name": "快修", "phone": "明天打"})
    assert (refused.status_code, "快修" in refused.content.decode()) == (422, True)
    assert client.post(f"{here}maintainer/", {"party": "", "name": "快修", "phone": ""}).status_code == 422
    assert upkeep.of(lift.id)["maintainer"].name == "威海快修电梯"
    assert client.post(f"{here}maintainer/", {"party": "", "name": "", "phone": ""}).status_code == 302
    assert set(upkeep.of(lift.id)) == {"owner"}
    assert client.get(f"{here}lender/").status_code == 404
    assert desk(cast.chen).get(f"{here}owner/").status_code == 403
    assert client.get("/desk/fixtures/371072-F99999/").status_code == 404


def test_twin_without_the_look_at_where_it_stands_any_lamp_is_taken(
    cast: Cast, opened: Case, elsewhere: Fixture, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid):
        things.name_fixture(opened.id, elsewhere.id, actor=cast.chen, at=noon)
    monkeypatch.setattr(things.places, "fixtures_around", lambda path: [elsewhere])
    things.name_fixture(opened.id, elsewhere.id, actor=cast.chen, at=noon)
    assert CaseFixture.objects.count() == 1


def test_who_handles_it_may_say_so_too(cast: Cast, opened: Case, lift: Fixture, noon: datetime) -> None:
    walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    things.name_fixture(opened.id, lift.id, actor=cast.qian, at=noon)
    assert things.about(lift.id, 10) == [opened.id]


@on_sqlite
def test_cases_of_a_fixture_are_read_along_their_index(cast: Cast, lift: Fixture) -> None:
    plan = str(CaseFixture.objects.filter(fixture_id=lift.id).order_by("-at")[:1000].explain())
    assert ("cases_of_a_fixture" in plan, "TEMP B-TREE" in plan) == (True, False)
