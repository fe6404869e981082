"""One token of WeCom for all who send: fetched once, kept in secret, never asked for twice at a time or for ever."""

from datetime import timedelta

import pytest

from gezhi.channels.outward import Unreachable
from gezhi.channels.wecom import client, office, saying
from gezhi.channels.wecom.models import Application
from gezhi.journal.models import Entry, Words
from gezhi.journal.outbox import Hopeless
from gezhi.kernel.actor import SYSTEM
from tests.wecom.envelopes import AGENT, CORP, SECRET


def app():
    return Application.objects.get()


def test_one_token_serves_until_shortly_before_its_end(chat, clock):
    first = client.token(app(), at=clock.at)
    clock.go(minutes=114)
    assert client.token(app(), at=clock.at) == first
    clock.go(minutes=2)
    assert client.token(app(), at=clock.at) != first
    assert chat.standin.tokens_given == 2


def test_a_token_that_wecom_dropped_is_fetched_anew_once(chat, clock):
    client.token(app(), at=clock.at)
    chat.standin.tokens.clear()
    client.send(app(), ["chen"], "text", {"content": "好"}, at=clock.at)
    assert (chat.standin.tokens_given, len(chat.standin.sent)) == (2, 1)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_never_taken_is_not_asked_for_for_ever(chat, clock, code):
    chat.standin.trouble = code
    with pytest.raises(client.NotTaken):
        client.send(app(), ["chen"], "text", {"content": "好"}, at=clock.at)
    assert chat.standin.tokens_given == 2


@pytest.mark.parametrize(
    "code, becomes",
    [
        (45009, Unreachable),
        (45033, Unreachable),
        (-1, Unreachable),
        (81013, Hopeless),
        (60111, Hopeless),
        (40058, client.NotTaken),
    ],
)
def test_what_wecom_says_decides_what_follows(chat, clock, code, becomes):
    chat.standin.trouble = code
    with pytest.raises(becomes):
        client.send(app(), ["chen"], "text", {"content": "好"}, at=clock.at)


def test_a_wrong_secret_is_said_on_the_page_and_locks_nobody_out(chat, clock):
    office.set_up(CORP, AGENT, "wrong-secret", actor=SYSTEM, at=clock.at)
    with pytest.raises(client.NotTaken):
        saying._send(["chen"], "text", {"content": "好"}, clock.at)
    assert office.application().last_error == "errcode 40001"
    office.set_up(CORP, AGENT, SECRET, actor=SYSTEM, at=clock.at)
    saying._send(["chen"], "text", {"content": "好"}, clock.at)
    assert office.application().last_error == ""


def test_while_one_fetches_the_others_wait_and_then_give_up(chat, clock, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    Application.objects.update(asking_until=clock.at + timedelta(seconds=10))
    with pytest.raises(Unreachable):
        client.token(app(), at=clock.at)
    assert chat.standin.tokens_given == 0
    clock.go(seconds=11)  # whoever was fetching died
    assert client.token(app(), at=clock.at)


@pytest.fixture
def overtaken(chat, clock, monkeypatch):
    """Who fetches is held up after WeCom answered him; twenty seconds later another has his turn. The first one's and the other's token."""
    ask = client.outward.ask
    found: list[object] = []

    def slow(*args, **more):
        answer = ask(*args, **more)
        if not found:
            found.append("asked")
            found.append(client.token(app(), at=clock.at + client.ASKING))
            chat.standin.tokens = {found[1]: chat.standin.tokens[found[1]]}  # the newer ended the older
        return answer

    monkeypatch.setattr(client.outward, "ask", slow)
    return lambda: (client.token(app(), at=clock.at), found[1])


def test_whoever_was_overtaken_takes_the_newer_token_and_leaves_it_where_it_is(chat, clock, overtaken):
    got, newer = overtaken()
    assert got == newer == client.token(app(), at=clock.at)
    client.send(app(), ["chen"], "text", {"content": "好"}, at=clock.at)
    assert (chat.standin.tokens_given, len(chat.standin.sent)) == (2, 1)


def test_who_fails_after_his_turn_leaves_the_turn_of_the_other(chat, clock, monkeypatch):
    later = clock.at + timedelta(seconds=60)

    def lost(*args, **more):
        Application.objects.update(asking_until=later)
        raise Unreachable("no_answer")

    monkeypatch.setattr(client.outward, "ask", lost)
    with pytest.raises(Unreachable):
        client.token(app(), at=clock.at)
    assert app().asking_until == later


def test_a_token_of_the_old_secret_is_not_kept_under_the_new_one(chat, clock, monkeypatch):
    ask = client.outward.ask

    def changed(*args, **more):
        answer = ask(*args, **more)
        office.set_up(CORP, AGENT, SECRET + "-new", actor=SYSTEM, at=clock.at)
        return answer

    monkeypatch.setattr(client.outward, "ask", changed)
    client.token(app(), at=clock.at)
    assert (app().access_token, app().asking_until) == (None, None)


def test_secrets_stand_nowhere_in_clear(chat, clock):
    client.token(app(), at=clock.at)
    kept = (
        str([{**one} for one in Application.objects.values()])
        + str(list(Entry.objects.values()))
        + str(list(Words.objects.values()))
    )
    token = next(iter(chat.standin.tokens))
    assert not any(secret in kept for secret in (SECRET, token))


def test_what_was_made_here_is_shown_once(cast, noon):
    made = office.set_up(CORP, AGENT, SECRET, actor=SYSTEM, at=noon)
    assert (len(made.token), len(made.encoding_key)) == (32, 43)
    assert office.callback().token == made.token
    assert office.set_up(CORP, AGENT + 1, "", actor=SYSTEM, at=noon) == ("", "")
    assert office.callback().token == made.token
