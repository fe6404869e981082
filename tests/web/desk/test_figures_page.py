"""The figures page: a place with its own past, a click that opens what a number counts, who may look, and what a program reads."""

import gzip
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.insight.figures import exclusions
from gezhi.insight.models import Exclusion, Mark
from gezhi.insight.rollups.anew import count_anew
from gezhi.kernel.actor import Actor
from gezhi.parties import tokens
from gezhi.parties.tokens import Scope
from gezhi.web.desk.figures import kept
from tests import memories
from tests.cast import Cast
from tests.insight import test_figures as counted
from tests.insight.test_figures import HOUR, kept_up
from tests.web.desk.conftest import Desk, text

PAGE = "/desk/figures/"
CASES = "/desk/figures/cases/"
ten = counted.ten  # a fixture


def said(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return text(answer)


def test_the_page_says_what_is_counted_how_far_and_by_which_definition(
    ten: list[Case],
    cast: Cast,
    desk: Desk,
) -> None:
    page = said(desk(cast.zhou).get(PAGE, {"span": "month"}))
    position = Mark.objects.get().position
    for words in (
        f"算到日志第 {position} 条",
        "响应率",
        "收到后24小时内受理的案件",
        "不足10件，不列比率",
        "网格内办结率",
        "另计",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    "name", ["received", "ours", "solved", "satisfied", "on_time", "duplicate", "came_back"]
)
def test_each_number_opens_its_cases(name: str, ten: list[Case], cast: Cast, desk: Desk) -> None:
    client = desk(cast.zhou)
    html = client.get(PAGE, {"span": "month"}).content.decode()
    link = re.search(rf'href="({CASES}\?[^"]*count={name}(?:&[^"]*)?)"[^>]*>([^<]*)(?:<b>)?(\d+)', html)
    assert link is not None
    page = client.get(unquote(link[1].replace("&amp;", "&")))
    assert page.status_code == 200
    assert page.content.decode().count("row-link") == int(link[3]) > 0


def test_a_list_that_moved_on_says_so(ten: list[Case], cast: Cast, desk: Desk) -> None:
    Mark.objects.update(position=1)
    assert "台账已经前进到第" in said(desk(cast.zhou).get(CASES, {"count": "received"}))


def test_page_after_page_no_case_twice(
    ten: list[Case],
    cast: Cast,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gezhi.web.desk.figures.cases.PAGE", 4)
    client, url, seen = desk(cast.zhou), f"{CASES}?count=received", []
    while url:
        html = client.get(url).content.decode()
        seen += re.findall(r'row-link" href="/desk/cases/([^/]+)/', html)
        more = re.search(r'href="(\?[^"]*)" rel="next"', html)
        url = CASES + more[1].replace("&amp;", "&") if more else ""
    assert (len(seen), len(set(seen))) == (10, 10)


def test_whose_figures_one_sees(ten: list[Case], cast: Cast, desk: Desk) -> None:
    other = cast.town.row(cast.town.community_b).code
    assert "悦海社区" in said(desk(cast.chen).get(PAGE))
    assert desk(cast.chen).get(PAGE, {"place": other}).status_code == 403
    assert desk(cast.chen).get(CASES, {"place": other, "count": "ours"}).status_code == 403
    assert "长峰物业" in said(desk(cast.sun).get(PAGE))
    assert desk(cast.sun).get(PAGE, {"place": cast.town.row(cast.town.compound).code}).status_code == 403


def test_a_party_of_fewer_than_three_people_has_no_rates(
    ten: list[Case],
    cast: Cast,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The property company has two: Sun and Qian. The twin counts them as three."""
    own = {"party": str(cast.property), "span": "month"}
    assert "不足三人的单位，不列比率" in said(desk(cast.zhou).get(PAGE, own))
    assert "不足三人" in said(desk(cast.zhou).get(PAGE, {"by": "party"}))
    monkeypatch.setattr("gezhi.insight.figures.sheet.FEW_PEOPLE", 2)
    memories.forget()
    assert "不足三人的单位，不列比率" not in said(desk(cast.zhou).get(PAGE, own))


def rates(client: Any, asked: dict[str, str]) -> set[str]:
    """What the table of parts says of rates and medians."""
    parts = client.get(PAGE, {"span": "month", **asked}).context["parts"]
    assert parts
    return {one["text"] for part in parts for one in part["rates"]} | {part["median"] for part in parts}


@pytest.mark.parametrize("by", ["", "place", "party"])
def test_nor_has_it_any_in_the_table_below(
    by: str, ten: list[Case], cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.catalogue.queries.rule", lambda name: 1)
    client, asked = desk(cast.zhou), {"party": str(cast.property), "by": by}
    assert rates(client, asked) == {""}
    monkeypatch.setattr("gezhi.insight.figures.sheet.FEW_PEOPLE", 2)
    memories.forget()
    assert rates(client, asked) != {""}


def test_of_parties_where_nobody_has_a_post_no_table_has_rates(
    ten: list[Case], cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.catalogue.queries.rule", lambda name: 1)
    monkeypatch.setattr("gezhi.parties.queries.headcounts", lambda at: {})
    assert rates(desk(cast.zhou), {"by": "party"}) == {""}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"place": "没有这个地方"}, "没有找到这个位置"),
        ({"from": "2026-13"}, "月份看不懂"),
        ({"from": "2026-03", "to": "2026-01"}, "先后颠倒"),
        ({"from": "2010-01", "to": "2026-01"}, "超过36个月"),
        ({"party": "nobody"}, "没有这个单位"),
        ({"category": "9999"}, "没有这个类别"),
        ({"channel": "pigeon"}, "没有这个来源"),
        ({"party": "x", "category": "0501"}, "同时选了"),
        ({"span": "century"}, "没有看懂"),
    ],
)
def test_what_cannot_be_read_is_said_above_the_figures(
    asked: dict[str, str], words: str, cast: Cast, desk: Desk
) -> None:
    page = said(desk(cast.zhou).get(PAGE, asked))
    assert words in page
    assert "结案率" in page


def test_the_page_costs_the_same_queries_for_one_case_and_for_thirty(
    cast: Cast,
    desk: Desk,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    """With a past to compare with, so that hot spots are looked for: of places with five cases their names and months, in two queries."""
    monkeypatch.setattr("gezhi.insight.figures.reading.first_month", lambda edition: 202510)
    client, ways = desk(cast.zhou), ("place", "party", "category", "channel")
    counts: dict[str, list[int]] = {by: [] for by in ways}
    for more in (1, 4, 25):
        for _ in range(more):
            cast.lin_reports(noon)
        kept_up(noon)
        for by in ways:
            client.get(PAGE, {"by": by})
            memories.forget()
            with django_assert_max_num_queries(40) as asked:
                client.get(PAGE, {"by": by})
            counts[by].append(len(asked))
    assert all(one + 2 == five == thirty <= 34 for one, five, thirty in counts.values()), counts


def test_figures_are_worked_out_once_for_the_position_that_they_cover(
    ten: list[Case], cast: Cast, desk: Desk, noon: datetime, django_assert_max_num_queries: Any
) -> None:
    client = desk(cast.zhou)
    first = said(client.get(PAGE))
    with django_assert_max_num_queries(40) as asked:
        again = said(client.get(PAGE))
    assert (len(asked) <= 14, again) == (True, first)
    cast.lin_reports(noon)
    kept_up(noon)
    assert said(client.get(PAGE)) != first  # the roll-ups went on


def test_what_was_worked_out_for_one_question_answers_no_other(
    ten: list[Case], cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin takes every question for the same."""
    zhou = desk(cast.zhou)
    whole, own = said(zhou.get(PAGE)), {"party": str(cast.property), "span": "month"}
    assert "不足三人的单位，不列比率" in said(zhou.get(PAGE, own))
    assert "不足三人的单位，不列比率" not in whole.split("经复核剔除")[0]
    memories.forget()
    monkeypatch.setattr(kept, "key_of", lambda *_: "the same")
    zhou.get(PAGE)
    assert "不足三人的单位，不列比率" not in said(zhou.get(PAGE, own)).split("经复核剔除")[0]


def test_the_first_load_is_small(ten: list[Case], cast: Cast, desk: Desk) -> None:
    html = desk(cast.zhou).get(PAGE).content
    assert len(gzip.compress(html)) < 40_000


def test_an_exclusion_is_asked_for_by_one_and_reviewed_by_another(
    ten: list[Case],
    cast: Cast,
    desk: Desk,
    noon: datetime,
) -> None:
    form = {"number": ten[0].number, "reason": "系统演练"}
    chen, zhou = desk(cast.chen), desk(cast.zhou)
    empty = chen.post("/desk/figures/exclusions/", form | {"reason": ""})
    assert (empty.status_code, ten[0].number in empty.content.decode()) == (422, True)
    assert chen.post("/desk/figures/exclusions/", form).status_code == 302
    row = Exclusion.objects.get()
    assert "系统演练" in said(zhou.get(PAGE))
    url = f"/desk/figures/exclusions/{row.id}/"
    assert chen.post(url, {"answer": "yes"}).status_code == 403
    assert zhou.post(url, {"answer": "perhaps"}).status_code == 422
    assert zhou.post(url, {"answer": "yes"}).status_code == 302
    kept_up(noon + 40 * HOUR)
    assert "已剔除" in said(zhou.get(PAGE))
    assert exclusions.Exclusion.objects.get().state == Exclusion.GRANTED


EXCLUSIONS = "/desk/figures/exclusions/"


@pytest.mark.parametrize("cut", [0, 7, 12, 15])
def test_a_case_is_named_as_the_lists_name_it_or_by_its_last_digits(
    cut: int, cast: Cast, desk: Desk, noon: datetime
) -> None:
    case = cast.lin_reports(noon)
    form = {"number": f" {case.number[cut:]} ", "reason": "系统演练"}
    assert desk(cast.chen).post(EXCLUSIONS, form).status_code == 302
    assert Exclusion.objects.get().case_id == case.id


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "请填写案件编号"),
        ("1", "没有找到"),
        ("2026-9999999", "没有找到"),
        ("abc", "没有找到"),
        ("٣٣٣", "没有找到"),
        ("x" * 90, "没有找到"),
        ("%00\x00", "没有找到"),
    ],
)
def test_a_number_that_names_none_is_said_beside_its_field_and_nothing_typed_is_lost(
    typed: str, why: str, reported: Case, cast: Cast, desk: Desk
) -> None:
    answer = desk(cast.chen).post(EXCLUSIONS, {"number": typed, "reason": "系统演练，请剔除"})
    page = answer.content.decode()
    assert (answer.status_code, why in text(answer), "系统演练，请剔除" in page) == (422, True, True)
    assert ('id="id_number_error"' in page, Exclusion.objects.count()) == (True, 0)


