"""Which lift or lamp it is: asked where there is one, answered with one tap or not at all, and told to whoever mends it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases import check
from gezhi.cases.memory import things as memory
from gezhi.cases.models import Case, CaseFixture
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import check as journal_check
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.kernel.refusal import Invalid
from gezhi.parties.models import Account
from gezhi.places import actions as places
from gezhi.places.kinds import FixtureKind
from gezhi.places.models import Fixture
from gezhi.places.queries import FixtureRow
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.web import things
from tests.cast import Cast
from tests.evidence.pictures import photo

pytestmark = pytest.mark.django_db
SENT = {"key": "a-form-shown-once-000", "text": "电梯门关不上", "category": "0501", "contact": ""}
ASKED = "是哪一个设施？"


@pytest.fixture
def lift(cast: Cast, noon: datetime) -> Fixture:
    """Of the building above Lin's stairwell."""
    return places.add_fixture(
        cast.town.building, FixtureKind.LIFT, "1号电梯", actor=SYSTEM, at=noon - timedelta(days=1)
    )


@pytest.fixture
def elsewhere(cast: Cast, noon: datetime) -> Fixture:
    """A lamp in another community."""
    return places.add_fixture(
        cast.town.street_b, FixtureKind.LAMP, "路灯", actor=SYSTEM, at=noon - timedelta(days=1)
    )


@pytest.fixture
def door(cast: Cast, settings: Any) -> Client:
    settings.GEZHI_LIMITS = False
    return Client(HTTP_HOST="localhost", raise_request_exception=False)


@pytest.fixture
def here(cast: Cast) -> str:
    return f"/r/{cast.town.row(cast.town.stairwell).code}"


def about() -> list[Any]:
    """The fixtures that cases are about."""
    return list(CaseFixture.objects.values_list("fixture_id", flat=True))


def test_one_tap_says_which_lift_and_it_stands_in_the_case_and_its_story(
    door: Client, here: str, lift: Fixture, elsewhere: Fixture
) -> None:
    html = door.get(here).content.decode()
    assert (ASKED in html, lift.name in html, elsewhere.name in html) == (True, True, False)
    status = door.post(here, SENT | {"fixture": lift.code})
    assert (status.status_code, about()) == (303, [lift.id])
    case = Case.objects.get()
    steps = [(step.entry.event, step.entry.after.get("fixture")) for step in story("case", case.id)]
    assert steps == [("reported", None), ("fixture", str(lift.id))]
    assert memory.about(lift.id, 10) == [case.id]
    assert [*check.findings(), *journal_check.findings()] == []
    assert door.get(status["Location"]).status_code == 200
    assert door.post(here, SENT | {"fixture": lift.code})["Location"] == status["Location"]
    other = door.post(here, SENT | {"fixture": ""})
    assert (other.status_code, Report.objects.count()) == (422, 1)  # the same key, another body


def test_the_receipt_and_the_status_page_say_which_one_was_chosen_and_no_other(
    door: Client, cast: Cast, here: str, lift: Fixture, noon: datetime
) -> None:
    status = door.post(here, SENT | {"fixture": lift.code})["Location"]
    for address in (status, status.split("?")[0]):
        assert "您说的是：1号电梯" in door.get(address).content.decode()
    mute = door.post(here, SENT | {"fixture": "", "key": "another-form-00000000", "apart": "1"})["Location"]
    found = Case.objects.get(number__endswith="2")
    memory.name_fixture(found.id, lift.id, actor=cast.chen, at=noon)
    assert "您说的是" not in door.get(mute).content.decode()  # the desk said so, not he


def test_who_does_not_know_which_one_says_nothing_and_is_heard_as_well(
    door: Client, here: str, lift: Fixture
) -> None:
    assert door.post(here, SENT | {"fixture": ""}).status_code == 303
    assert (Case.objects.count(), about()) == (1, [])


def test_where_there_is_none_nothing_is_asked_and_nothing_more_is_looked_up(
    door: Client, here: str, elsewhere: Fixture, django_assert_num_queries: Any
) -> None:
    assert ASKED not in door.get(here).content.decode()
    with django_assert_num_queries(0):
        assert things.asked_of("/x/", {"text": "路灯不亮"}) == []
    assert door.post(here, SENT).status_code == 303
    assert about() == []


def test_a_lift_that_is_not_here_is_refused_with_a_sentence_and_nothing_is_lost(
    door: Client, here: str, lift: Fixture, elsewhere: Fixture
) -> None:
    answer = door.post(here, SENT | {"fixture": elsewhere.code})
    html = answer.content.decode()
    assert (answer.status_code, "这里没有这个设施" in html, SENT["text"] in html) == (422, True, True)
    assert (Case.objects.count(), Report.objects.count()) == (0, 0)


def test_what_waited_on_a_phone_is_not_held_up_by_a_lamp_that_is_not_here(
    door: Client, here: str, lift: Fixture, elsewhere: Fixture
) -> None:
    waited = SENT | {"waited": "3600"}
    assert door.post(here, waited | {"fixture": elsewhere.code}).status_code == 303
    assert (Case.objects.count(), about()) == (1, [])
    again = waited | {"fixture": lift.code, "key": "another-form-shown-00"}
    assert door.post(here, again).status_code == 303
    assert about() == [lift.id]


