"""Another's program receives each step of a case, verifies our signature with a library that is not ours, and holds nobody else up."""

import json
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.channels import webhook
from gezhi.config import worker
from gezhi.config.postman import DOWN_AFTER, REST, Postman, Trouble, station
from gezhi.flows import herald_check
from gezhi.journal import check as journal_check
from gezhi.journal import outbox
from gezhi.journal.models import Entry, Errand, Words
from gezhi.journal.outbox import MOST_TRIES_ON_A_ROAD, ROAD_PAUSES
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.notices import receivers
from gezhi.notices.events import TEST, TYPES
from gezhi.tenancy.current import city_scope
from gezhi.web.desk.receivers import TYPE_NAMES
from tests.cast import walk
from tests.channels.conftest import subscribe
from tests.channels.listening import listening

SECOND = timedelta(seconds=1)
WORDS = "王大爷家漏水，电话13800001234"


def dispatched(cast, at):
    """A case with words in it that nobody outside may read, given to the property company."""
    case = cast.lin_reports(at, WORDS, contact="13800001234")
    return walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=at)


def types(listener) -> list[str]:
    return [json.loads(body)["type"] for _, body in listener.came]


def until_quiet(postman) -> None:
    """One message of a case is leased at a time: go round until nothing is due."""
    while postman.deliver():
        pass


def test_each_step_is_told_in_order_signed_and_without_a_word_of_anybody(
    cast, subscribed, listener, postman, clock
):
    clock.at = now = datetime.now(UTC)  # the library looks at the time of the signature
    case = dispatched(cast, now)
    worker.keep_books(now)
    until_quiet(postman)
    assert types(listener) == ["case.reported", "case.accepted", "case.dispatched"]
    said = [Webhook(subscribed[1]).verify(body, headers) for headers, body in listener.came]
    assert said[-1] == {
        "type": "case.dispatched",
        "timestamp": now.isoformat(),
        "data": {
            "number": case.number,
            "state": "dispatched",
            "version": 3,
            "round": 1,
            "place": cast.town.row(cast.town.stairwell).code,
            "category": "0501",
            "party": "CF",
            "due": case.due_at.isoformat(),
            "ending": None,
        },
    }
    assert all(WORDS not in body.decode() and "13800001234" not in body.decode() for _, body in listener.came)
    rows = Entry.objects.filter(subject_id=case.id).order_by("seq").values_list("id", flat=True)
    assert listener.ids == [f"msg_{id.hex}" for id in rows]


def test_twin_signed_with_another_secret_the_library_refuses_it(cast, subscribed, listener, postman, clock):
    clock.at = now = datetime.now(UTC)
    receivers.renew_secret(subscribed[0], actor=SYSTEM, at=now)
    cast.lin_reports(now)
    worker.keep_books(now)
    until_quiet(postman)
    headers, body = listener.came[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(subscribed[1]).verify(body, headers)


def test_the_signature_is_that_of_the_specification():
    """The worked example of the specification's reference libraries."""
    secret, id, moment = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
    )
    signature = webhook.sign(secret, id, moment, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_step_keeps_its_id_and_its_bytes_at_every_try(cast, subscribed, listener, postman, clock, noon):
    listener.answer = lambda headers, body: 500 if len(listener.came) < 3 else 204
    cast.lin_reports(noon)
    worker.keep_books(noon)
    for seconds in (0, *ROAD_PAUSES[:2]):
        clock.at += seconds * SECOND
        postman.deliver()
    assert len(set(listener.ids)) == 1
    assert len({body for _, body in listener.came}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in listener.came}) == 3
    row = receivers.receiver(subscribed[0])
    assert (row.last_ok_at, row.failing_since, row.last_error) == (clock.at, None, "")


def test_after_ten_tries_a_message_is_parked_and_sent_again_on_wish(
    cast, subscribed, listener, postman, clock, noon
):
    listener.answer = lambda headers, body: 500
    cast.lin_reports(noon)
    worker.keep_books(noon)
    for pause in (0, *ROAD_PAUSES):
        clock.at += pause * SECOND
        assert postman.deliver() == 1
        clock.at += REST
    assert (len(listener.came), len(set(listener.ids))) == (MOST_TRIES_ON_A_ROAD, 1)
    (parked,) = outbox.parked()
    assert (parked.error, parked.tries) == ("HTTP 500", MOST_TRIES_ON_A_ROAD)
    assert receivers.receiver(subscribed[0]).last_error == "HTTP 500"
    listener.answer = lambda headers, body: 204
    outbox.release(parked.id, at=clock.at)
    assert postman.deliver() == 1
    assert not outbox.parked()
    assert len(set(listener.ids)) == 1
    assert list(herald_check.findings(clock.at)) == []


