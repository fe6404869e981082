"""What a colleague sends in WeCom becomes a report; a stranger is answered politely and leaves nothing."""

import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gezhi.cases import queries as cases
from gezhi.channels.wecom import drafts, filing, hearing, office
from gezhi.channels.wecom.models import Application, Heard
from gezhi.config import worker
from gezhi.evidence.models import Evidence
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand
from gezhi.journal.outbox import Hopeless
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.geo import Point, metres, to_gcj02
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.parties import queries as parties
from gezhi.parties import staff
from gezhi.reports import actions as reports_actions
from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from tests.evidence.pictures import file_of, scene
from tests.wecom.envelopes import event, image, location, text

PICTURE = ("image/jpeg", file_of(scene()))


def only_report() -> Report:
    (found,) = Report.objects.all()
    return found


def test_words_a_picture_and_a_place_become_one_report_when_the_sender_says_so(chat, clock):
    chat.standin.media["M1"] = PICTURE
    given = to_gcj02(122.18, 37.4)
    for number, message in enumerate(
        (
            text("三单元楼道灯坏了", id="1"),
            image("M1", id="2"),
            location(given.lat, given.lon, id="3"),
            text("提交", id="4"),
        )
    ):
        clock.go(seconds=20 * bool(number))
        assert chat.says(message) == [[200]]
        chat.work()
    report = only_report()
    assert (report.channel, report.text) == ("wecom", "三单元楼道灯坏了\n位置：海滨南路")
    assert metres(Point(report.lon, report.lat), Point(122.18, 37.4)) < 1
    case = cases.of_report(report.id)
    assert Evidence.objects.filter(claimed_id=report.id).count() == 1
    link = f"http://gezhi.example.cn{reverse('desk:case', args=[case.number])}"
    assert chat.standin.texts("weige") == [f"已收到，编号 {case.number}。\n{link}"]
    assert Entry.objects.filter(subject_id=report.id).first().actor_id == chat.cast.wei.id


def test_after_five_minutes_of_silence_it_goes_by_itself(chat, clock):
    chat.says(text("井盖松了"))
    chat.work()
    clock.go(minutes=4, seconds=59)
    chat.work()
    assert not Report.objects.exists()
    clock.go(seconds=1)
    chat.work()
    assert only_report().text == "井盖松了"
    assert len(chat.standin.texts("weige")) == 1


def test_what_comes_later_puts_the_clock_back(chat, clock):
    chat.says(text("井盖松了", id="1"))
    chat.work()
    clock.go(minutes=4)
    chat.says(text("在海滨南路", id="2"))
    chat.work()
    clock.go(minutes=4)
    chat.work()
    assert not Report.objects.exists()
    clock.go(minutes=1)
    chat.work()
    assert only_report().text == "井盖松了\n在海滨南路"


def test_two_matters_with_a_silence_between_are_two_reports_however_late_the_worker(chat, clock):
    chat.says(text("井盖松了", id="1"))
    clock.go(minutes=6)
    chat.says(text("路灯坏了", id="2"))
    clock.go(minutes=6)
    chat.work()
    assert sorted(Report.objects.values_list("text", flat=True)) == ["井盖松了", "路灯坏了"]


def test_the_same_message_again_is_heard_once(chat, clock):
    for _again in range(3):
        assert chat.says(text("井盖松了", id="9"), text("提交", id="10")) == [[200], [200]]
        chat.work()
    assert (Heard.objects.count(), Report.objects.count(), len(chat.standin.texts("weige"))) == (2, 1, 1)


def test_twin_without_the_number_a_repeat_is_a_second_report(chat, clock, monkeypatch):
    numbers = iter(range(100))
    monkeypatch.setattr("gezhi.web.wecom.door.messages.read", _renumbered(numbers))
    for _again in range(2):
        chat.says(text("井盖松了", id="9"), text("提交", id="10"))
        chat.work()
    assert Report.objects.count() == 2