def test_it_comes_back_with_everything_else(door: Client, here: str, lift: Fixture) -> None:
    for sent in ({"text": ""}, {"category": "00"}):
        html = door.post(here, SENT | {"fixture": lift.code} | sent).content.decode()
        assert f'value="{lift.code}"' in html
        assert "checked" in html or 'type="hidden"' in html


def test_the_code_on_the_lift_opens_its_place_with_the_lift_chosen(
    door: Client, cast: Cast, lift: Fixture
) -> None:
    html = door.get(f"/r/{lift.code.lower()}").content.decode()
    assert cast.town.row(cast.town.building).full_name in html
    assert f'value="{lift.code}" id="id_fixture_0" checked' in html.replace(" required", "")
    assert door.post(f"/r/{lift.code}", SENT | {"fixture": lift.code}).status_code == 303
    case = Case.objects.get()
    assert (case.place_id, case.channel, about()) == (cast.town.building, "qr", [lift.id])
    assert door.get("/r/371072-F99999").status_code == 404


def test_many_are_a_list_that_opens_and_two_of_one_name_are_told_apart(lift: Fixture) -> None:
    row = FixtureRow(lift.id, "371072-F00001", lift.place_id, "lamp", "路灯")
    rows = [row, *(FixtureRow(lift.id, f"371072-F0001{n}", lift.place_id, "lamp", "路灯") for n in range(8))]
    few, many = things.ThingField(rows[:2]), things.ThingField(rows)
    codes = [[value for value, _ in few.widget.choices], [value for value, _ in many.widget.choices]]
    assert codes[0] == ["371072-F00001", "371072-F00010", ""]
    assert (codes[1][0], len(codes[1])) == ("", 10)
    assert [str(label) for _, label in few.widget.choices][:2] == ["路灯 371072-F00001", "路灯 371072-F00010"]
    assert [one.widget.__class__.__name__ for one in (few, many)] == ["RadioSelect", "Select"]


def test_a_worker_says_which_one_he_mended(door: Client, cast: Cast, lift: Fixture, noon: datetime) -> None:
    door.force_login(Account.objects.get(id=str(cast.wei.id)), "gezhi.parties.login.PostBackend")
    html = door.get(f"/my/found/?place={lift.code}").content.decode()
    assert (ASKED in html, "已用位置码确认您在现场" in html) == (True, True)
    place = cast.town.row(cast.town.building).code
    sent = {
        "key": "a-form-shown-once-000",
        "place": place,
        "text": "按钮坏了",
        "category": "0501",
        "report": "1",
    }
    assert door.post("/my/found/", sent | {"fixture": lift.code}).status_code == 303
    assert about() == [lift.id]


def test_a_program_names_a_lift_with_its_place_or_without(
    door: Client, cast: Cast, lift: Fixture, elsewhere: Fixture
) -> None:
    def post(**body: Any) -> Any:
        return door.post("/api/v1/reports", {"text": "电梯停了"} | body, content_type="application/json")

    stairwell = cast.town.row(cast.town.stairwell).code
    assert post(fixture=lift.code, place=stairwell).status_code == 201
    assert post(fixture=lift.code).status_code == 201
    assert sorted(Case.objects.values_list("place_id", flat=True)) == sorted(
        [cast.town.stairwell, cast.town.building]
    )
    assert about() == [lift.id, lift.id]
    for wrong in (
        post(fixture=elsewhere.code, place=stairwell),
        post(fixture="371072-F99999"),
        post(fixture="x\0"),
    ):
        assert (wrong.status_code, wrong.json()["field"]) == (422, "fixture")
    assert Case.objects.count() == 2


def test_a_fixture_that_stands_elsewhere_is_refused_below_every_door(
    cast: Cast, elsewhere: Fixture, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its sabotage twin: were it not asked where it stands, a lamp of another community would be named."""
    place = cast.town.row(cast.town.stairwell)
    voice = Voice(Intake("web", "灯坏了", place=place.id, place_path=place.path, fixture=elsewhere.id), place)
    with pytest.raises(Invalid):
        receive_report(voice, actor=VISITOR, at=noon)
    assert (Report.objects.count(), Case.objects.count(), about()) == (0, 0, [])
    everywhere = [FixtureRow(elsewhere.id, elsewhere.code, elsewhere.place_id, "lamp", "路灯")]
    monkeypatch.setattr("gezhi.places.queries.fixtures_around", lambda path: everywhere)
    receive_report(voice, actor=VISITOR, at=noon)
    assert about() == [elsewhere.id]


def test_the_page_of_a_lift_shows_its_code_to_be_put_up(door: Client, cast: Cast, lift: Fixture) -> None:
    door.force_login(Account.objects.get(id=str(cast.chen.id)), "gezhi.parties.login.PostBackend")
    assert f"/desk/fixtures/{lift.code}/qr.svg" in door.get(f"/desk/fixtures/{lift.code}/").content.decode()
    picture = door.get(f"/desk/fixtures/{lift.code}/qr.svg")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/svg+xml")


def test_a_picture_goes_along(door: Client, here: str, lift: Fixture) -> None:
    sent = SENT | {
        "fixture": lift.code,
        "text": "",
        "photos": [SimpleUploadedFile("IMG_1.jpg", photo(), "image/jpeg")],
    }
    assert (door.post(here, sent).status_code, about()) == (303, [lift.id])
