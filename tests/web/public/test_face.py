"""The public face: off until the office turns it on; then a map with its list, feeds and a table, that tell nothing of anybody."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gezhi.cases import face
from gezhi.cases.models import Case
from gezhi.cases.publicly import say
from gezhi.catalogue import queries as catalogue
from gezhi.web.public.face import feed as feeds
from gezhi.web.public.face import matters
from tests.cast import Cast, solved
from tests.web.open311.conftest import accepted, switch
from tests.web.public.facing import ATOM, WHOLE, doors, entries, table, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("face_at_one")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = "单元门玻璃碎了，已换新"


# ---- on and off ----


def test_an_office_that_has_not_turned_it_on_shows_nothing(door: Client, cast: Cast, now: datetime) -> None:
    solved(cast, now - HOUR)
    switch("public_map", 0, now)
    for url in [*doors(cast), "/open-data/"]:
        assert door.get(url).status_code == 404, url
    code = cast.town.row(cast.town.compound).code
    for url in ("/", f"/p/{code}"):
        page = text(door.get(url))
        assert "/map" not in page
        assert ".atom" not in page
    switch("public_map", 1, now)
    assert 'href="/map"' in text(door.get("/"))
    assert f'href="/feeds/{code}.atom"' in text(door.get(f"/p/{code}"))


def test_sabotage_were_the_switch_not_asked_all_would_be_seen(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch("public_map", 0, now)
    monkeypatch.setattr(face, "is_shown", lambda: True)
    assert [door.get(url).status_code for url in doors(cast)] == [200] * 5


def test_what_was_solved_stands_on_the_map_in_the_list_the_feed_and_the_table(
    door: Client, cast: Cast, now: datetime
) -> None:
    case = solved(cast, now - HOUR)
    say(case.id, SAID, actor=cast.chen, at=now)
    building = cast.town.row(cast.town.building)
    what = catalogue.by_code("0501").plain_label("zh-hans")
    page = text(door.get("/map"))
    for part in (what, SAID, building.full_name, "3月2日</time>", "办好了"):
        assert part in page, part
    (sign,) = door.get(f"/map/points?{WHOLE}").json()["signs"]
    assert sign[2:4] == [[1, 0], 1]
    (entry,) = entries(door, building.code)
    assert SAID in entry.findtext(f"{ATOM}summary")
    assert entry.findtext(f"{ATOM}updated") == "2026-03-02T00:00:00+08:00"
    (row,) = table(door)
    assert row == table(door, "?month=2026-03")[0]
    assert row | {"id": "", "category": "", "family": ""} == {
        "id": "",
        "step": "solved",
        "category_code": "0501",
        "category": "",
        "family": "",
        "place_code": building.code,
        "place": building.full_name,
        "received_on": "2026-03-02",
        "solved_on": "2026-03-02",
        "days": "0",
        "words": SAID,
    }


def test_what_is_being_solved_is_seen_only_where_the_office_says_so(
    door: Client, cast: Cast, now: datetime
) -> None:
    accepted(cast, now - HOUR)
    cast.lin_reports(now - HOUR)  # nobody has looked at it
    assert table(door) == []
    switch("public_map_open", 1, now)
    (row,) = table(door)
    assert (row["step"], row["solved_on"], row["days"]) == ("open", "", "")
    assert "正在办" in text(door.get("/map"))
    (sign,) = door.get(f"/map/points?{WHOLE}").json()["signs"]
    assert sign[2] == [0, 1]


def test_what_was_solved_more_than_a_year_ago_is_in_its_month_only(
    door: Client, cast: Cast, now: datetime
) -> None:
    case = solved(cast, now - HOUR)
    Case.objects.filter(id=case.id).update(closed_at=now - 400 * DAY, received_at=now - 401 * DAY)
    assert table(door) == []
    month = f"{timezone.localtime(now - 400 * DAY):%Y-%m}"
    assert len(table(door, f"?month={month}")) == 1
    assert [door.get(f"/open-data/cases.csv?month={bad}").status_code for bad in ("x", "2027-01")] == [
        422,
        422,
    ]


@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("place=悦海花园", 1),
        ("place=韩乐坊社区", 0),
        ("place=没有这个地方", 1),
        ("family=05", 1),
        ("family=04", 0),
        ("family=x", 1),
        ("month=2026-03", 1),
        ("month=2026-02", 0),
        ("month=x&page=99", 1),
        ("page=²", 1),
    ],
)
def test_the_filters_hold_in_the_list_and_on_the_map(
    query: str, many: int, door: Client, cast: Cast, now: datetime
) -> None:
    solved(cast, now - HOUR)
    assert f"共 {many} 件" in text(door.get(f"/map?{query}"))
    signs = door.get(f"/map/points?{WHOLE}&{query}").json()["signs"]
    assert sum(sum(one[2]) for one in signs) == many


def test_a_view_that_is_none_is_refused(door: Client) -> None:
    assert door.get("/map/points?bbox=x&zoom=1").status_code == 422


# ---- feeds ----


def test_a_feed_says_when_nothing_is_new(door: Client, cast: Cast, now: datetime) -> None:
    solved(cast, now - HOUR)
    url = f"/feeds/{cast.town.row(cast.town.compound).code}.atom"
    first = door.get(url)
    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert door.get(url, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    # today's day alone answers nobody: there may be more since
    assert door.get(url, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 200
    with time_machine.travel(now + DAY, tick=False):
        assert door.get(url)["ETag"] == first["ETag"]
        assert door.get(url, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 304
        solved(cast, now + DAY)
        face._kept.clear()
        assert door.get(url, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_twin_with_the_moment_of_the_look_in_it_a_feed_would_always_be_new(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/feeds/{cast.town.row(cast.town.compound).code}.atom"
    etag = door.get(url)["ETag"]
    with time_machine.travel(now + DAY, tick=False):
        assert door.get(url)["ETag"] == etag
        monkeypatch.setattr(feeds.Feed, "latest_post_date", lambda _feed: now + DAY)
        assert door.get(url)["ETag"] != etag


def test_an_entry_keeps_its_id_and_the_next_step_has_another(door: Client, cast: Cast, now: datetime) -> None:
    switch("public_map_open", 1, now)
    case = accepted(cast, now - HOUR)
    code = cast.town.row(cast.town.compound).code
    first, again = (entries(door, code)[0].findtext(f"{ATOM}id") for _ in range(2))
    assert first == again
    assert UUID(first.removeprefix("urn:uuid:"))
    changed = {"state": "closed", "ending": "solved", "closed_at": now, "confirmed_at": now}
    Case.objects.filter(id=case.id).update(**changed)
    (entry,) = entries(door, code)
    assert entry.findtext(f"{ATOM}id") != first


def test_a_feed_of_a_place_that_is_not_there_and_of_a_stairwell(
    door: Client, cast: Cast, now: datetime
) -> None:
    solved(cast, now - HOUR)
    assert door.get("/feeds/nothing.atom").status_code == 404
    assert len(entries(door, cast.town.row(cast.town.stairwell).code)) == 1  # its building's


# ---- what it costs ----


def costs(door: Client, cast: Cast) -> list[int]:
    face._kept.clear()
    found = []
    for url in doors(cast):
        with CaptureQueriesContext(connection) as asked:
            text(door.get(url))
        found.append(len(asked))
    return found


def test_one_case_costs_as_much_as_thirty(door: Client, cast: Cast, now: datetime) -> None:
    solved(cast, now - HOUR)
    costs(door, cast)  # what a process asks once
    one = costs(door, cast)
    case = Case.objects.get()
    for n in range(29):
        case.pk, case.number = UUID(int=n + 1), f"{case.number[:-7]}{n + 100:07d}"
        case.save(force_insert=True)
    assert costs(door, cast) == one
    assert len(table(door)) == 30
    assert max(one) <= 20, one


def test_the_second_who_looks_within_half_a_minute_reads_no_case(
    door: Client, cast: Cast, now: datetime
) -> None:
    door.get("/map")
    with CaptureQueriesContext(connection) as asked:
        door.get(f"/map/points?{WHOLE}")
    assert not [one for one in asked if "cases_case" in one["sql"]]
    with time_machine.travel(now + face.FRESH, tick=False), CaptureQueriesContext(connection) as asked:
        door.get(f"/map/points?{WHOLE}")
    assert [one for one in asked if "cases_case" in one["sql"]]


def test_every_door_of_it_is_linked(door: Client, cast: Cast, now: datetime) -> None:
    solved(cast, now - HOUR)
    page = text(door.get(f"/map?place={cast.town.row(cast.town.compound).code}"))
    for url in ("/open-data/", f"/feeds/{cast.town.row(cast.town.compound).code}.atom"):
        assert f'href="{url}"' in page
    about = text(door.get("/open-data/"))
    assert 'href="/open-data/cases.csv"' in about
    assert "creativecommons" not in about
    switch("open_data_licence", 1, now)
    assert "CC BY 4.0" in text(door.get("/open-data/"))


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    today = date(2026, 3, 2)
    assert (matters.day(date(2026, 2, 9), today), matters.day(date(2025, 11, 24), today)) == (
        "2月9日",
        "2025年11月24日",
    )


def test_a_feed_says_what_it_is_for_and_its_whole_address_can_be_copied(door: Client, cast: Cast) -> None:
    code = cast.town.row(cast.town.compound).code
    for url in (f"/map?place={code}", f"/p/{code}"):
        page = text(door.get(url))
        assert "阅读器" in page
        assert f'data-copy="http://localhost/feeds/{code}.atom"' in page


def test_the_legend_has_no_figures_and_the_map_says_how_many_it_shows_of_all(
    door: Client, cast: Cast, now: datetime
) -> None:
    solved(cast, now - HOUR)
    page = text(door.get("/map"))
    legend = page[page.index("map-key") :]
    assert not any(sign.isdigit() for sign in legend[legend.index(">") : legend.index("</ul>")])
    assert ("data-map-sum" in page, "find_spots" in page) == (True, False)
    assert "这一块地图上 {n} 件，共 {all} 件" in page