def _renumbered(numbers):
    from dataclasses import replace

    from gezhi.channels.wecom.messages import read

    return lambda body: replace(read(body), id=str(next(numbers)))


def test_it_is_written_down_before_it_is_answered_and_costs_three_queries(chat, clock):
    query, body = chat.standin.sealer.post(text("井盖松了"), int(clock.at.timestamp()))
    with time_machine.travel(clock.at, tick=False):
        chat.client.get(
            "/wecom/callback"
        )  # the office is known from here on, as in any process that has begun
        with CaptureQueriesContext(connection) as asked:
            answer = chat.client.post(f"/wecom/callback?{query}", body, content_type="text/xml")
    assert (answer.status_code, answer.content) == (200, b"")
    said = Counter(one["sql"].split()[0] for one in asked if not re.match(r"SAVEPOINT|RELEASE", one["sql"]))
    assert said == {"SELECT": 1, "INSERT": 2}
    assert (Heard.objects.count(), Errand.objects.filter(kind=hearing.HEARD).count()) == (1, 1)


def test_events_are_noted_and_nothing_follows(chat, clock):
    assert chat.says(event("enter_agent"), event("subscribe"), event("enter_agent")) == [[200]] * 3
    assert sorted(Heard.objects.values_list("kind", "sender")) == [("other", ""), ("other", "")]
    assert not Errand.objects.filter(kind=hearing.HEARD).exists()


def test_a_stranger_gets_one_polite_answer_a_day_and_nothing_of_him_stays(chat, clock):
    chat.standin.users.add("Stranger7")
    for number in range(3):
        chat.says(text("我家漏水，电话13800001234", sender="Stranger7", id=f"s{number}"))
        chat.work()
    (said,) = chat.standin.texts("stranger7")
    assert "http://gezhi.example.cn/r/" in said
    assert not Report.objects.exists()
    kept = (
        str(list(Heard.objects.values()))
        + str(list(Errand.objects.values()))
        + str(list(Entry.objects.values()))
    )
    assert not re.search("Stranger7|漏水|13800001234", kept, re.IGNORECASE)
    clock.go(days=1)
    chat.says(text("又漏了", sender="Stranger7", id="s9"))
    chat.work()
    assert len(chat.standin.texts("stranger7")) == 2


def test_a_stranger_whom_no_answer_reaches_is_forgotten_within_a_day(chat, clock):
    chat.standin.down = True
    chat.says(text("我家漏水", sender="Stranger7"))
    chat.work()
    assert Heard.objects.get().sender == "stranger7"
    clock.go(hours=25)
    worker.tidy_up(clock.at)
    assert (Heard.objects.get().sender, Heard.objects.get().payload) == ("", {})


def test_somebody_without_work_here_any_more_is_a_stranger(chat, clock, cast):
    (post,) = parties.posts(cast.wei.id)
    staff.end_post(post.id, ends_on=clock.at.date(), actor=SYSTEM, at=clock.at)
    chat.says(text("井盖松了"), text("提交", id="2"))
    chat.work()
    assert not Report.objects.exists()


def test_once_it_is_a_report_the_messages_are_empty(chat, clock):
    chat.says(text("井盖松了"), text("提交", id="2"))
    chat.work()
    rows = list(Heard.objects.values_list("sender", "payload", "handled_at", "report_id"))
    assert rows == [("", {}, clock.at, only_report().id)] * 2
    assert "井盖" not in str(list(Errand.objects.values()))


def test_a_place_alone_is_no_report_and_its_sender_is_told(chat, clock):
    chat.says(location(37.4, 122.18), text("提交", id="2"))
    chat.work()
    assert not Report.objects.exists()
    assert chat.standin.texts("weige") == ["还没有内容。请发一句话或一张照片，再发“提交”；位置可以一起发。"]
    assert not Heard.objects.filter(handled_at=None).exists()


