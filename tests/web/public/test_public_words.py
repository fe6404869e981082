"""Strangers read of a case what the desk said of it, and that only: on the page of a place, in the public list, on the reporter's page."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from gezhi.cases import publicly
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.publicly import keep_quiet, say
from gezhi.catalogue import queries as catalogue
from gezhi.flows import reach_reporter
from gezhi.reports import queries as reports
from tests.cast import Cast, done, lin, walk
from tests.web.open311.conftest import switch

pytestmark = pytest.mark.django_db
SAID = "单元门玻璃碎了，已换新"


@pytest.fixture
def solved(cast: Cast, noon: datetime) -> Case:
    case = cast.lin_reports(noon, "302室林家门口的玻璃碎了")
    steps = [
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好")),
        (lin(case), Move("satisfied")),
    ]
    return walk(case, *steps, at=noon)


def pages(door: Client, cast: Cast, case: Case) -> list[bool]:
    """Whether it is read: on the page of the place, in the public list, on the reporter's own page."""
    own = f"/t/{reports.tracking_code(UUID(str(lin(case).id)))}"
    listed = f"/open311/v2/requests.json?service_request_id={case.number}"
    urls = (f"/p/{cast.town.row(cast.town.stairwell).code}", listed, own)
    return [SAID in door.get(url).content.decode() for url in urls]


@pytest.fixture(autouse=True)
def a_public_list(cast: Cast, noon: datetime) -> Iterator[None]:
    """The office lets strangers list cases; its clock stands at noon."""
    switch("public_list", 1, noon)
    with time_machine.travel(noon, tick=False):
        yield


def test_what_the_desk_says_is_read_everywhere_and_nothing_else(
    door: Client, cast: Cast, solved: Case, noon: datetime
) -> None:
    assert pages(door, cast, solved) == [False, False, False]
    say(solved.id, SAID, actor=cast.chen, at=noon)
    assert pages(door, cast, solved) == [True, True, True]
    assert "302室" not in door.get(f"/p/{cast.town.row(cast.town.stairwell).code}").content.decode()


def test_taken_back_it_is_read_nowhere(door: Client, cast: Cast, solved: Case, noon: datetime) -> None:
    say(solved.id, SAID, actor=cast.chen, at=noon)
    keep_quiet(solved.id, actor=cast.chen, at=noon)
    assert pages(door, cast, solved) == [False, False, False]


def test_erased_it_is_read_nowhere(door: Client, cast: Cast, solved: Case, noon: datetime) -> None:
    say(solved.id, SAID, actor=cast.chen, at=noon)
    reach_reporter.forget(solved.id, lin(solved).id, "本人要求", actor=cast.chen, at=noon)
    assert pages(door, cast, solved) == [False, False, False]


@pytest.mark.parametrize("code", ["1201", "1204"])
def test_in_a_category_that_points_at_somebody_it_is_read_nowhere(
    door: Client, cast: Cast, solved: Case, noon: datetime, code: str
) -> None:
    say(solved.id, SAID, actor=cast.chen, at=noon)
    Case.objects.filter(id=solved.id).update(category_id=catalogue.by_code(code).id)
    assert pages(door, cast, solved) == [False, False, False]


def test_sabotage_were_it_not_asked_whether_it_may_be_said_it_would_be_read(
    door: Client, cast: Cast, solved: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(solved.id, SAID, actor=cast.chen, at=noon)
    Case.objects.filter(id=solved.id).update(category_id=catalogue.by_code("1201").id)
    monkeypatch.setattr(publicly, "why_none", lambda case: "")
    assert pages(door, cast, solved) == [False, True, True]  # the page of a place has its own rule
