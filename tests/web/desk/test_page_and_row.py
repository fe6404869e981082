"""Which page of a list is shown is told by the row it goes on from, not by a number in the address."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from gezhi.config import worker
from gezhi.web.desk.listing import paging
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.test_inbox import numbers


def _second_page(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> tuple[Client, str]:
    """Seven cases on pages of two; the address of the second page."""
    monkeypatch.setattr(paging, "PAGE", 2)
    for number in range(7):
        cast.lin_reports(noon - timedelta(minutes=number), text=f"第 {number} 件")
    worker.keep_books(noon)
    client = desk(cast.chen)
    return client, client.get("/desk/?view=open&q=件").context["pager"]["next_url"]


def _span(client: Client, address: str) -> str:
    return str(client.get(f"/desk/{address}").context["pager"]["text"])


@pytest.mark.parametrize("counted", [1000, 1])
def test_a_page_number_beside_a_row_is_not_believed(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", counted)  # few, and more than are counted
    client, second = _second_page(cast, desk, noon, monkeypatch)
    said = _span(client, second)
    assert (second.count("page=2"), said.startswith("第 3–4 件，共 ")) == (1, True)
    assert _span(client, second.replace("page=2", "page=99999")) == said
    assert _span(client, second.replace("page=2", "page=1")) == said


def test_twin_were_it_believed_a_span_would_be_said_that_is_nowhere(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", 1)
    client, second = _second_page(cast, desk, noon, monkeypatch)
    start = paging._start
    monkeypatch.setattr(paging, "_start", lambda request: (start(request)[0], paging._number(request)))
    assert _span(client, second.replace("page=2", "page=99999")).startswith("第 199997–")


def test_a_row_that_does_not_say_its_page_shows_what_is_behind_it_without_a_span(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, second = _second_page(cast, desk, noon, monkeypatch)
    old = re.sub(r"(after=[0-9]+\.[0-9]+\.[0-9a-f]{32})\.2", r"\1", second)
    assert old != second
    answer = client.get(f"/desk/{old}")
    assert numbers(answer) == numbers(client.get(f"/desk/{second}"))
    pager = answer.context["pager"]
    assert pager["text"] == "共 7 件"
    assert numbers(client.get(f"/desk/{pager['previous_url']}")) == numbers(
        client.get("/desk/?view=open&q=件")
    )
