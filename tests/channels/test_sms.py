"""Short messages to reporters: what needs no answer goes by the documented POST, what needs one stays on the call list."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.channels import sms
from gezhi.config import worker
from gezhi.config.environment import Texter, texter
from gezhi.config.postman import Postman
from gezhi.flows import reach_reporter, text_reporter
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.journal.outbox import MOST_TRIES_ON_A_ROAD, ROAD_PAUSES
from gezhi.reports.intake import Intake
from tests.cases.test_calls import PHONE as MOBILE
from tests.cases.test_calls import by_phone
from tests.cast import Cast, done, walk
from tests.channels.conftest import Moments
from tests.channels.listening import Listener, listening

SECRET = "a-secret-of-the-gateway"


@pytest.fixture
def texting(listener: Listener, settings: Any) -> Listener:
    """The office has a gateway that takes everything."""
    settings.GEZHI_SMS = Texter(listener.url, SECRET, is_bearer=False)
    settings.ALLOWED_HOSTS = ["gezhi.example.cn"]
    settings.GEZHI_HTTPS = True
    return listener


def accepted(cast: Cast, at: datetime, **more: Any) -> Case:
    """A caller's case that was accepted: he is to be told."""
    case = by_phone(cast, at, **more)
    return walk(case, (cast.chen, Move("accept")), at=at)


def sent(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(body) for _heads, body in listener.came]


def go_round(postman: Postman, at: datetime) -> None:
    worker.do_errands(at)
    while postman.deliver():
        pass


def owed() -> list[str]:
    return list(CallBack.objects.filter(done_at=None).values_list("kind", flat=True))


def test_an_accepted_matter_is_said_by_short_message_and_not_by_phone(
    cast: Cast, texting: Listener, postman: Postman, noon: datetime
) -> None:
    case = accepted(cast, noon)
    assert owed() == ["accepted"]
    go_round(postman, noon)
    (said,) = sent(texting)
    assert (said["to"], owed()) == (MOBILE, [])
    assert said["pieces"][0] == f"【格治】您反映的事已受理，编号{case.number}。"
    assert said["pieces"][1].startswith("https://gezhi.example.cn/t/371072-")
    assert all(len(piece) <= 70 for piece in said["pieces"])
    assert list(check.findings()) == []


def test_each_message_is_signed_as_the_document_says(
    cast: Cast, texting: Listener, postman: Postman, noon: datetime
) -> None:
    accepted(cast, noon)
    go_round(postman, noon)
    ((heads, body),) = texting.came
    expected = sms.sign(SECRET, heads["webhook-id"], heads["webhook-timestamp"], body)
    assert (heads["webhook-signature"], heads["webhook-id"]) == (expected, json.loads(body)["id"])


def test_a_gateway_with_a_token_is_shown_it(
    cast: Cast, texting: Listener, postman: Postman, settings: Any, noon: datetime
) -> None:
    settings.GEZHI_SMS = Texter(texting.url, SECRET, is_bearer=True)
    accepted(cast, noon)
    go_round(postman, noon)
    heads = texting.came[0][0]
    assert (heads["authorization"], "webhook-signature" in heads) == (f"Bearer {SECRET}", False)


def test_what_needs_an_answer_stays_on_the_call_list(
    cast: Cast, texting: Listener, postman: Postman, noon: datetime
) -> None:
    moves = (
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="看过了")),
    )
    walk(accepted(cast, noon), *moves, at=noon)
    go_round(postman, noon)
    assert ([one["pieces"][0][:12] for one in sent(texting)], owed()) == (
        ["【格治】您反映的事已受理"],
        ["please_confirm"],
    )


def test_twin_a_question_that_counted_as_said_would_never_be_asked(
    cast: Cast, texting: Listener, postman: Postman, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_reporter, "TEXTED", frozenset({"accepted", "asked"}))
    monkeypatch.setattr("gezhi.cases.calls.TEXTED", frozenset({"accepted", "asked"}))
    monkeypatch.setitem(sms.SAID, "asked", "…")
    walk(by_phone(cast, noon), (cast.chen, Move("ask", note="哪个单元")), at=noon)
    go_round(postman, noon)
    assert owed() == []


def test_without_a_gateway_everybody_is_rung_up(
    cast: Cast, listener: Listener, postman: Postman, noon: datetime
) -> None:
    accepted(cast, noon)
    go_round(postman, noon)
    assert (listener.came, owed(), Errand.objects.filter(kind="sms").count()) == ([], ["accepted"], 0)