def test_a_poison_message_lets_those_of_other_cases_pass_and_holds_its_own_back(
    cast, subscribed, listener, postman, clock, noon
):
    """F17, and F16's order per case: what came later of the same case waits for it."""
    poison = cast.lin_reports(noon)
    listener.answer = lambda headers, body: 500 if poison.number.encode() in body else 204
    others = [cast.lin_reports(noon) for _ in range(4)]
    advance(poison.id, Move("accept"), actor=cast.chen, at=noon)
    worker.keep_books(noon)
    until_quiet(postman)
    taken = [json.loads(body)["data"]["number"] for _, body in listener.came]
    assert sorted(taken) == sorted([poison.number, *(one.number for one in others)])
    listener.answer = lambda headers, body: 204
    clock.at += ROAD_PAUSES[0] * SECOND
    until_quiet(postman)
    of_poison = [json.loads(body)["type"] for _, body in listener.came if poison.number.encode() in body]
    assert of_poison == ["case.reported", "case.reported", "case.accepted"]


def test_twin_claimed_without_an_order_the_later_step_overtakes(
    cast, subscribed, listener, postman, clock, noon, monkeypatch
):
    case = cast.lin_reports(noon)
    advance(case.id, Move("accept"), actor=cast.chen, at=noon)
    worker.keep_books(noon)
    listener.answer = lambda headers, body: 500 if b"case.reported" in body else 204
    monkeypatch.setattr(
        outbox,
        "claim_on",
        lambda road, *, at, limit: outbox._lease(outbox._due(at).filter(road=road), at, limit),
    )
    until_quiet(postman)
    listener.answer = lambda headers, body: 204
    clock.at += ROAD_PAUSES[0] * SECOND
    until_quiet(postman)
    assert types(listener) == ["case.reported", "case.accepted", "case.reported"]


def test_a_receiver_that_is_away_for_a_day_gets_all_of_it_at_once_when_it_is_back(
    cast, subscribed, listener, postman, clock, noon
):
    """F16: while it is down only the foremost message is tried, and nothing is parked."""
    down = {"is": True}
    listener.answer = lambda headers, body: 503 if down["is"] else 204
    cases = [cast.lin_reports(noon) for _ in range(12)]
    worker.keep_books(noon)
    for minutes in range(0, 24 * 60, 20):
        clock.at = noon + timedelta(minutes=minutes)
        postman.deliver()
    assert not outbox.parked()
    down["is"], before = False, len(listener.came)
    clock.at = noon + timedelta(hours=24)
    receivers.send_test(subscribed[0], actor=SYSTEM, at=clock.at)
    until_quiet(postman)
    told = {json.loads(body)["data"].get("number") for _, body in listener.came[before:]}
    assert told - {None} == {one.number for one in cases}
    assert outbox.waiting_on(receivers.road(subscribed[0])) == 0


def test_a_receiver_that_is_gone_is_switched_off_with_an_alarm(
    cast, subscribed, listener, postman, clock, noon
):
    listener.answer = lambda headers, body: 410
    for _ in range(3):
        cast.lin_reports(noon)
    worker.keep_books(noon)
    until_quiet(postman)
    row = receivers.receiver(subscribed[0])
    assert (row.is_on, row.gone_at, len(listener.came)) == (False, noon, 1)
    assert not outbox.parked()
    warned = [one.what for one in herald_check.findings(noon)]
    assert warned == ["answered 410 Gone and was switched off"]
    cast.lin_reports(noon)
    worker.keep_books(noon)
    until_quiet(postman)
    assert len(listener.came) == 1


def test_one_receiver_that_hangs_holds_up_no_other(cast, subscribed, listener, noon, settings, monkeypatch):
    """F16 with the worker's own threads: the second receiver has its message while the first still says nothing."""
    monkeypatch.setattr("gezhi.channels.outward.WHOLE_SECONDS", 0.1)
    postman = Postman(lambda: noon)
    with listening(held=0.5) as hanging:
        other, _ = subscribe(hanging.url, noon, "挂起的平台")
        for _ in range(6):
            cast.lin_reports(noon)
        worker.keep_books(noon)
        tried = postman.deliver()
        assert (len(listener.came), len(hanging.came)) == (6, 1)
        assert tried == 7
        trouble = postman._troubles[(Errand.objects.first().jurisdiction_id, station(receivers.road(other)))]
        assert trouble == Trouble(DOWN_AFTER, noon + REST)
    postman.come_home()


def test_a_receiver_is_told_from_the_day_it_was_added(cast, listener, postman, clock, noon):
    cast.lin_reports(noon)
    worker.keep_books(noon)
    subscribe(listener.url, noon)
    assert postman.deliver() == 0
    case = cast.lin_reports(noon)
    worker.keep_books(noon)
    until_quiet(postman)
    assert [json.loads(body)["data"]["number"] for _, body in listener.came] == [case.number]
    assert list(herald_check.findings(noon)) == []


