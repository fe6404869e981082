"""A place that is no more takes no voice, whichever door it knocks at; what was typed stays, and the nearest open place is offered."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from gezhi.cases.models import Case
from gezhi.flows import receive_report as flow
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid
from gezhi.parties.models import Account
from gezhi.places import actions as places
from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from tests.cast import Cast, lin_reports
from tests.web.public.conftest import form, picture, report

pytestmark = pytest.mark.django_db
KEY = "a-form-shown-once-000"


@pytest.fixture
def door(cast: Cast, noon: datetime, settings: Any) -> Iterator[Client]:
    """Somebody at the door, at noon of the fixed Monday."""
    settings.GEZHI_LIMITS = False
    with time_machine.travel(noon, tick=False):
        yield Client(HTTP_HOST="localhost", raise_request_exception=False)


@pytest.fixture
def here(cast: Cast) -> str:
    """The form of the stairwell."""
    return f"/r/{cast.town.row(cast.town.stairwell).code}"


def close(cast: Cast, at: datetime) -> None:
    """The building, and the stairwell in it, are no more."""
    places.close_place(cast.town.building, on=at.date(), actor=SYSTEM, at=at)


def log_in(client: Client, actor: Actor) -> None:
    client.force_login(Account.objects.get(id=str(actor.id)), "gezhi.parties.login.PostBackend")


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_at_a_closed_place_no_case_is_opened(cast: Cast, noon: datetime) -> None:
    close(cast, noon)
    with pytest.raises(Invalid) as refused:
        lin_reports(cast, noon, "玻璃碎了")
    assert (refused.value.field, refused.value.code, Report.objects.count()) == ("place", "closed", 0)


def test_sabotage_without_the_question_a_case_would_be_opened_there(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(cast, noon)
    monkeypatch.setattr(flow, "_refused", lambda voice: None)
    assert lin_reports(cast, noon, "玻璃碎了").place_id == cast.town.stairwell


def test_what_came_before_the_closing_keeps_its_receipt(
    door: Client, here: str, cast: Cast, noon: datetime
) -> None:
    """Sent again, for the answer was lost on its way: the same key is the same report for ever."""
    page = report(door, here)
    close(cast, noon)
    assert (report(door, here), Report.objects.count()) == (page, 1)


def test_the_form_of_a_closed_place_is_that_of_the_nearest_open_one(
    door: Client, here: str, cast: Cast, noon: datetime
) -> None:
    close(cast, noon)
    answer = door.get(here)
    assert "“悦海社区 悦海花园 3号楼 2单元”已经停用。下面这张表会报给“悦海社区 悦海花园”。" in words(answer)
    above = f"/r/{cast.town.row(cast.town.compound).code}"
    assert f'<form method="post" action="{above}"' in answer.content.decode()
    page = report(door, above)
    assert reports.by_code(page.rsplit("/", 1)[1]).place_id == cast.town.compound


def test_of_a_form_filled_before_the_closing_nothing_is_lost(
    door: Client, here: str, cast: Cast, noon: datetime
) -> None:
    close(cast, noon)
    answer = door.post(here, form(contact="13800001234", photos=[picture()]))
    html = answer.content.decode()
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert ("楼道玻璃碎了" in html, 'value="13800001234"' in html) == (True, True)
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', html)
    above = re.search(r'action="([^"]+)"[^>]*id="report"', html)
    assert above is not None
    page = report(door, above[1], contact="13800001234", kept_photos=kept)
    found = reports.by_code(page.rsplit("/", 1)[1])
    assert (len(kept), found.place_id, found.text) == (1, cast.town.compound, "楼道玻璃碎了")


def test_on_a_walk_a_closed_place_is_told_before_the_form(door: Client, cast: Cast, noon: datetime) -> None:
    close(cast, noon)
    log_in(door, cast.wei)
    answer = door.get(f"/my/found/?place={cast.town.row(cast.town.stairwell).code}")
    assert "已经停用。请选下面的地点，或另找一个。" in words(answer)
    assert f"?pick={cast.town.row(cast.town.compound).code}" in answer.content.decode()


@pytest.mark.parametrize("way", [{}, {"report": "1"}], ids=["solved", "handed_in"])
def test_on_a_walk_the_form_comes_back_for_the_place_above(
    way: dict[str, str], door: Client, cast: Cast, noon: datetime
) -> None:
    close(cast, noon)
    log_in(door, cast.wei)
    plate = cast.town.row(cast.town.stairwell).code
    sent = {"key": KEY, "place": plate, "typed": plate, "category": "0501", "text": "玻璃碎了", **way}
    answer = door.post("/my/found/", sent | {"after": [picture()]})
    html = answer.content.decode()
    above = cast.town.row(cast.town.compound).code
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert f'name="place" value="{above}"' in html
    assert ("玻璃碎了" in html, html.count('name="kept_photos"'), "改记在" in html) == (True, 1, True)


def test_at_the_desk_a_closed_place_is_chosen_anew(door: Client, cast: Cast, noon: datetime) -> None:
    close(cast, noon)
    log_in(door, cast.chen)
    sent = {"key": KEY, "channel": "phone", "text": "楼上漏水到我家", "place": str(cast.town.stairwell)}
    answer = door.post("/desk/new/", sent)
    html = answer.content.decode()
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert ("楼上漏水到我家" in html, "这个地点已经停用" in html) == (True, True)
    assert (f'value="{cast.town.compound}"' in html, str(cast.town.stairwell) in html) == (True, False)
