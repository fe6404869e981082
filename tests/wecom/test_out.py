"""News of work goes into group chats and to linked people: masked, within WeCom's limits, once, and later when WeCom says so."""

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.channels.wecom import client, office, robot, saying
from gezhi.channels.wecom.models import Application
from gezhi.channels.wecom.newsline import Told
from gezhi.config import worker
from gezhi.flows import herald_check
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand, Words
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.parties import robots, wecom
from gezhi.parties.models import Robot
from tests.cast import walk
from tests.wecom.envelopes import AGENT, CORP, SECRET

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
HOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
WORDS = "王大爷家漏水，电话13800001234"


@pytest.fixture
def group(chat, clock):
    """The property company's group chat."""
    chat.standin.robots.add(KEY)
    return robots.add_robot(chat.cast.property, HOOK, actor=SYSTEM, at=clock.at)


def dispatched(chat, at):
    cast = chat.cast
    case = cast.lin_reports(at, WORDS, contact="13800001234")
    return walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=at)


def told(chat, clock):
    """The clockwork goes round until nothing is due."""
    worker.keep_books(clock.at)
    chat.work()


def app():
    return Application.objects.get()


# ---- the group robot ----


def test_new_work_is_posted_into_the_partys_group_without_a_word_of_anybody(chat, clock, group):
    case = dispatched(chat, clock.at)
    told(chat, clock)
    ((key, body),) = chat.standin.posted
    (card,) = body["news"]["articles"]
    said = str(card)
    assert (key, body["msgtype"]) == (KEY, "news")
    assert card["title"] == f"新派来的事：{case.number}"
    assert card["description"].splitlines()[:2] == [
        "位置：悦海社区 悦海花园 3号楼 2单元",
        "类别：楼宇门/玻璃破损",
    ]
    assert card["url"].startswith("http://gezhi.example.cn/desk/")
    assert not any(word in said for word in ("王大爷", "漏水", "13800001234"))
    row = robots.robots(chat.cast.property)[0]
    assert (row.last_ok_at, row.failing_since) == (clock.at, None)


