"""The desk writes what strangers read of a case, sees it as they will, and looks through what waits for its eyes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gezhi.cases import publicly
from gezhi.cases.models import Case, PublicWords
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import actions as evidence
from gezhi.evidence.actions import keep
from gezhi.flows import look_at_photo, reach_reporter
from tests.cast import Cast, lin, walk
from tests.evidence.pictures import Sent, photo
from tests.web.desk.conftest import Desk, address, text

REVIEW = "/desk/review/"


def door(case: Case) -> str:
    return reverse("desk:public_words", args=[case.number])


def said(case: Case) -> str:
    return publicly.words_of([case.id]).get(case.id, "")


def accepted(cast: Cast, at: datetime, words: str, **more: Any) -> Case:
    return walk(cast.lin_reports(at, words, **more), (cast.chen, Move("accept")), at=at)


@pytest.fixture
def told(cast: Cast, noon: datetime) -> Case:
    return accepted(cast, noon, "我是302室的王先生，单元门玻璃碎了，电话13800138000")


# ---- one case ----


def test_the_page_of_a_case_holds_a_proposal_that_names_nobody(cast: Cast, told: Case, desk: Desk) -> None:
    page = desk(cast.chen).get(address(told))
    assert page.context["public"]["text"] == "我是某户的某先生，单元门玻璃碎了，电话***"
    assert "居民只看到类别和位置" in text(page)
    assert door(told) in page.content.decode()


@pytest.mark.parametrize("who", ["wei", "zhao"])
def test_who_has_no_say_in_it_sees_no_such_part(cast: Cast, told: Case, desk: Desk, who: str) -> None:
    page = desk(getattr(cast, who)).get(address(told))
    assert (page.status_code, page.context["public"]) == (200, {})
    assert "居民只看到类别和位置" not in text(page)


def test_the_desk_publishes_changes_and_takes_back(cast: Cast, told: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    for version, (sent, now) in enumerate(
        [
            ({"act": "say", "text": "单元门玻璃碎了"}, "单元门玻璃碎了"),
            ({"act": "say", "text": "单元门玻璃换好了"}, "单元门玻璃换好了"),
            ({"act": "take_back"}, ""),
        ]
    ):
        answer = client.post(door(told), {**sent, "version": version})
        assert (answer.status_code, answer["Location"]) == (302, address(told))
        assert said(told) == now
    page = text(client.get(address(told)))
    assert "定了：不公开说明" in page
    assert page.count("单元门玻璃换好了") == 1  # in its story
    assert "不公开说明，或已撤回" in page


def test_the_page_shows_what_everybody_reads_now(cast: Cast, told: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(door(told), {"act": "say", "text": "单元门玻璃碎了", "version": 0})
    for url in (address(told), door(told)):
        page = client.get(url)
        assert (page.context["public"]["said"], page.context["public"]["who"]) == ("单元门玻璃碎了", "陈")
        assert "谁都看得到" in text(page)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("请打13800138000", "句子里有电话号码"),
        ("身份证37060219900101123X", "句子里有身份证号"),
        ("鲁K12345挡了门", "句子里有车牌号"),
        ("卡6222 0202 0011 2233 445", "句子里有银行卡号"),
        ("写信到wei@example.com", "句子里有邮箱"),
        ("微信号wei_1990", "句子里有微信或QQ号"),
        ("设备99999999999999", "句子里有一长串号码"),
        ("302室王先生家", "标出的像是人名或门牌"),
        ("字" * 121, "最多 120 字"),
        ("  ", "请写一句"),
        ("灯\u200b坏了", "看不见的字符"),
        ("灯\0坏了", "无法保存的字符"),
    ],
)
def test_what_cannot_be_said_comes_back_as_it_was_typed_with_the_reason(
    cast: Cast, told: Case, desk: Desk, typed: str, sentence: str
) -> None:
    answer = desk(cast.chen).post(door(told), {"act": "say", "text": typed, "version": 0})
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert answer.context["public"]["text"] == typed
    assert said(told) == ""


def test_what_the_masker_finds_is_highlighted_with_its_kind(cast: Cast, told: Case, desk: Desk) -> None:
    sent = {"act": "see", "text": "302室王先生，电话13800138000"}
    fragment = desk(cast.chen).post(door(told), sent, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in fragment
    for found in ("302室", "王先生", "13800138000"):
        assert f"<mark>{found}</mark>" in fragment
    assert "有电话号码，不能公开" in fragment
    assert 'name="confirmed"' not in fragment  # first the number has to go
    whole = desk(cast.chen).post(door(told), sent)
    assert ("<html" in whole.content.decode(), whole.context["public"]["text"]) == (True, sent["text"])


def test_the_preview_is_what_strangers_see(cast: Cast, told: Case, desk: Desk) -> None:
    fragment = desk(cast.chen).post(
        door(told), {"act": "see", "text": "<b>门</b>玻璃\n碎了"}, HTTP_HX_REQUEST="true"
    )
    assert "<bdi>&lt;b&gt;门&lt;/b&gt;玻璃 碎了</bdi>" in fragment.content.decode()
    assert catalogue.by_code("0501").plain_label("zh-hans") in text(fragment)
    assert said(told) == ""


def test_what_only_looks_like_a_name_is_said_once_it_is_ticked(cast: Cast, told: Case, desk: Desk) -> None:
    client, sent = desk(cast.chen), {"act": "say", "text": "高经理牌门锁换好了", "version": "0"}
    page = client.post(door(told), sent)
    assert (page.status_code, page.context["public"]["seen"]["doubtful"]) == (422, "高经理")
    assert client.post(door(told), {**sent, "confirmed": "高经理"}).status_code == 302
    assert said(told) == "高经理牌门锁换好了"


def test_who_comes_second_sees_what_stands_now_and_keeps_his_words(
    cast: Cast, told: Case, desk: Desk
) -> None:
    desk(cast.zhou).post(door(told), {"act": "say", "text": "周说的", "version": 0})
    answer = desk(cast.chen).post(door(told), {"act": "say", "text": "陈说的", "version": 0})
    assert (answer.status_code, said(told)) == (409, "周说的")
    assert (answer.context["public"]["text"], answer.context["public"]["version"]) == ("陈说的", 1)
    assert "别人刚刚先定了" in text(answer)


@pytest.mark.parametrize(("category", "sentence"), [("1204", "反映物业的事"), ("1201", "这类事会指到谁家")])
def test_of_some_matters_nothing_is_said_and_the_page_says_why(
    cast: Cast, noon: datetime, desk: Desk, category: str, sentence: str
) -> None:
    case = accepted(cast, noon, "一件事", category=catalogue.by_code(category).id)
    for url in (address(case), door(case)):
        page = desk(cast.chen).get(url)
        assert (sentence in text(page), 'name="text"' in page.content.decode()) == (True, False)
    answer = desk(cast.chen).post(door(case), {"act": "say", "text": "我写的一句"})
    assert (answer.status_code, sentence in text(answer), "我写的一句" in text(answer)) == (409, True, True)
    assert not PublicWords.objects.exists()


def test_before_it_is_accepted_there_is_no_such_part(cast: Cast, reported: Case, desk: Desk) -> None:
    assert desk(cast.chen).get(address(reported)).context["public"] == {}
    assert "还没有受理" in text(desk(cast.chen).get(door(reported)))


# ---- what waits ----


def test_the_list_holds_proposals_and_the_pictures_beside_them(
    cast: Cast, noon: datetime, desk: Desk
) -> None:
    (one,) = keep([Sent(photo())], at=noon)
    case = accepted(cast, noon, "302室王先生说灯坏了", evidence=(one.id,), pictures=(one.sha256,))
    evidence.prepare(one.id, at=noon)
    client = desk(cast.chen)
    page = client.get(REVIEW)
    (row,) = page.context["rows"]
    assert (row["number"], row["text"], row["original"]) == (
        case.number,
        "某户某先生说灯坏了",
        "302室王先生说灯坏了",
    )
    assert [picture.id for picture in row["photos"]] == [one.id]
    assert f"/desk/cases/{case.number}/photos/{one.id}/" in page.content.decode()
    look_at_photo.decide(case.id, one.id, is_public=True, actor=cast.chen, at=noon)
    assert client.get(REVIEW).context["rows"][0]["photos"] == []


def test_one_press_publishes_and_leads_on_to_the_next(cast: Cast, noon: datetime, desk: Desk) -> None:
    first, second = (accepted(cast, noon + timedelta(minutes=n), f"第{n}盏灯坏了") for n in (2, 1))
    client = desk(cast.chen)
    page = client.get(REVIEW)
    assert [row["number"] for row in page.context["rows"]] == [first.number, second.number]
    assert "data-focus" not in page.content.decode()
    sent = {"act": "say", "version": "0", "back": "review", "text": page.context["rows"][0]["text"]}
    answer = client.post(door(first), sent, follow=True)
    assert [row["number"] for row in answer.context["rows"]] == [second.number]
    assert answer.content.decode().count("data-focus") == 1
    assert said(first) == "第2盏灯坏了"
    client.post(door(second), {"act": "keep", "version": "0", "back": "review"})
    assert "没有等着看的" in text(client.get(REVIEW))
    assert said(second) == ""


def test_what_is_refused_from_the_list_goes_back_there_afterwards(cast: Cast, told: Case, desk: Desk) -> None:
    client, sent = desk(cast.chen), {"act": "say", "version": "0", "back": "review"}
    page = client.post(door(told), {**sent, "text": "请打13800138000"})
    assert (page.status_code, 'name="back" value="review"' in page.content.decode()) == (422, True)
    assert client.post(door(told), {**sent, "text": "门坏了"})["Location"].startswith(REVIEW)


def test_twenty_stand_on_a_page_and_cost_as_much_as_one(cast: Cast, noon: datetime, desk: Desk) -> None:
    client = desk(cast.chen)

    def costs() -> int:
        client.get(REVIEW)
        with CaptureQueriesContext(connection) as asked:
            client.get(REVIEW)
        return len(asked)

    accepted(cast, noon, "第一盏灯坏了")
    one = costs()
    for number in range(20):
        accepted(cast, noon, f"又一盏灯坏了 {number}")
    assert costs() == one
    page = client.get(REVIEW)
    assert (len(page.context["rows"]), page.context["next_url"]) == (20, "?page=2")
    assert len(client.get(f"{REVIEW}?page=2").context["rows"]) == 1
    for odd in ("x", "-1", "0", "9999999", "３"):
        assert client.get(REVIEW, {"page": odd}).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("wei", 403), ("zhao", 403), ("mo", 403), ("zhou", 200)])
def test_the_list_is_for_whoever_sits_at_a_desk(
    cast: Cast, told: Case, desk: Desk, who: str, status: int
) -> None:
    answer = desk(getattr(cast, who)).get(REVIEW)
    assert answer.status_code == status
    assert told.number not in answer.content.decode()  # of another desk


def test_the_menu_of_a_desk_leads_there(cast: Cast, desk: Desk) -> None:
    assert f'href="{REVIEW}"' in desk(cast.chen).get("/desk/").content.decode()
    assert f'href="{REVIEW}"' not in desk(cast.wei).get("/desk/").content.decode()


def test_who_publishes_while_a_reporter_is_erased_is_told_so_and_decides_anew(
    cast: Cast, told: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    reach_reporter.forget(told.id, lin(told).id, "本人要求", actor=cast.zhou, at=noon)
    answer = client.post(door(told), {"act": "say", "text": "单元门玻璃碎了", "version": "0"})
    assert (answer.status_code, said(told)) == (409, "")
    assert "有上报人的话刚刚被删除" in text(answer)
    assert answer.context["public"]["version"] == 1
    assert "定了：不公开说明" not in text(client.get(address(told)))
