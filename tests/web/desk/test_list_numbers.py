"""The desk's list by numbers: a page that is asked for by its own, and how many cases each view has on the page of all views."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.web.desk.listing import counters, paging
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_inbox import numbers
from tests.web.desk.test_listing import keep


@pytest.mark.parametrize("asked", ["", "order=newest", "channel=qr", "q=件&order=best"])
def test_a_page_is_found_by_its_number_alone(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    for number in range(7):
        cast.lin_reports(noon - timedelta(minutes=number), text=f"第 {number} 件")
    worker.keep_books(noon)
    client, url, walked = desk(cast.chen), f"?{asked}", []
    while url:
        answer = client.get("/desk/" + url)
        walked.append(numbers(answer))
        url = answer.context["pager"]["next_url"]
    third = client.get(f"/desk/?{asked}&page=3")
    assert (numbers(third), third.context["pager"]["text"]) == (walked[2], "第 5–6 件，共 7 件")
    assert numbers(client.get("/desk/" + third.context["pager"]["previous_url"])) == walked[1]
    beyond = client.get(f"/desk/?{asked}&page=99")
    assert (numbers(beyond), "没有第 99 页，这是最后一页，第 4 页。" in text(beyond)) == (walked[3], True)
    monkeypatch.setattr("gezhi.cases.paged.MOST_PAGES", 2)
    if not asked.startswith(("channel", "q")):  # of few all are known
        far = client.get(f"/desk/?{asked}&page=3")
        assert (numbers(far), "按页码最多直接到第 2 页" in text(far)) == (walked[1], True)


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "1e3", "999999", ""])
def test_a_number_that_is_none_shows_the_first_page(cast: Cast, opened: Case, desk: Desk, page: str) -> None:
    assert numbers(desk(cast.chen).get(f"/desk/?page={page}")) == [opened.number]


def test_the_page_of_all_views_counts_each_to_a_thousand(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon, text="路灯不亮")
    worker.keep_books(noon)
    for name, query in (("全部", "view=open"), ("灯", "view=open&q=路灯"), ("没有的地方", "place=火星")):
        keep(cast, noon, name, query)
    monkeypatch.setattr(counters, "MOST_SHOWN", 1)  # the others are on the page alone
    client = desk(cast.chen)
    rows = client.get("/desk/views/").context["rows"]
    assert [(one["row"].name, one["count"]) for one in rows] == [
        ("全部", "2"),
        ("灯", "1"),
        ("没有的地方", "0"),
    ]
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", 1)
    assert [one["count"] for one in client.get("/desk/views/").context["rows"]] == ["1+", "1", "0"]
    monkeypatch.setattr(counters, "MOST_COUNTED", 2)
    assert [one["count"] for one in client.get("/desk/views/").context["rows"]] == ["1+", "1", ""]


def test_the_page_of_a_dozen_views_costs_what_the_page_of_one_costs(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    client, costs = desk(cast.chen), []
    client.get("/desk/views/")
    for name in range(12):
        keep(cast, noon, f"视图 {name}", f"view=open&q=灯{name}&place=悦海花园")
        if name in (0, 11):
            with CaptureQueriesContext(connection) as asked:
                client.get("/desk/views/")
            costs.append(len(asked))
    assert costs[0] == costs[1]
    with CaptureQueriesContext(connection) as again:
        client.get("/desk/views/")
    assert len(again) <= costs[1] - 5  # nothing has happened