def test_switched_off_it_hears_nothing_and_what_waited_is_called_off(
    cast, subscribed, listener, postman, noon
):
    cast.lin_reports(noon)
    worker.keep_books(noon)
    receivers.switch(subscribed[0], is_on=False, actor=SYSTEM, at=noon)
    cast.lin_reports(noon)
    worker.keep_books(noon)
    until_quiet(postman)
    assert listener.came == []
    receivers.switch(subscribed[0], is_on=True, actor=SYSTEM, at=noon)
    assert list(herald_check.findings(noon)) == []


def test_a_test_message_is_about_nothing(cast, subscribed, listener, postman, noon):
    receivers.send_test(subscribed[0], actor=SYSTEM, at=noon)
    until_quiet(postman)
    assert [json.loads(body) for _, body in listener.came] == [
        {"type": TEST, "timestamp": noon.isoformat(), "data": {"name": "区城管平台"}}
    ]


def test_the_check_names_a_step_without_its_message(cast, subscribed, noon):
    case = cast.lin_reports(noon)
    worker.keep_books(noon)
    Errand.objects.filter(kind=receivers.WEBHOOK).delete()
    (found,) = herald_check.findings(noon)
    assert (found.invariant, found.where) == ("I12", case.number)


def test_only_an_administrator_says_who_is_told(cast, noon):
    for actor in (cast.chen, cast.zhou):
        with pytest.raises(NotYours):
            receivers.add("x", "https://example.cn/", ["case.closed"], actor=actor, at=noon)
    for events, code in (([], "empty"), (["case.secret"], "unknown")):
        with pytest.raises(Invalid) as refused:
            receivers.add("x", "https://example.cn/", events, actor=SYSTEM, at=noon)
        assert (refused.value.field, refused.value.code) == ("events", code)


def test_the_secret_stands_nowhere_in_the_database_nor_the_address_in_the_chain(cast, subscribed, listener):
    row: Any = receivers.Receiver.objects.get(id=subscribed[0])
    assert subscribed[1].encode() not in bytes(row.secret)
    entry = Entry.objects.get(subject_kind="receiver")
    assert listener.url not in str(entry.after)


def test_a_receiver_that_was_removed_leaves_no_address_and_a_valid_chain(cast, subscribed, listener, noon):
    """Many an address has a key in it: it goes from the row and from beside the journal, also the one before a change."""
    id, _ = subscribed
    receivers.change(id, "区平台", listener.url + "second", TYPES, actor=SYSTEM, at=noon)
    receivers.went_wrong(id, why=f"no_answer {listener.url}", at=noon)
    receivers.remove(id, actor=SYSTEM, at=noon)
    row: Any = receivers.Receiver.objects.get(id=id)
    assert (row.url, row.last_error, bytes(row.secret), row.name) == ("", "", b"", "区平台")
    assert [words.text for words in Words.objects.filter(entry__subject_kind="receiver")] == ["", ""]
    told = [entry.event for entry in Entry.objects.filter(subject_kind="receiver").order_by("seq")]
    assert told == ["add_receiver", "change_receiver", "remove_receiver"]
    assert [*journal_check.findings()] == []
    again = receivers.add("区平台", listener.url, TYPES, actor=SYSTEM, at=noon)
    assert receivers.receiver(again[0]).url == listener.url


def test_twin_where_nothing_is_erased_the_address_stays_readable(
    cast, subscribed, listener, noon, monkeypatch
):
    monkeypatch.setattr(receivers, "erase_words", lambda **_what: 0)
    with pytest.raises(AssertionError):
        test_a_receiver_that_was_removed_leaves_no_address_and_a_valid_chain(cast, subscribed, listener, noon)


def test_the_addresses_of_receivers_removed_before_that_went_too(cast, subscribed, noon):
    """By the migration: only theirs."""
    kept = receivers.add("在用的", "https://example.cn/in", TYPES, actor=SYSTEM, at=noon)[0]
    receivers.Receiver.objects.filter(id=subscribed[0]).update(removed_at=noon)
    step = import_module("gezhi.notices.migrations.0003_who_was_removed_has_no_address")
    with city_scope("a migration goes through all offices"):
        for _twice in range(2):
            step.forget_addresses(apps, None)
    assert dict(receivers.Receiver.objects.values_list("id", "url")) == {
        subscribed[0]: "",
        kept: "https://example.cn/in",
    }
    left = Words.objects.filter(entry__subject_kind="receiver", erased_at=None)
    assert list(left.values_list("text", flat=True)) == ["https://example.cn/in"]
    assert [*journal_check.findings()] == []


def test_every_type_is_offered_with_a_name_of_its_own():
    assert set(TYPE_NAMES) == set(TYPES)
