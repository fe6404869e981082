"""The list of cases: what is most urgent, filtered, in as many queries for one row as for many."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.kernel.actor import SYSTEM
from gezhi.web import standing
from gezhi.web.desk import lines, tallies
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text


def numbers(answer: Any) -> list[str]:
    return re.findall(r'class="keep cell-number muted" title="([^"]+)"', answer.content.decode())


def counts(answer: Any) -> dict[str, int | None]:
    return {str(view["url"]).removeprefix("?view="): view["count"] for view in answer.context["views"]}


def test_the_views_count_what_they_show(
    cast: Cast, reported: Case, to_check: Case, desk: Desk, noon: datetime
) -> None:
    other = cast.lin_reports(noon, text="路灯不亮")
    answer = desk(cast.zhou).get("/desk/")
    found = counts(answer)
    assert (found["open"], found["reported"], found["to_check"], found["opened"]) == (2, 1, 1, 0)
    assert numbers(desk(cast.zhou).get("/desk/?view=to_check")) == [to_check.number]
    assert numbers(desk(cast.zhou).get("/desk/?view=reported")) == [other.number]


def test_a_returned_case_is_not_among_the_fresh_ones(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    moves = (
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("return", reason="市政管线")),
    )
    walk(opened, *moves, at=noon)
    client = desk(cast.chen)
    assert numbers(client.get("/desk/?view=opened")) == []
    assert numbers(client.get("/desk/?view=returned")) == [opened.number]


def test_filters_combine(cast: Cast, reported: Case, desk: Desk, noon: datetime) -> None:
    cast.lin_reports(noon, text="路灯不亮", place=cast.town.street_b)
    client = desk(cast.zhou)
    assert numbers(client.get("/desk/?q=玻璃")) == [reported.number]
    assert numbers(client.get("/desk/?q=玻璃&place=yhhy&channel=qr&category=05")) == [reported.number]
    assert numbers(client.get("/desk/?q=玻璃&place=中街")) == []
    assert "没有叫这个名字的位置" in text(client.get("/desk/?place=火星"))


def test_the_most_urgent_stands_first(cast: Cast, desk: Desk, noon: datetime) -> None:
    late = cast.lin_reports(noon - timedelta(days=9), text="早就报了")
    fresh = cast.lin_reports(noon, text="刚报的")
    answer = desk(cast.zhou).get("/desk/")
    assert numbers(answer) == [late.number, fresh.number]
    assert re.findall(r"clock clock-(\w+)", answer.content.decode()) == ["overdue", "in_time"]


def test_a_worker_of_another_grid_sees_an_empty_list(cast: Cast, reported: Case, desk: Desk) -> None:
    answer = desk(cast.mo).get("/desk/")
    assert numbers(answer) == []
    assert "这里现在没有案件" in text(answer)


def test_a_whole_number_leads_straight_to_its_case(cast: Cast, reported: Case, desk: Desk) -> None:
    answer = desk(cast.chen).get("/desk/", {"q": reported.number.replace("-", " ")})
    assert answer["Location"] == f"/desk/cases/{reported.number}/"
    assert (
        desk(cast.mo).get("/desk/", {"q": reported.number}).status_code == 200
    )  # a stranger is told nothing


@pytest.mark.parametrize(
    "address",
    ["/desk/?page=0", "/desk/?page=99999999999", "/desk/?party=x&category=zz&clock=y", "/desk/?view=nowhere"],
)
def test_nonsense_in_the_address_shows_a_list(cast: Cast, reported: Case, desk: Desk, address: str) -> None:
    assert desk(cast.chen).get(address).status_code == 200


def test_the_list_costs_the_same_for_one_and_for_thirty(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.zhou)
    client.get("/desk/")  # what is kept per process is read
    tallies._kept.clear()
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/")
    for number in range(29):
        walk(cast.lin_reports(noon, text=f"第 {number} 件"), (cast.chen, Move("accept")), at=noon)
    tallies._kept.clear()
    with CaptureQueriesContext(connection) as thirty:
        answer = client.get("/desk/")
    assert len(numbers(answer)) == 30
    assert len(thirty) == len(one)


def counting(client: Any) -> int:
    """How many of the statements of a page of the list count cases."""
    with CaptureQueriesContext(connection) as asked:
        client.get("/desk/")
    return sum(one["sql"].startswith('SELECT COUNT("cases_case"') for one in asked)


def test_while_nothing_happens_the_views_are_not_counted_again(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.zhou)
    assert [counting(client), counting(client)] == [1, 0]


def test_a_deed_is_counted_on_the_next_page(cast: Cast, opened: Case, desk: Desk, noon: datetime) -> None:
    assert counts(desk(cast.zhou).get("/desk/"))["reported"] == 0
    cast.lin_reports(noon, text="路灯不亮")
    assert counts(desk(cast.zhou).get("/desk/"))["reported"] == 1


def test_twin_without_the_length_of_the_journal_the_deed_would_be_missing(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing.journal, "length", lambda: 7)
    assert counts(desk(cast.zhou).get("/desk/"))["reported"] == 0
    cast.lin_reports(noon, text="路灯不亮")
    assert counts(desk(cast.zhou).get("/desk/"))["reported"] == 0


def test_a_deadline_that_passes_without_a_deed_is_counted_seconds_later(
    cast: Cast, opened: Case, noon: datetime
) -> None:
    def overdue(at: datetime) -> int:
        return tallies.tallies(cast.zhou, at=at, soon=at).counts["overdue"]

    due = opened.due_at
    assert due is not None
    assert [overdue(due - timedelta(seconds=1)), overdue(due + standing.STILL)] == [0, 1]


def test_while_one_counts_anew_the_others_take_what_stands(
    cast: Cast, opened: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = noon + standing.STILL
    stands = tallies.tallies(cast.zhou, at=noon, soon=noon)
    count = tallies.lists.tallies
    counted: list[tallies.Tally | None] = []

    def meanwhile(*asked: Any, **more: Any) -> dict[str, int]:
        counted.append(tallies.tallies(cast.zhou, at=later, soon=later) if not counted else None)
        return count(*asked, **more)

    monkeypatch.setattr(tallies.lists, "tallies", meanwhile)
    tallies.tallies(cast.zhou, at=later, soon=later)
    assert counted == [stands]


def test_the_next_page_goes_on_where_the_first_ends(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.desk.listing.paging.PAGE", 2)
    for number in range(3):
        cast.lin_reports(noon, text=f"第 {number} 件")
    client = desk(cast.zhou)
    first = client.get("/desk/")
    second = client.get("/desk/" + first.context["pager"]["next_url"])
    assert (len(numbers(first)), len(numbers(second))) == (2, 1)
    assert len(set(numbers(first) + numbers(second))) == 3
    assert first.context["pager"]["text"] == "第 1–2 件，共 3 件"


NASTY = '<script>alert("1")</script> {url} & %s'


def test_what_somebody_wrote_stands_in_the_list_as_he_wrote_it(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    cast.lin_reports(noon, text=NASTY)
    page = desk(cast.zhou).get("/desk/").content.decode()
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; {url} &amp; %s" in page
    assert "<script>alert" not in page


def test_twin_without_escaping_his_words_are_markup(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "escape", lambda words: words)
    cast.lin_reports(noon, text=NASTY)
    assert "<script>alert" in desk(cast.zhou).get("/desk/").content.decode()


def overdue_up_to_zhou(cast: Cast, at: datetime) -> Case:
    """A case at the end of its ladder."""
    end = Move("escalate", party=cast.office_desk, outcome="end", person=cast.zhou.id)
    return walk(cast.lin_reports(at, text="没人管"), (SYSTEM, end), at=at)


def test_the_officer_at_the_end_of_the_ladder_is_told_on_his_own_list(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    case = overdue_up_to_zhou(cast, noon)
    client = desk(cast.zhou)
    first = client.get("/desk/").context["views"][0]
    assert (first["url"], first["count"], first["overdue"]) == ("?view=to_me", 1, True)
    assert numbers(client.get("/desk/?view=to_me")) == [case.number]
    assert "to_me" not in counts(desk(cast.chen).get("/desk/"))
    assert numbers(desk(cast.chen).get("/desk/?view=to_me")) == []


def test_the_page_of_the_case_names_him(cast: Cast, desk: Desk, noon: datetime) -> None:
    case = overdue_up_to_zhou(cast, noon)
    page = text(desk(cast.chen).get(f"/desk/cases/{case.number}/"))
    assert ("督办：皇冠街道办事处 · 周" in page, "超时，已督办到负责人" in page) == (True, True)
    assert "转到：皇冠街道办事处 · 周" in page
    assert "皇冠街道办事处 · 周" in text(desk(cast.wei).get(f"/my/cases/{case.number}/"))


def test_who_works_for_one_party_begins_with_its_cases_and_may_see_the_others(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    ours = walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    others = cast.lin_reports(noon, text="社区自己还没受理")
    sun = desk(cast.sun)
    assert numbers(sun.get("/desk/")) == [ours.number]
    assert "现在只看长峰物业的案件。" in text(sun.get("/desk/"))
    assert sorted(numbers(sun.get("/desk/?party=all"))) == sorted([ours.number, others.number])
    assert sorted(numbers(sun.get("/desk/?party="))) == sorted([ours.number, others.number])
    assert "现在只看" not in text(desk(cast.chen).get("/desk/")) + text(desk(cast.wei).get("/desk/"))


def test_what_was_looked_for_is_marked_where_it_stands(cast: Cast, desk: Desk, noon: datetime) -> None:
    long = "我是三楼的住户，" * 12 + "车库<b>積水</b>了"
    cast.lin_reports(noon, long)
    worker.keep_books(noon)
    page = desk(cast.chen).get("/desk/", {"q": "积水"}).content.decode()
    assert "车库&lt;b&gt;<mark>積水</mark>" in page  # as he wrote it
    page = desk(cast.chen).get("/desk/", {"q": "三楼"}).content.decode()
    assert "我是<mark>三楼</mark>的住户" in page
