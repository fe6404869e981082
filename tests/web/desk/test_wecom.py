"""The desk's pages of WeCom: secrets are shown once or never, every deed is journalled, and each page says what to do next."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.channels.wecom import office
from gezhi.channels.wecom.models import Application
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand, Words
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties import robots, wecom
from tests.cast import Cast
from tests.web.desk.conftest import Desk

pytestmark = pytest.mark.django_db
PAGE, FORM, ACT = (f"/desk/receivers/wecom/{end}" for end in ("", "connect/", "act/"))
SAID = {"corp_id": "ww1234567890abcdef", "agent_id": "1000002", "secret": "the-secret-of-the-application"}
HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"


def test_what_is_made_here_is_shown_once_and_the_secret_never(keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    assert "还没有接通企业微信" in client.get(PAGE).content.decode()
    page = client.post(FORM, SAID).content.decode()
    known = office.callback()
    assert known is not None
    assert (known.token in page, SAID["secret"] in page) == (True, False)
    again = client.get(PAGE).content.decode() + client.get(FORM).content.decode()
    assert (known.token in again, SAID["secret"] in again, "/wecom/callback" in again) == (False, False, True)
    (deed,) = deeds("wecom", Application.objects.get().id)
    assert (deed.event, deed.actor_id) == ("connect_wecom", keeper.id)
    kept = str(list(Entry.objects.values())) + str(list(Words.objects.values()))
    assert (SAID["secret"] in kept, known.token in kept) == (False, False)


def test_the_trusted_domain_is_a_host_and_the_callback_a_whole_address(
    keeper: Actor, desk: Desk, settings: Any
) -> None:
    settings.ALLOWED_HOSTS, settings.GEZHI_HTTPS = ["localhost", "gezhi.example.cn"], True
    client = desk(keeper)
    client.post(FORM, SAID)
    page = client.get(PAGE).content.decode()
    assert 'id="login">gezhi.example.cn<' in page
    assert 'id="callback">https://gezhi.example.cn/wecom/callback<' in page


def test_left_empty_a_secret_stays_and_a_changed_one_is_named_in_the_journal(
    keeper: Actor, desk: Desk
) -> None:
    client = desk(keeper)
    client.post(FORM, SAID)
    before = office.callback()
    assert (
        client.post(FORM, SAID | {"agent_id": "1000003", "secret": "", "token": "another"}).status_code == 302
    )
    after = office.callback()
    assert before is not None
    assert after == before._replace(agent_id=1000003, token="another")
    assert deeds("wecom", Application.objects.get().id)[-1].after["changed"] == ["token"]


@pytest.mark.parametrize(
    "field, value, says",
    [
        ("corp_id", "ww 1", "企业 ID 只有字母和数字"),
        ("secret", "密码", "Secret 只有英文字母"),
        ("token", "a-b", "Token 只有字母和数字"),
        ("encoding_key", "短", "EncodingAESKey 是 43 个"),
        ("agent_id", "0", "1"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field_and_nothing_is_kept(
    keeper: Actor, desk: Desk, field: str, value: str, says: str
) -> None:
    answer = desk(keeper).post(FORM, SAID | {field: value})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert not Application.objects.exists()


def test_a_test_goes_to_whoever_asks_once_he_is_linked(keeper: Actor, desk: Desk, noon: datetime) -> None:
    client = desk(keeper)
    client.post(FORM, SAID)
    client.post(ACT, {"act": "test"})
    assert "您自己的账号还没有关联企业微信" in client.get(PAGE).content.decode()
    wecom.link(keeper.id, "he", actor=SYSTEM, at=noon)
    client.post(ACT, {"act": "test"})
    assert Errand.objects.get(kind=office.TEST).payload == {"account": str(keeper.id)}


def test_off_on_and_removed(keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    client.post(FORM, SAID)
    client.post(ACT, {"act": "off"})
    assert (office.is_on(), "已停用" in client.get(PAGE).content.decode()) == (False, True)
    client.post(ACT, {"act": "on"})
    client.post(ACT, {"act": "remove"})
    assert office.application() is None
    events = [deed.event for deed in deeds("wecom", Application.objects.get().id)]
    assert events == ["connect_wecom", "switch_wecom", "switch_wecom", "remove_wecom"]
    assert client.post(FORM, SAID).status_code == 200  # and anew


def test_failures_are_said_in_words_with_what_to_do(keeper: Actor, desk: Desk, noon: datetime) -> None:
    client = desk(keeper)
    client.post(FORM, SAID)
    office.went_wrong(Application.objects.get().id, why="errcode 60020", at=noon)
    page = client.get(PAGE).content.decode()
    assert "企业可信 IP" in page
    assert "errcode 60020" in page


def test_an_account_is_linked_on_its_page_and_nobody_is_two(keeper: Actor, desk: Desk, cast: Cast) -> None:
    client = desk(keeper)
    assert client.post(f"/desk/accounts/{cast.wei.id}/wecom/", {"userid": "WeiGe"}).status_code == 302
    page = client.get(f"/desk/accounts/{cast.wei.id}/").content.decode()
    assert ("weige" in page, "关联企业微信" in page) == (True, True)
    answer = client.post(f"/desk/accounts/{cast.mo.id}/wecom/", {"userid": "weige"})
    assert "已经关联到另一个账号" in answer.content.decode()
    client.post(f"/desk/accounts/{cast.wei.id}/wecom/", {"userid": ""})
    assert wecom.userid_of(cast.wei.id or Application().id) == ""
    assert client.post(f"/desk/accounts/{cast.mo.id}/wecom/", {"userid": "weige"}).status_code == 302


def test_a_partys_page_keeps_its_robots_and_says_when_one_is_gone(
    keeper: Actor, desk: Desk, cast: Cast, noon: datetime
) -> None:
    client, page = desk(keeper), f"/desk/parties/{cast.property}/"
    assert client.post(f"{page}robots/", {"address": HOOK}).status_code == 302
    (row,) = robots.robots(cast.property)
    robots.went_wrong(row.id, why="errcode 93000", at=noon)
    shown = client.get(page).content.decode()
    assert ("…5aaa" in shown, "693a91f6" in shown, "群机器人已经不在了" in shown) == (True, False, True)
    assert "这不像群机器人的地址" in client.post(f"{page}robots/", {"address": "hello"}).content.decode()
    assert client.post(f"{page}robots/{row.id}/end/", {"end": "1"}).status_code == 302
    assert "停用群机器人" in client.get(page).content.decode()


def test_a_parked_message_is_an_alarm_in_words(keeper: Actor, desk: Desk, cast: Cast, noon: datetime) -> None:
    Errand.objects.bulk_create(
        [Errand(kind=robots.NOTICE, key="x", due_at=noon, parked_at=noon, error="errcode 93000", tries=1)]
    )
    page = desk(keeper).get("/desk/alarms/").content.decode()
    assert ("发到企业微信群的消息" in page, "群机器人已经不在了" in page) == (True, True)
    assert outbox.parked().count() == 1
