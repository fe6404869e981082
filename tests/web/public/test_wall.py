"""The wall screen's address: a secret that an administrator makes and ends; what it shows is worked out once for all screens and names nobody."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.journal.queries import deeds
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.recent import Recent
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.parties import issued, walls
from gezhi.parties.models import WallKey
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from gezhi.web import logs
from gezhi.web.public import wall as view
from tests.cast import Cast
from tests.showing import follow

pytestmark = pytest.mark.django_db
PLANTED = ("王小明", "13800001234", "鲁K12345", "302室")


@pytest.fixture
def stranger(noon: datetime, settings: Any) -> Any:
    """A browser that nobody logged in with."""
    settings.GEZHI_LIMITS = False
    cache.clear()
    with time_machine.travel(noon, tick=False):
        yield Client(HTTP_HOST="localhost", raise_request_exception=False)


def hung(cast: Cast, at: datetime, **more: Any) -> str:
    """The secret of a fresh screen."""
    return walls.make_wall(more.get("name", "大厅"), more.get("place"), actor=SYSTEM, at=at)[1]


def test_a_screen_opens_by_its_secret_alone_and_never_again_once_it_ended(
    cast: Cast, stranger: Client, noon: datetime
) -> None:
    made, secret = walls.make_wall("大厅", None, actor=SYSTEM, at=noon)
    page, now = stranger.get(f"/wall/{secret}"), stranger.get(f"/wall/{secret}/now")
    assert (page.status_code, now.status_code, now[view.MARK]) == (200, 200, "1")
    assert now.content.decode() in page.content.decode()
    assert secret not in str(vars(WallKey.objects.get()))
    for wrong in ("x", f"{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}", walls.MARK + "a" * 43):
        assert stranger.get(f"/wall/{wrong}").status_code == 404
    for _twice in range(2):
        walls.end_wall(made, actor=SYSTEM, at=noon)
    assert [stranger.get(f"/wall/{secret}{end}").status_code for end in ("", "/now")] == [404, 404]
    assert [deed.event for deed in deeds("wall", made)] == ["make_wall", "end_wall"]


def test_nothing_of_a_person_is_on_it(cast: Cast, stranger: Client, noon: datetime) -> None:
    said = "，".join(PLANTED)
    cast.lin_reports(noon - timedelta(hours=1), said, contact="13800001234", may_call=True)
    follow(noon)
    html = stranger.get(f"/wall/{hung(cast, noon)}").content.decode()
    people = [
        one.name
        for one in (cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo)
    ]
    text = re.sub(r"<[^>]+>", " ", html)
    assert [one for one in (*PLANTED, "单元") if one in html] == []
    assert [one for one in people if re.search(rf"(^|\s){one}(\s|$)", text)] == []
    assert "悦海花园" in html


def test_a_word_of_a_report_on_it_would_be_seen(
    cast: Cast, stranger: Client, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the category is shown as the reporter's words."""
    cast.lin_reports(noon - timedelta(hours=1), PLANTED[0])
    follow(noon)
    monkeypatch.setattr(view, "_said", lambda one: {"time": "", "where": "", "what": PLANTED[0]})
    assert PLANTED[0] in stranger.get(f"/wall/{hung(cast, noon)}").content.decode()


def test_ten_screens_cost_no_more_than_one(cast: Cast, stranger: Client, noon: datetime) -> None:
    secrets = [hung(cast, noon, name=f"屏{n}") for n in range(10)]
    assert stranger.get(f"/wall/{secrets[0]}/now").status_code == 200
    for secret in secrets[1:]:
        with CaptureQueriesContext(connection) as asked:
            assert stranger.get(f"/wall/{secret}/now").status_code == 200
        assert len(asked) <= 1  # whose screen it is


def test_without_what_is_kept_each_would_be_worked_out_anew(
    cast: Cast, stranger: Client, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: nothing is kept."""
    monkeypatch.setattr(view, "_kept", Recent(timedelta(), 1))
    secret = hung(cast, noon)
    stranger.get(f"/wall/{secret}/now")
    with CaptureQueriesContext(connection) as asked:
        stranger.get(f"/wall/{secret}/now")
    assert len(asked) > 5


def test_another_moment_later_it_is_fresh_and_another_ground_is_another_screen(
    cast: Cast, stranger: Client, noon: datetime
) -> None:
    here, there = hung(cast, noon), hung(cast, noon, name="韩乐坊", place=cast.town.community_b)
    assert "<b>0</b><span>件在办" in stranger.get(f"/wall/{here}/now").content.decode()
    cast.lin_reports(noon)
    with time_machine.travel(noon + timedelta(seconds=11), tick=False):
        assert "<b>1</b><span>件在办" in stranger.get(f"/wall/{here}/now").content.decode()
        elsewhere = stranger.get(f"/wall/{there}/now").content.decode()
    assert ("<b>0</b><span>件在办" in elsewhere, "韩乐坊社区" in elsewhere) == (True, True)


@pytest.mark.parametrize(("hour", "look"), [(5, "night"), (6, "day"), (17, "day"), (18, "night")])
def test_by_night_it_has_the_colours_of_the_night(
    cast: Cast, stranger: Client, noon: datetime, hour: int, look: str
) -> None:
    with time_machine.travel(noon + timedelta(hours=hour - 12), tick=False):
        assert f'data-look="{look}"' in stranger.get(f"/wall/{hung(cast, noon)}/now").content.decode()


def test_only_an_administrator_hangs_one_and_there_is_an_end_to_them(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotYours):
        walls.make_wall("大厅", None, actor=cast.zhou, at=noon)
    hung(cast, noon)
    with pytest.raises(Invalid) as refused:
        hung(cast, noon)
    assert refused.value.code == "taken"
    monkeypatch.setattr(issued, "MOST_LIVING", 1)
    with pytest.raises(Invalid) as refused:
        hung(cast, noon, name="二楼")
    assert (refused.value.field, refused.value.code) == ("wall", "too_many")


def test_another_offices_screen_is_none_here_and_no_log_holds_a_secret(cast: Cast, noon: datetime) -> None:
    other = Jurisdiction(code="371073", name="他处", host="other.example", made_at=noon)
    other.save(force_insert=True)
    with scope(other.id):
        secret = hung(cast, noon)
        assert walls.known(secret) is not None
    assert walls.known(secret) is None
    assert logs.hidden(f"GET /wall/{secret}/now 200") == "GET /wall/…/now 200"
