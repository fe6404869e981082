"""新到 on the screen: the figure, the list, reading one and all; mailboxes on the party's page; receivers and their secret."""

import re
from datetime import datetime
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.notices import queries, receivers
from gezhi.notices.events import TYPES
from gezhi.notices.models import Notice
from gezhi.parties.mailboxes import add_mailbox, mailboxes
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text

BOX = "changfeng@example.cn"
NEW = {"name": "区城管平台", "url": "https://platform.example.cn/hook", "events": ["case.closed"]}


@pytest.fixture
def dispatched(cast: Cast, opened: Case, noon: datetime) -> Case:
    case = walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    worker.keep_books(noon)
    return case


def figure(client: Any, path: str = "/desk/") -> str:
    """What stands beside the bell."""
    found = re.search(
        r"新到</span>\s*(?:<span class=\"count\">(\d+)</span>)?", client.get(path).content.decode()
    )
    assert found, "no bell"
    return found.group(1) or ""


def test_the_figure_stands_in_rail_and_pocket_and_goes_when_all_is_read(
    cast: Cast, desk: Desk, dispatched: Case
) -> None:
    sun = desk(cast.sun)
    assert (figure(sun), figure(sun, "/my/")) == ("1", "1")
    assert sun.post("/my/notices/read/").url == "/my/notices/"
    assert (figure(sun), figure(sun, "/my/")) == ("", "")
    assert figure(desk(cast.gao)) == ""


@pytest.mark.parametrize(
    ("face", "case_at"), [("/desk/", "/desk/cases/"), ("/my/", "/my/cases/")], ids=["desk", "pocket"]
)
def test_a_notice_opens_its_case_and_is_read(
    face: str, case_at: str, cast: Cast, desk: Desk, dispatched: Case
) -> None:
    sun, one = desk(cast.sun), Notice.objects.get(news="dispatched")
    said = text(sun.get(f"{face}notices/"))
    assert "新派来的事" in said
    assert not [word for word in ("玻璃碎了", "13800001234") if word in said]
    assert sun.post(f"{face}notices/{one.id}/").url == f"{case_at}{dispatched.number}/"
    assert queries.count(cast.sun) == 0
    assert "新派来的事" in text(sun.get(f"{face}notices/"))
    assert desk(cast.gao).post(f"{face}notices/{one.id}/").status_code == 404


def test_strangers_see_nothing_and_whoever_has_no_work_has_an_empty_list(
    cast: Cast, desk: Desk, client: Any
) -> None:
    assert client.get("/desk/notices/", HTTP_HOST="localhost").status_code == 302
    assert "没有新到的事" in text(desk(cast.gao).get("/desk/notices/"))


def test_an_administrator_keeps_the_mailboxes_of_a_party(
    cast: Cast, desk: Desk, keeper: Actor, settings: Any
) -> None:
    he, page = desk(keeper), f"/desk/parties/{cast.property}/"
    assert he.post(f"{page}mailboxes/", {"address": "nobody"}).status_code == 422
    assert he.post(f"{page}mailboxes/", {"address": BOX}).url == page
    said = text(he.get(page))
    assert BOX in said
    assert "邮件没有接通" in said
    (box,) = mailboxes(cast.property)
    assert he.post(f"{page}mailboxes/{box.id}/end/").url == page
    assert mailboxes(cast.property) == []
    assert desk(cast.sun).post(f"{page}mailboxes/", {"address": BOX}).status_code == 403


def test_the_page_of_another_party_ends_no_mailbox(
    cast: Cast, desk: Desk, keeper: Actor, noon: datetime
) -> None:
    box = add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    assert desk(keeper).post(f"/desk/parties/{cast.agency}/mailboxes/{box}/end/").status_code == 404


def test_the_secret_of_a_receiver_is_shown_once(cast: Cast, desk: Desk, keeper: Actor) -> None:
    he = desk(keeper)
    made = he.post("/desk/receivers/new/", NEW)
    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", made.content.decode()))
    assert "no-store" in made["Cache-Control"]
    (row,) = receivers.receivers()
    again = he.get(f"/desk/receivers/{row.id}/").content.decode()
    assert "whsec_" not in again
    renewed = he.post(f"/desk/receivers/{row.id}/secret/").content.decode()
    assert "whsec_" in renewed
    assert secret not in renewed
    assert "区城管平台" in text(he.get("/desk/receivers/"))


def test_a_receiver_is_changed_switched_tried_and_removed(cast: Cast, desk: Desk, keeper: Actor) -> None:
    he = desk(keeper)
    he.post("/desk/receivers/new/", NEW)
    (row,) = receivers.receivers()
    page = f"/desk/receivers/{row.id}/"
    he.post(f"{page}change/", NEW | {"events": list(TYPES)})
    for act in ("test", "off", "on"):
        assert he.post(f"{page}act/", {"act": act}).url == page
    now = receivers.receiver(row.id)
    assert (now.events, now.is_on) == (sorted(TYPES), True)
    assert he.post(f"{page}act/", {"act": "burn"}).status_code == 422
    assert he.post(f"{page}act/", {"act": "remove"}).url == "/desk/receivers/"
    assert receivers.receivers() == []
    assert he.get(page).status_code == 404


@pytest.mark.parametrize(
    "url", ["http://platform.example.cn/", "https://u:p@platform.example.cn/", "ftp://x/", "x"], ids=range(4)
)
def test_an_address_that_nothing_may_go_to_comes_back_with_its_reason(
    url: str, cast: Cast, desk: Desk, keeper: Actor
) -> None:
    answer = desk(keeper).post("/desk/receivers/new/", NEW | {"url": url})
    assert answer.status_code == 422
    assert receivers.receivers() == []


def test_receivers_are_an_administrators(cast: Cast, desk: Desk) -> None:
    for path in ("/desk/receivers/", "/desk/receivers/new/"):
        assert desk(cast.zhou).get(path).status_code == 403


def test_a_receiver_that_is_gone_stands_among_the_alarms(
    cast: Cast, desk: Desk, keeper: Actor, noon: datetime
) -> None:
    id, _ = receivers.add("区城管平台", NEW["url"], TYPES, actor=SYSTEM, at=noon)
    receivers.is_gone(id, at=noon)
    assert "“区城管平台”不再接收消息，已经停用" in text(desk(keeper).get("/desk/alarms/"))