def test_without_an_address_of_its_own_the_office_says_it_in_markdown(chat, clock, group, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    case = dispatched(chat, clock.at)
    told(chat, clock)
    ((_key, body),) = chat.standin.posted
    assert body["markdown"]["content"].startswith(f"**新派来的事：{case.number}**")


def test_what_presses_stands_in_the_colour_of_warnings_and_signs_are_only_signs():
    said = Told("快到期了：1", "位置：<b>*甲_乙*</b>[x](http://evil)", "类别：x", "", "", is_pressing=True)
    content = robot.markdown(said)["markdown"]["content"]
    assert content.startswith('<font color="warning">快到期了：1</font>')
    assert "\\<b\\>\\*甲\\_乙\\*" in content
    assert "[x](" not in content


@pytest.mark.parametrize("sign", ["好", "x", "🙂", "é"])
def test_a_message_is_never_longer_than_wecom_takes(sign):
    said = Told(
        sign * 3000, sign * 3000, sign * 3000, sign * 3000, "http://gezhi.example.cn/x", is_pressing=True
    )
    content = robot.markdown(said)["markdown"]["content"]
    assert (len(content.encode()) <= 4096, content.endswith("(http://gezhi.example.cn/x)")) == (True, True)
    (card,) = robot.news(said)["news"]["articles"]
    assert (len(card["title"].encode()) <= 128, len(card["description"].encode()) <= 512) == (True, True)
    kind, body = saying.card(said)
    assert (kind, len(body["title"].encode()) <= 128, len(body["description"].encode()) <= 512) == (
        "textcard",
        True,
        True,
    )


@pytest.mark.parametrize("category", ["0608", "1201", None])
def test_a_matter_at_somebodys_home_is_named_in_a_group_by_its_compound_alone(chat, clock, group, category):
    said = _said_in_group(chat, clock, category)
    assert "位置：悦海社区 悦海花园\n" in said
    assert not any(word in said for word in ("3号楼", "2单元"))


def test_twin_with_no_leaf_discreet_the_stairwell_stands_in_the_group(chat, clock, group, monkeypatch):
    monkeypatch.setattr("gezhi.channels.wecom.newsline.is_discreet", lambda _code: False)
    assert "3号楼 2单元" in _said_in_group(chat, clock, "0608")


def test_whoever_has_the_work_reads_the_whole_place_on_his_own_card(chat, clock):
    wecom.link(chat.cast.sun.id, "SunJL", actor=SYSTEM, at=clock.at)
    chat.standin.users.add("SunJL")
    _of_category(dispatched(chat, clock.at), "0608")
    told(chat, clock)
    (card,) = [one["textcard"] for one in chat.standin.sent if one["touser"] == "sunjl"]
    assert "悦海花园 3号楼 2单元" in card["description"]


def _of_category(case, code):
    Case.objects.filter(id=case.id).update(category=catalogue.by_code(code).id if code else None)


def _said_in_group(chat, clock, code):
    _of_category(dispatched(chat, clock.at), code)
    told(chat, clock)
    ((_key, body),) = chat.standin.posted
    (card,) = body["news"]["articles"]
    return card["description"]


def test_twenty_a_minute_and_the_rest_a_minute_later(chat, clock, group):
    for _each in range(25):
        dispatched(chat, clock.at)
    told(chat, clock)
    assert len(chat.standin.posted) == 20
    for _half in range(4):
        clock.go(seconds=31)
        chat.work()
    assert (len(chat.standin.posted), outbox.parked().count()) == (25, 0)


def test_twin_without_counting_wecom_says_too_often_and_nothing_is_lost(chat, clock, group, monkeypatch):
    monkeypatch.setattr(robot, "take_room", lambda *_: None)
    for _each in range(25):
        dispatched(chat, clock.at)
    told(chat, clock)
    assert (len(chat.standin.posted), robots.robots(chat.cast.property)[0].last_error) == (
        20,
        "too_often errcode 45009",
    )
    for _half in range(4):
        clock.go(seconds=31)
        chat.work()
    assert (len(chat.standin.posted), outbox.parked().count()) == (25, 0)


def test_a_robot_that_was_thrown_out_of_its_group_is_parked_with_an_alarm_at_once(chat, clock, group):
    dispatched(chat, clock.at)
    chat.standin.robots.clear()
    told(chat, clock)
    (parked,) = outbox.parked()
    assert (parked.kind, parked.tries, parked.error) == (robots.NOTICE, 1, "errcode 93000")


def test_a_robot_that_takes_nothing_for_an_hour_is_a_finding_of_the_check(chat, clock, group):
    robots.went_wrong(group, why="no_answer", at=clock.at)
    assert list(herald_check.findings(clock.at)) == []
    (found,) = herald_check.findings(clock.go(minutes=61))
    assert (found.invariant, found.where) == ("warning", f"robot …{KEY[-4:]}")


def test_twin_for_whoever_hopes_on_it_is_tried_again(chat, clock, group, monkeypatch):
    monkeypatch.setattr(client, "NEVER", frozenset())
    dispatched(chat, clock.at)
    chat.standin.robots.clear()
    told(chat, clock)
    assert not outbox.parked()


def test_a_message_keeps_its_id_at_every_try_and_one_that_went_is_not_sent_again(chat, clock, group):
    chat.standin.down = True
    dispatched(chat, clock.at)
    told(chat, clock)
    keys = set(Errand.objects.filter(kind=robots.NOTICE).values_list("key", flat=True))
    chat.standin.down = False
    clock.go(minutes=2)
    chat.work()
    told(chat, clock)
    assert set(Errand.objects.filter(kind=robots.NOTICE).values_list("key", flat=True)) == keys
    assert len(chat.standin.posted) == 2  # once answered with 502 although it was taken, once well


def test_a_company_complained_of_hears_nothing_of_it(chat, clock, group):
    dispatched(chat, clock.at)
    worker.keep_books(clock.at)
    Case.objects.update(complained_of=chat.cast.property)
    chat.work()
    assert chat.standin.posted == []


def test_a_robot_taken_out_hears_nothing_more_and_its_key_is_forgotten(chat, clock, group):
    dispatched(chat, clock.at)
    worker.keep_books(clock.at)
    robots.end_robot(group, actor=SYSTEM, at=clock.at)
    chat.work()
    assert (chat.standin.posted, bytes(Robot.objects.get().key)) == ([], b"")


@pytest.mark.parametrize("pasted", [KEY, HOOK, f" {HOOK}&debug=1 ", f"https://elsewhere.example/x?key={KEY}"])
def test_a_robot_is_known_by_its_key_alone_wherever_the_address_leads(cast, noon, pasted):
    robots.add_robot(cast.property, pasted, actor=SYSTEM, at=noon)
    assert robots.robots(cast.property)[0].tail == KEY[-4:]
    with pytest.raises(Invalid):
        robots.add_robot(cast.property, KEY, actor=SYSTEM, at=noon)
    kept = (
        str(list(Robot.objects.values()))
        + str(list(Entry.objects.values()))
        + str(list(Words.objects.values()))
    )
    assert KEY not in kept


@pytest.mark.parametrize(
    "pasted", ["", "short", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", f"{HOOK}&key=other", "x y" * 9, "密" * 20, "http://["]
)  # fmt: skip
def test_what_is_no_robot_is_refused(cast, noon, pasted):
    with pytest.raises(Invalid):
        robots.add_robot(cast.property, pasted, actor=SYSTEM, at=noon)


def test_only_administrators_keep_robots_and_links(cast, noon):
    for deed in (
        lambda: robots.add_robot(cast.property, KEY, actor=cast.sun, at=noon),
        lambda: wecom.link(cast.sun.id, "sun", actor=cast.sun, at=noon),
        lambda: office.set_up(CORP, AGENT, SECRET, actor=cast.chen, at=noon),
    ):
        with pytest.raises(NotYours):
            deed()


# ---- messages of the application ----


def test_news_goes_to_those_of_the_party_who_are_linked(chat, clock):
    wecom.link(chat.cast.sun.id, "SunJL", actor=SYSTEM, at=clock.at)
    chat.standin.users.add("SunJL")
    case = dispatched(chat, clock.at)
    told(chat, clock)
    to_sun = [one for one in chat.standin.sent if one["touser"] == "sunjl"]
    assert [one["msgtype"] for one in to_sun] == ["textcard"]
    assert to_sun[0]["textcard"]["title"] == f"新派来的事：{case.number}"
    assert not any(word in str(chat.standin.sent) for word in ("王大爷", "漏水", "13800001234"))


def test_somebody_wecom_does_not_know_is_an_alarm_at_once(chat, clock):
    wecom.link(chat.cast.sun.id, "nobody", actor=SYSTEM, at=clock.at)
    dispatched(chat, clock.at)
    told(chat, clock)
    assert [one.error for one in outbox.parked()] == ["errcode 81013"]


def test_a_test_message_goes_to_whoever_asks(chat, clock):
    office.send_test(actor=SYSTEM, at=clock.at)
    Errand.objects.filter(kind=office.TEST).update(payload={"account": str(chat.cast.chen.id)})
    chat.work()
    assert chat.standin.texts("chen") == ["格治与企业微信已经连通。这是一条测试消息。"]
    assert office.application().last_ok_at == clock.at