def test_a_file_that_is_no_picture_is_left_out_and_the_words_go_on(chat, clock):
    chat.standin.media["M1"] = ("image/jpeg", b"<script>alert(1)</script>")
    chat.says(text("井盖松了"), image("M1", id="2"), image("gone", id="3"), text("提交", id="4"))
    chat.work()
    assert only_report().text == "井盖松了\n（有 2 张照片没有取到。）"
    assert "有 2 张照片没有取到" in chat.standin.texts("weige")[0]


def test_while_wecom_is_down_the_callback_still_hears_and_pictures_are_waited_for(chat, clock):
    chat.standin.media["M1"] = PICTURE
    chat.standin.down = True
    assert chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3")) == [[200]] * 3
    chat.work()
    assert not Report.objects.exists()
    chat.standin.down = False
    clock.go(minutes=1)
    chat.work()
    assert Evidence.objects.filter(claimed_id=only_report().id).count() == 1


def test_pictures_that_cannot_be_had_for_a_quarter_of_an_hour_hold_up_no_words(chat, clock):
    chat.standin.down = True
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    for _minute in range(20):
        chat.work()
        clock.go(minutes=1)
    assert only_report().text == "井盖松了\n（有 1 张照片还没有取到，取到后会补上。）"
    assert only_report().received_at < clock.at - timedelta(minutes=15)


def test_pictures_that_come_hours_later_are_added_to_their_report_once(chat, clock):
    chat.standin.media["M1"] = PICTURE
    chat.standin.down = True
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    began = clock.at
    for _minute in range(20):
        chat.work()
        clock.go(minutes=1)
    chat.standin.down = False
    for _hour in range(6):
        clock.go(hours=1)
        chat.work()
    report = only_report()
    assert (report.said_at, Evidence.objects.filter(claimed_id=report.id).count()) == (began, 1)
    Errand.objects.filter(kind=office.PICTURES).update(
        done_at=None, due_at=clock.at
    )  # a worker died before it said so
    chat.work()
    assert [len(one.evidence) for one in reports.added(report.id)] == [1]
    assert not outbox.parked()


def test_pictures_that_never_come_are_said_to_lack_and_their_sender_is_told(chat, clock):
    chat.standin.down = True
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    for _minute in range(20):
        chat.work()
        clock.go(minutes=1)
    last = {"tries": outbox.MOST_TRIES_ON_A_ROAD - 1, "due_at": clock.at - timedelta(hours=1)}
    Errand.objects.filter(kind=office.PICTURES).update(**last)
    for _rest in range(2):
        chat.work()
        clock.go(minutes=1)
    assert [one.text for one in reports.added(only_report().id)] == ["（有 1 张照片没有取到。）"]
    chat.standin.down = False
    clock.go(hours=1)
    chat.work()
    assert [("还没有取到" in one, "没有取到，请打开" in one) for one in chat.standin.texts("weige")] == [
        (True, False),
        (False, True),
    ]


def test_pictures_of_a_report_that_was_forgotten_are_not_added(chat, clock):
    chat.standin.media["M1"] = PICTURE
    chat.standin.down = True
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    for _minute in range(20):
        chat.work()
        clock.go(minutes=1)
    reports_actions.erase(only_report().id, "他要求的", actor=chat.cast.chen, at=clock.at)
    chat.standin.down = False
    clock.go(hours=6)
    chat.work()
    assert not Evidence.objects.filter(claimed_id=only_report().id).exists()


@pytest.mark.parametrize("refused", [Hopeless("errcode", problem="48002"), Invalid("url", "forbidden")])
def test_a_picture_that_is_refused_for_good_holds_up_nothing(chat, clock, monkeypatch, refused):
    _refuses_media(monkeypatch, refused)
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    chat.work()
    assert only_report().text == "井盖松了\n（有 1 张照片没有取到。）"
    assert not outbox.parked()