def test_a_running_number_goes_before_those_that_only_end_so_and_several_are_asked_about(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    cases = [cast.lin_reports(noon, text=f"楼道门玻璃碎了 {number}") for number in range(3)]
    for case, running in zip(cases, ("0000777", "0001777", "0002777"), strict=True):
        Case.objects.filter(id=case.id).update(number=f"371072-2026-{running}")
    clerk = desk(cast.chen)
    several = clerk.post(EXCLUSIONS, {"number": "1-777", "reason": "演练"})
    assert several.status_code == 422
    assert clerk.post(EXCLUSIONS, {"number": "777", "reason": "演练"}).status_code == 302
    assert Exclusion.objects.get().case_id == cases[0].id
    Case.objects.filter(id=cases[0].id).update(number="371072-2026-0009777")
    several = clerk.post(EXCLUSIONS, {"number": "777", "reason": "演练"})
    assert (several.status_code, "不止一件" in text(several)) == (422, True)


def test_what_he_may_not_see_is_named_as_little_as_what_is_not_there(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case = cast.lin_reports(noon)
    seen = desk(cast.gao).post(EXCLUSIONS, {"number": case.number, "reason": "演练"})
    assert seen.status_code in {403, 422}
    assert Exclusion.objects.count() == 0


def test_a_program_reads_the_same(ten: list[Case], cast: Cast, desk: Desk, noon: datetime) -> None:
    answer = read(cast.zhou, desk, noon, first="2026-03", last="2026-03")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["position"], body["counts"]["ours"], body["least"]) == (Mark.objects.get().position, 8, 10)
    closed = next(one for one in body["rates"] if one["name"] == "closed")
    assert (closed["over"], closed["n"], closed["value"]) == (6, 8, None)
    assert body["times"][0]["n"] == 5


def test_what_a_program_asks_wrongly_is_refused(cast: Cast, desk: Desk, noon: datetime) -> None:
    assert read(cast.zhou, desk, noon, first="03/2026").status_code == 422
    assert read(cast.zhou, desk, noon, place="371072-99999").status_code == 422
    assert read(cast.mo, desk, noon).status_code == 200  # of his own party
    assert read(cast.chen, desk, noon, place=cast.town.row(cast.town.community_b).code).status_code == 403


def read(actor: Actor, desk: Desk, noon: datetime, **asked: str) -> Any:
    _id, secret = tokens.make_token(
        "figures", {Scope.CASES_READ}, expires_at=noon + 99 * HOUR, actor=actor, at=noon
    )
    client = desk(actor)
    client.logout()
    return client.get("/api/v1/figures", asked, headers={"Authorization": f"Bearer {secret}"})


def six_dark_lamps(cast: Cast, noon: datetime) -> None:
    """More in one month than ever before."""
    for row in range(6):
        cast.lin_reports(noon, f"路灯不亮 {row}")
    kept_up(noon)


def test_hot_spots_are_said_with_their_past(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    six_dark_lamps(cast, noon)
    assert "没有比自己的过去明显多的" in said(desk(cast.zhou).get(PAGE))  # no past yet
    monkeypatch.setattr("gezhi.insight.figures.reading.first_month", lambda edition: 202510)
    memories.forget()
    page = said(desk(cast.zhou).get(PAGE))
    assert "6 件；以前平均每月 0.0 件，照往常最多 0 件" in page


def test_hot_spots_are_looked_for_in_every_compound_and_category_and_open_into_their_cases(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    six_dark_lamps(cast, noon)
    monkeypatch.setattr("gezhi.insight.figures.reading.first_month", lambda edition: 202510)
    client = desk(cast.zhou)
    hot = client.get(PAGE).context["hot"]
    compound, leaf = cast.town.row(cast.town.compound), catalogue.by_code("0501")
    names = {one["name"] for one in hot["rows"]}
    assert {compound.full_name, leaf.label("zh-hans")} <= names
    above = cast.town.row(cast.town.community_a)
    assert above.full_name not in names  # the same surge once
    (line,) = [one for one in hot["rows"] if one["name"] == compound.full_name]
    assert line["above"].startswith(above.name)
    assert f"也使{line['above']}高于以往" in said(client.get(PAGE))
    assert (hot["places"], hot["categories"]) == (6, len(catalogue.tops()) + len(catalogue.leaves()))
    for one in hot["rows"]:
        assert (one["n"], client.get(one["url"]).context["found"]) == (6, "6")
    said_so = f"看了 6 个下级位置（到小区）和 {hot['categories']} 个类别，每一处碰巧超过界限的机会不到 {hot['share']}"
    assert said_so in said(client.get(PAGE))


def test_counted_anew_the_page_says_the_same(ten: list[Case], cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.zhou)
    before = json.dumps(client.get(PAGE).context["beside"], default=str)
    count_anew(at=noon)
    assert json.dumps(client.get(PAGE).context["beside"], default=str) == before
