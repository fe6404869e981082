"""The figures of a small party for its own manager and nobody else, what there is to compare with, and what stands in no line of a table."""

from datetime import datetime

import pytest

from gezhi.cases.models import Case
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.insight.figures.reading import Asked
from gezhi.insight.figures.sight import is_managers
from gezhi.places import queries as places
from gezhi.reports.intake import Intake
from gezhi.web.desk.figures import kept
from tests import memories
from tests.cast import Cast
from tests.insight import test_figures as counted
from tests.insight.test_figures import HOUR, kept_up
from tests.web.desk.conftest import Desk
from tests.web.desk.test_figures_page import PAGE, said

NO_RATES = "不足三人的单位，不列比率"
ten = counted.ten  # a fixture


def test_its_own_manager_reads_its_rates_and_nobody_else_from_memory(
    ten: list[Case], cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sun manages the property company of two; whoever sees the whole office asks the same question. The twin keeps one piece for both."""
    own = {"party": str(cast.property), "span": "month"}
    for first, second in ((cast.sun, cast.zhou), (cast.zhou, cast.sun)):
        memories.forget()
        said_to = {one.id: said(desk(one).get(PAGE, own)) for one in (first, second)}
        assert (NO_RATES in said_to[cast.sun.id], NO_RATES in said_to[cast.zhou.id]) == (False, True)
    memories.forget()
    true_key = kept.key_of
    monkeypatch.setattr(
        kept, "key_of", lambda asked, *more: true_key(asked._replace(is_his_own=False), *more)
    )
    desk(cast.sun).get(PAGE, own)
    assert NO_RATES not in said(desk(cast.zhou).get(PAGE, own))


def test_the_manager_of_another_party_and_the_partys_workers_are_none_of_its_managers(cast: Cast) -> None:
    asked = Asked(None, "party", cast.property.hex)
    assert [is_managers(asked, one) for one in (cast.sun, cast.qian, cast.mo, cast.zhou)] == [True] + [
        False
    ] * 3
    assert not is_managers(Asked(None, "category", cast.property.hex), cast.sun)


def test_what_there_is_nothing_to_compare_with_is_not_drawn(ten: list[Case], cast: Cast, desk: Desk) -> None:
    page = said(desk(cast.zhou).get(PAGE, {"span": "month"}))
    assert ("去年同期" in page, "前一段" in page) == (False, False)


def test_what_was_received_and_stands_in_no_line_is_said(
    ten: list[Case], cast: Cast, desk: Desk, noon: datetime
) -> None:
    assert "没有定位" not in said(desk(cast.zhou).get(PAGE, {"span": "month"}))
    receive_report(
        Voice(Intake("phone", text="不知道在哪里漏水", key="nowhere-000000000001")), actor=cast.chen, at=noon
    )
    kept_up(noon + 40 * HOUR)
    page = desk(cast.zhou).get(PAGE, {"span": "month"})
    assert "另有 1 件没有定位" in said(page)
    received = page.context["beside"][0]["n"]
    assert received == sum(one["received"]["n"] for one in page.context["parts"]) + 1


def test_a_place_with_one_part_is_broken_down_into_the_parts_of_that(
    ten: list[Case], cast: Cast, desk: Desk
) -> None:
    """The office has one subdistrict: a table of one line would say what stands above it once more."""
    page = desk(cast.zhou).get(PAGE, {"span": "month"})
    names = [one["name"] for one in page.context["parts"]]
    [whole] = places.children(None)
    assert (bool(names), whole.name in names) == (True, False)
    assert page.content.decode().count('data-head="结案率"') == len(names)