def test_twin_a_refusal_nobody_knows_parks_the_report_when_its_tries_are_over(chat, clock, monkeypatch):
    _refuses_media(monkeypatch, Refusal("unknown"))
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    for _day in range(12):
        chat.work()
        clock.go(days=1)
    assert (Report.objects.count(), outbox.parked().count()) == (0, 1)


def _refuses_media(monkeypatch, refused):
    def media(*_a, **_k):
        raise refused

    monkeypatch.setattr(filing.client, "media", media)


def test_what_was_said_before_the_connection_was_removed_is_filed_without_pictures(chat, clock):
    chat.says(text("井盖松了"), image("M1", id="2"))
    chat.work()
    office.remove(actor=SYSTEM, at=clock.at)
    clock.go(minutes=5)
    chat.work()
    assert only_report().text == "井盖松了\n（有 1 张照片没有取到。）"
    assert list(Heard.objects.values_list("sender", "payload")) == [("", {})] * 2


def test_what_waits_for_pictures_or_was_given_up_is_filed_as_soon_as_the_connection_is_removed(chat, clock):
    chat.standin.down = True
    chat.says(text("井盖松了"), image("M1", id="2"), text("提交", id="3"))
    chat.work()
    Errand.objects.filter(kind=office.DRAFT).update(parked_at=clock.at)
    clock.go(minutes=1)
    office.remove(actor=SYSTEM, at=clock.at)
    chat.work()
    assert only_report().text == "井盖松了\n（有 1 张照片没有取到。）"


def test_twin_called_off_with_the_road_it_is_filed_when_the_house_is_tidied(chat, clock, monkeypatch):
    monkeypatch.setattr(office, "SPOKEN", ())
    chat.says(text("井盖松了"))
    chat.work()
    office.remove(actor=SYSTEM, at=clock.at)
    clock.go(minutes=30)
    worker.tidy_up(clock.at)
    chat.work()
    assert not Report.objects.exists()
    clock.go(hours=1)
    worker.tidy_up(clock.at)
    chat.work()
    assert only_report().text == "井盖松了"
    assert not Heard.objects.filter(handled_at=None).exists()


def test_a_draft_that_is_parked_stays_an_alarm_when_the_house_is_tidied(chat, clock):
    chat.says(text("井盖松了"), text("提交", id="2"))
    worker.do_errands(clock.at)
    Errand.objects.filter(kind=office.DRAFT).update(parked_at=clock.at)
    clock.go(hours=3)
    worker.tidy_up(clock.at)
    chat.work()
    assert (Report.objects.count(), outbox.parked().count()) == (0, 1)


def test_nobodys_answer_goes_to_nobody(chat, clock):
    chat.says(text("井盖松了"), text("提交", id="2"))
    worker.do_errands(clock.at)
    Heard.objects.update(account=None)
    chat.work()
    assert Errand.objects.get(kind=hearing.ANSWER).payload["account"] == ""
    assert (Report.objects.count(), chat.standin.sent, outbox.parked().count()) == (1, [], 0)


def test_more_than_a_report_takes_becomes_a_second_one(noon):
    rows = [drafts.Row(n, "image", noon, {"media": f"M{n}"}) for n in range(11)]
    assert [len(one.rows) for one in drafts.drafts(rows)] == [9, 2]
    words = [drafts.Row(n, "text", noon, {"text": "好" * 2000}) for n in range(3)]
    assert [len(one.rows) for one in drafts.drafts(words)] == [2, 1]


def test_switched_off_nobody_may_knock(chat, clock):
    Application.objects.update(is_on=False)
    assert chat.says(text("井盖松了")) == [[404, 404, 404]]
    assert not Heard.objects.exists()


def test_nothing_is_parked_after_an_ordinary_day(chat, clock):
    chat.says(text("井盖松了"), text("提交", id="2"))
    chat.work()
    assert not outbox.parked()