def test_a_landline_is_rung_up(cast: Cast, texting: Listener, postman: Postman, noon: datetime) -> None:
    row = cast.town.row(cast.town.stairwell)
    intake = Intake("phone", text="门坏了", place=row.id, place_path=row.path, contact="0631-5231234")
    case = cases.of_report(receive_report(Voice(intake, row), actor=cast.chen, at=noon).report_id)
    leaf = catalogue.by_code("0501").id
    walk(case, (cast.chen, Move("accept", category=leaf)), at=noon)
    go_round(postman, noon)
    assert (texting.came, owed()) == ([], ["accepted"])


def test_a_message_that_is_not_taken_is_tried_again_under_the_same_id_and_the_call_stays(
    cast: Cast, loopback: None, settings: Any, postman: Postman, clock: Moments, noon: datetime
) -> None:
    answers = iter([503, 200])
    with listening(lambda heads, body: next(answers)) as gateway:
        settings.GEZHI_SMS = Texter(gateway.url, SECRET, is_bearer=False)
        accepted(cast, noon)
        go_round(postman, noon)
        assert owed() == ["accepted"]
        clock.at = noon + timedelta(minutes=1)
        go_round(postman, clock.at)
    assert (len(gateway.came), len({one["id"] for one in sent(gateway)}), owed()) == (2, 1, [])


def test_a_number_that_no_gateway_takes_is_parked_and_rung_up(
    cast: Cast, loopback: None, settings: Any, postman: Postman, clock: Moments, noon: datetime
) -> None:
    with listening(lambda heads, body: 422) as gateway:
        settings.GEZHI_SMS = Texter(gateway.url, SECRET, is_bearer=False)
        accepted(cast, noon)
        for pause in (0, *ROAD_PAUSES):
            clock.at += timedelta(seconds=pause + 31)
            go_round(postman, clock.at)
    assert (len(gateway.came), [one.kind for one in outbox.parked()]) == (MOST_TRIES_ON_A_ROAD, ["sms"])
    assert owed() == ["accepted"]


def test_who_was_forgotten_meanwhile_hears_nothing(
    cast: Cast, texting: Listener, postman: Postman, noon: datetime
) -> None:
    case = accepted(cast, noon)
    worker.do_errands(noon)
    report = CallBack.objects.get().report_id
    reach_reporter.forget(case.id, report, "本人要求", actor=cast.chen, at=noon)
    go_round(postman, noon)
    assert texting.came == []


@pytest.mark.parametrize("what", sorted(sms.SAID))
@pytest.mark.parametrize("hosts", [["localhost"], ["a.cn"], ["a-very-long-name-of-an-office.gov.example.cn"]])
def test_every_piece_is_one_short_message(what: str, hosts: list[str], settings: Any) -> None:
    settings.ALLOWED_HOSTS = hosts
    found = sms.pieces(what, "371072-2026-0000001", "371072-23456789abcdefghjkmnpqrstv")
    assert all(0 < len(piece) <= sms.MOST_SIGNS for piece in found)
    assert 1 <= len(found) <= 3


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("sms://x", SECRET),
        ("https://", SECRET),
        ("https://a:b@c/x", SECRET),
        ("https://a.cn", "short"),
        ("https://a.cn", ""),
        ("https://a.cn", "with space " * 3),
    ],
)
def test_a_gateway_that_is_set_up_wrong_stops_the_boot(
    monkeypatch: pytest.MonkeyPatch, url: str, secret: str
) -> None:
    monkeypatch.setenv("GEZHI_SMS_URL", url)
    monkeypatch.setenv("GEZHI_SMS_SECRET", secret)
    with pytest.raises(ImproperlyConfigured, match="GEZHI_SMS_"):
        texter("GEZHI_SMS_URL", "GEZHI_SMS_SECRET")


def test_a_secret_that_begins_with_bearer_is_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_SMS_URL", "https://sms.example.cn/send")
    monkeypatch.setenv("GEZHI_SMS_SECRET", f"bearer:{SECRET}")
    assert texter("GEZHI_SMS_URL", "GEZHI_SMS_SECRET") == Texter(
        "https://sms.example.cn/send", SECRET, is_bearer=True
    )
