"""What a phone keeps without network ends as one report each, said when it was said."""

import json
import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from gezhi.web import kept
from gezhi.web.public import offline
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.public.conftest import form, picture, report

pytestmark = pytest.mark.django_db
REPLAYS = 3


def drafts(count: int) -> list[dict[str, Any]]:
    """As an outbox keeps them: each with a key made on the phone."""
    return [form(key=f"made-on-the-phone-{n:06}", text=f"离线写的第 {n} 份") for n in range(count)]


def replayed(door: Client, here: str, waiting: list[dict[str, Any]], order: random.Random) -> Counter[str]:
    """Every draft sent as often as there are replays, in random order; how often each receipt came."""
    line = [one for one in waiting for _ in range(REPLAYS)]
    order.shuffle(line)
    return Counter(
        report(door, here, **one, waited=str(order.randrange(5_000_000))).rsplit("/", 1)[1] for one in line
    )


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_drafts_replayed_three_times_in_random_order_are_one_report_each(
    door: Client, here: str, count: int
) -> None:
    told = replayed(door, here, drafts(count), random.Random(28))
    assert set(told.values()) == {REPLAYS}
    assert (len(told), Report.objects.count()) == (count, count)


def test_without_their_keys_every_replay_would_be_a_report(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "key_of", lambda said: kept.fresh_key())
    monkeypatch.setattr("gezhi.web.public.report_form.key_of", lambda said: kept.fresh_key())
    told = replayed(door, here, drafts(5), random.Random(28))
    assert (len(told), Report.objects.count()) == (15, 15)


def test_the_same_photos_sent_again_are_the_same_report(door: Client, here: str) -> None:
    """An answer that was lost: the phone sends words and pictures once more, hours later."""
    data = photo()
    first = report(door, here, photos=[picture(data=data)])
    again = report(door, here, photos=[SimpleUploadedFile("2.jpg", data, "image/jpeg")], waited="7200")
    assert (first, Report.objects.count()) == (again, 1)


@pytest.mark.parametrize(
    ("waited", "said_before"),
    [
        ("7200", timedelta(hours=2)),
        ("2592000", timedelta(days=30)),
        ("2592001", None),  # a clock that is off
        ("299", None),  # said just now
        ("-7200", None),
        ("zwei", None),
        ("９９９９", None),
        ("99999999999999999999", None),
        ("", None),
    ],
)
def test_a_report_keeps_when_it_was_said_and_its_clocks_start_at_receipt(
    door: Client, here: str, waited: str, said_before: timedelta | None
) -> None:
    found = reports.by_code(report(door, here, waited=waited).rsplit("/", 1)[1])
    assert found.said_at == (found.received_at - said_before if said_before else None)


def test_the_answer_names_the_form_that_was_taken_in(door: Client, here: str) -> None:
    report(door, here)
    assert door.cookies[kept.DONE].value == form()["key"]
    door.cookies.clear()
    refused = door.post(here, form(text="", key="a-form-shown-once-001"))
    assert (refused.status_code, kept.DONE in door.cookies) == (422, False)


def test_the_token_of_now_sends_a_form_of_yesterday(cast: Cast, here: str, settings: Any) -> None:
    settings.GEZHI_LIMITS = False
    browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    assert browser.post(here, form(csrfmiddlewaretoken="x" * 64)).status_code == 403
    answer = browser.get("/unsent/token")
    said = answer.json()
    assert (said["who"], "no-store" in answer["Cache-Control"]) == ("", True)
    assert browser.post(here, form(csrfmiddlewaretoken=said["token"])).status_code == 303


def test_the_worker_keeps_what_is_there_and_is_asked_for_anew(door: Client) -> None:
    answer = door.get("/sw.js")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")
    shell = json.loads(re.findall(r"const SHELL = (.*);", answer.content.decode())[0])
    assert [one for one in shell if door.get(one).status_code != 200] == []
    assert "/unsent/" in shell


def test_another_file_is_another_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    read = offline._read
    first = offline._worker.__wrapped__("/unsent/", "/r/")
    monkeypatch.setattr(
        offline, "_read", lambda name: read(name) + (b" " if name.endswith("app.css") else b"")
    )
    assert first != offline._worker.__wrapped__("/unsent/", "/r/")


@pytest.mark.parametrize(("face", "start"), [("", "/"), ("?face=my", "/my/")])
def test_both_faces_can_be_installed(door: Client, face: str, start: str) -> None:
    answer = door.get(f"/manifest.webmanifest{face}")
    said = json.loads(answer.content)
    assert (answer["Content-Type"], said["start_url"], said["id"]) == (
        "application/manifest+json",
        start,
        start,
    )
    assert [one["src"] for one in said["icons"] if door.get(one["src"]).status_code != 200] == []


def test_the_list_of_what_is_unsent_holds_nothing_of_anybody(door: Client, here: str) -> None:
    html = door.get("/unsent/").content.decode()
    assert "data-who" not in html
    assert 'href="/unsent/"' in door.get(here).content.decode()
