"""What an administrator reads before and after he changes the book: who still has a case, and what changed, in words."""

import pytest

from gezhi.cases.models import Case
from gezhi.kernel.actor import Actor
from gezhi.web.desk import book_changes
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address, text

CLOSING = "/desk/catalogue/0501/close/"
NAMES = {"zh": "门窗", "zh_hant": "門窗", "en": "Doors"}


def test_a_case_in_the_way_is_named_with_who_has_it_and_linked_only_for_who_may_read_it(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk
) -> None:
    client = desk(keeper)
    answer = client.get(CLOSING)
    html = answer.content.decode()
    assert (opened.number in html, address(opened) in html) == (True, False)
    assert client.get(address(opened)).status_code == 404
    assert "责任单位 悦海社区" in text(answer)
    assert opened.title not in html


def test_twin_linked_for_everybody_the_link_leads_nowhere(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.queries.readable", lambda found, actor: {one.id for one in found})
    assert address(opened) in desk(keeper).get(CLOSING).content.decode()


def test_the_history_says_which_field_and_what_stood_there(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    client.post(CLOSING, {"on": "2026-03-02", "reason": "并入 0502", "revision": "1"})
    page = text(client.get("/desk/catalogue/0501/"))
    assert "停用：— → 2026-03-02 并入 0502" in page
    assert ("None" in page, "closed_on" in page) == (False, False)


def test_every_kind_of_value_is_said_in_words() -> None:
    before = {
        "name": NAMES | {"zh": "门"},
        "dangerous": True,
        "make_safe_minutes": None,
        "fix_clock": "round",
    }
    after = {
        "name": NAMES,
        "dangerous": False,
        "make_safe_minutes": 60,
        "fix_clock": "working",
        "fix_basis": {"source": "office"},
        "chain": [],
    }
    assert book_changes.said(before, after) == [
        "名称：门 → 门窗",
        "有危险：是 → 否",
        "办结按什么时间算：日夜连续 → 工作时间",
        "先做什么的时限：— → 60 分钟",
    ]


def test_the_call_list_is_called_otherwise_than_the_state(cast: Cast, desk: Desk) -> None:
    page = text(desk(cast.chen).get("/desk/calls/"))
    assert page.count("电话回访") >= 2
