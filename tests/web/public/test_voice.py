"""Somebody says it instead of typing: a report with only a voice is a report; the desk hears it and types it."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases import floods
from gezhi.cases.models import Case
from gezhi.evidence import voice
from gezhi.evidence.models import Voice
from gezhi.flows import reach_reporter
from gezhi.reports import check
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.seeds.sounds import BAD, GOOD
from tests.web.desk.conftest import Desk, desk, text

__all__ = ["desk"]


KEY = "a-form-shown-once-0007"
SOUND = GOOD["audio/webm"]


@pytest.fixture(autouse=True)
def short_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test stands in a transaction of its own."""
    plain = voice.transaction.atomic
    monkeypatch.setattr(voice.transaction, "atomic", lambda *a, durable=False, **more: plain(*a, **more))


def send(desk: Desk, data: bytes | None, **changed: Any) -> Any:
    sent = {"key": KEY, "text": "", "where": "海滨路", "category": "0501"} | changed
    if data is not None:
        sent["voice"] = SimpleUploadedFile("voice.webm", data)
    return Client(HTTP_HOST="localhost").post("/r/", sent)


def test_a_report_with_only_a_voice_is_a_report(cast: Cast, desk: Desk) -> None:
    assert send(desk, SOUND).status_code == 303
    report = Report.objects.get()
    assert Voice.objects.get().report_id == report.id
    assert list(check.findings()) == []


def test_the_same_form_with_the_same_voice_twice_is_one_report(cast: Cast, desk: Desk) -> None:
    first, again = send(desk, SOUND), send(desk, SOUND)
    assert (first.url, Report.objects.count()) == (again.url, 1)


def test_a_report_that_says_nothing_is_none(cast: Cast, desk: Desk) -> None:
    assert (send(desk, None, where="").status_code, Report.objects.count()) == (422, 0)


@pytest.mark.parametrize("name", sorted(set(BAD) - {"nothing"}))
def test_what_is_no_voice_is_said_and_blocks_nothing(cast: Cast, desk: Desk, name: str) -> None:
    refused = send(desk, BAD[name][0], text="路灯坏了")
    assert (
        refused.status_code,
        "其他内容都还在" in text(refused),
        "路灯坏了" in refused.content.decode(),
    ) == (422, True, True)
    assert send(desk, None, text="路灯坏了").status_code == 303


def test_a_voice_stays_with_a_form_that_comes_back(cast: Cast, desk: Desk) -> None:
    refused = send(desk, SOUND, contact="110转公司")
    assert refused.status_code == 422
    token = re.findall(r'name="kept_voice" value="([^"]+)"', refused.content.decode())[0]
    assert send(desk, None, kept_voice=token).status_code == 303
    assert Voice.objects.get().report_id == Report.objects.get().id


def test_a_strangers_token_carries_nothing(cast: Cast, desk: Desk) -> None:
    refused = send(desk, SOUND, contact="110转公司")
    token = re.findall(r'name="kept_voice" value="([^"]+)"', refused.content.decode())[0]
    other = send(desk, None, kept_voice=token, key="another-form-shown-1", text="好")
    assert (other.status_code, Voice.objects.get().report_id) == (303, None)


def test_the_desk_hears_it_and_types_it_and_nobody_else(cast: Cast, desk: Desk, noon: datetime) -> None:
    send(desk, SOUND)
    case, url = Case.objects.get(), f"/desk/voices/{Voice.objects.get().id}/"
    zhou = desk(cast.zhou)
    page = zhou.get(f"/desk/cases/{case.number}/")
    assert f'src="{url}"' in page.content.decode()
    heard = zhou.get(url)
    assert (heard.content, heard["Content-Type"]) == (SOUND, "audio/webm")
    part = zhou.get(url, HTTP_RANGE="bytes=2-5")
    assert (part.status_code, part.content, part["Content-Range"]) == (
        206,
        SOUND[2:6],
        f"bytes 2-5/{len(SOUND)}",
    )
    assert [
        zhou.get(url, HTTP_RANGE=one).status_code for one in ("bytes=9999-", "bytes=-4", "lines=1-2")
    ] == [416, 206, 200]
    assert [desk(who).get(url).status_code for who in (cast.mo, cast.sun)] == [404, 404]
    assert Client(HTTP_HOST="localhost").get(url).status_code == 302
    report = Report.objects.get()
    zhou.post(f"/desk/cases/{case.number}/reports/{report.id}/restate/", {"text": "海滨路的路灯不亮"})
    report.refresh_from_db()
    case.refresh_from_db()
    assert report.restatement == "海滨路的路灯不亮"


def test_who_is_forgotten_is_heard_no_more(cast: Cast, desk: Desk, noon: datetime) -> None:
    send(desk, SOUND)
    url = f"/desk/voices/{Voice.objects.get().id}/"
    reach_reporter.forget(
        Case.objects.get().id, Report.objects.get().id, "本人要求", actor=cast.zhou, at=noon
    )
    assert desk(cast.zhou).get(url).status_code == 404
    assert list(check.findings()) == []


def test_twin_a_voice_that_was_not_erased_would_still_be_heard(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.reports.actions.voice.discard", lambda report, at: 0)
    send(desk, SOUND)
    reach_reporter.forget(
        Case.objects.get().id, Report.objects.get().id, "本人要求", actor=cast.zhou, at=noon
    )
    assert desk(cast.zhou).get(f"/desk/voices/{Voice.objects.get().id}/").status_code == 200


def test_who_spoke_reads_that_he_did_and_how_long(cast: Cast, desk: Desk) -> None:
    page = Client(HTTP_HOST="localhost").get(send(desk, SOUND, voice_seconds="12").url)
    assert "一段 12 秒的录音" in text(page)
    other = send(desk, SOUND + b"x", key="another-form-shown-1", voice_seconds="12 或者")
    assert "一段录音，只有社区听得到" in text(Client(HTTP_HOST="localhost").get(other.url))


def test_a_voice_without_words_is_called_a_recording_in_every_list(cast: Cast, desk: Desk, here: str) -> None:
    door = Client(HTTP_HOST="localhost")
    door.post(here, {"key": KEY, "category": "0501", "voice": SimpleUploadedFile("voice.webm", SOUND)})
    case = Case.objects.get()
    chen = desk(cast.chen)
    assert "（一段录音）" in text(chen.get("/desk/?tab=fresh"))
    assert "（只有照片）" not in text(chen.get("/desk/?tab=fresh"))
    report = Report.objects.get()
    chen.post(f"/desk/cases/{case.number}/reports/{report.id}/restate/", {"text": "楼道灯不亮"})
    case.refresh_from_db()
    assert case.title == "楼道灯不亮"


def test_many_voices_without_words_are_like_one_another_at_one_place_only(cast: Cast) -> None:
    case = Case(title="（一段录音）", place_id=cast.town.building)
    assert floods.key_of(case) == ("（一段录音）", cast.town.building)
    assert floods.key_of(Case(title="楼道灯不亮", place_id=cast.town.building)) == ("楼道灯不亮", None)


def test_one_of_words_photo_and_voice_is_asked_for_before_and_after(
    cast: Cast, desk: Desk, here: str
) -> None:
    door = Client(HTTP_HOST="localhost")
    assert "拍照、打字、说一段话，有一样就行" in text(door.get(here))
    refused = door.post(here, {"key": KEY, "category": "0501"})
    assert (refused.status_code, "请写一句话、附一张照片，或者说一段话" in text(refused)) == (422, True)
