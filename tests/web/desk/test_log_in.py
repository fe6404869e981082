"""Who gets in, and what stands before that."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties import codes, queries, staff
from gezhi.parties.models import Account
from gezhi.web.desk import inbox, passwords
from tests.cast import PASSWORD, Cast
from tests.web.desk.conftest import Desk, text

NEW = "harbour-lantern-kites-77"


def log_in(password: str = PASSWORD, username: str = "chen") -> Any:
    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    return client, client.post("/account/login/", {"login": username, "password": password})


def test_a_clerk_logs_in_and_sees_the_list(cast: Cast, desk: Desk) -> None:
    client, answer = log_in()
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_a_wrong_password_says_one_sentence_and_keeps_the_name(cast: Cast, desk: Desk) -> None:
    _client, answer = log_in("not-this-one-surely")
    assert answer.status_code == 200
    assert "登录名或密码不对，或者您今天没有岗位" in text(answer)
    assert 'value="chen"' in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/desk/", "/desk/calls/", "/desk/ledger/", "/desk/accounts/", "/desk/parties/"]
)
def test_a_stranger_is_asked_to_log_in(cast: Cast, desk: Desk, address: str) -> None:
    answer = Client(HTTP_HOST="localhost").get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={address}")


def test_nobody_signs_up_or_sets_a_password_by_mail(cast: Cast, desk: Desk) -> None:
    door = Client(HTTP_HOST="localhost")
    statuses = [door.get(f"/account/{page}/").status_code for page in ("signup", "email", "password/set")]
    assert statuses == [404, 404, 404]


def test_a_reset_asks_for_the_code_and_then_for_an_own_password(
    cast: Cast, keeper: Actor, noon: datetime, desk: Desk
) -> None:
    shown = desk(keeper).post(f"/desk/accounts/{cast.chen.id}/reset/")
    code = shown.context["code"]
    assert shown.status_code == 200
    assert log_in()[1].status_code == 200  # the old password is gone
    door = Client(HTTP_HOST="localhost")
    sent = {"username": "chen", "code": code, "new": NEW, "again": NEW}
    assert door.post("/account/code/", sent | {"code": "aaaaa-bbbbb"}).status_code == 422
    assert door.post("/account/code/", sent)["Location"] == "/account/login/"
    assert log_in(NEW)[1]["Location"] == "/desk/"


def test_whoever_must_change_his_password_gets_no_further(cast: Cast, desk: Desk) -> None:
    Account.objects.filter(username="chen").update(must_change_password=True)
    client = desk(cast.chen)
    assert client.get("/desk/")["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200
    assert (
        client.post("/account/password/", {"old": PASSWORD, "new": NEW, "again": NEW})["Location"] == "/desk/"
    )
    assert client.get("/desk/").status_code == 200


def test_two_different_new_passwords_change_nothing(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/account/password/", {"old": PASSWORD, "new": NEW, "again": NEW + "x"})
    assert answer.status_code == 422
    assert "两次输入的不一样" in text(answer)
    assert log_in()[1]["Location"] == "/desk/"


def test_a_log_in_ends_with_the_account(cast: Cast, keeper: Actor, noon: datetime, desk: Desk) -> None:
    client = desk(cast.gao)
    assert client.get("/desk/").status_code == 200
    staff.switch_account(cast.gao.id, is_active=False, actor=SYSTEM, at=noon)
    assert client.get("/desk/").status_code == 302


def test_with_the_last_post_goes_the_desk(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.gao)
    (post,) = queries.posts(cast.gao.id)
    staff.end_post(post.id, ends_on=noon.date(), actor=SYSTEM, at=noon)
    assert client.get("/desk/").status_code == 403


def test_without_its_guard_the_desk_would_open_to_whoever_has_no_post(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    (post,) = queries.posts(cast.gao.id)
    staff.end_post(post.id, ends_on=noon.date(), actor=SYSTEM, at=noon)
    client = desk(cast.gao)
    unguarded = inbox.inbox.__wrapped__.__wrapped__  # without require_GET and without staff_required
    request = client.get("/desk/").wsgi_request
    assert unguarded(request).status_code == 200


def one_time(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))))


def test_with_a_second_factor_the_password_alone_opens_nothing(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    client, _answer = log_in()
    asked = client.get("/account/2fa/totp/activate/")["Location"]  # who is it? the password once more
    assert client.post(asked, {"password": "wrong-wrong-wrong"}).status_code == 200
    assert client.post(asked, {"password": PASSWORD})["Location"] == "/account/2fa/totp/activate/"
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert client.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/account/2fa/totp/activate/", {"code": one_time(secret)}).status_code == 302
    assert "备用码" in text(client.get("/account/2fa/recovery-codes/"))

    other, answer = log_in()
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert other.get("/desk/").status_code == 302
    with time_machine.travel(noon + timedelta(minutes=2), tick=False):
        assert "输入动态码" in text(other.get("/account/2fa/authenticate/"))
        assert other.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
        assert other.post("/account/2fa/authenticate/", {"code": one_time(secret)})["Location"] == "/desk/"
    assert other.get("/desk/").status_code == 200


def test_too_many_wrong_passwords_lock_the_door_for_a_while(cast: Cast, desk: Desk, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for _try in range(8):
        _client, answer = log_in("wrong-wrong-wrong")
    assert "试错次数太多" in text(answer)
    assert "试错次数太多" in text(log_in()[1])  # the right one does not open it either


def test_without_the_lock_the_right_password_still_opens(cast: Cast, desk: Desk, settings: Any) -> None:
    settings.AXES_ENABLED = False
    for _try in range(8):
        log_in("wrong-wrong-wrong")
    assert log_in()[1]["Location"] == "/desk/"


def try_code(code: str, caller: str, username: str = "chen") -> Any:
    """Somebody at this address tries a one-time code."""
    door = Client(HTTP_HOST="localhost", raise_request_exception=False, REMOTE_ADDR=caller)
    return door.post("/account/code/", {"username": username, "code": code, "new": NEW, "again": NEW})


@pytest.fixture
def code(cast: Cast, keeper: Actor, desk: Desk, settings: Any) -> str:
    """Chen's one-time code, with the limits on."""
    found = str(desk(keeper).post(f"/desk/accounts/{cast.chen.id}/reset/").context["code"])
    settings.GEZHI_LIMITS = True
    return found


STRANGER, OFFICE = "203.0.113.9", "198.51.100.7"


def test_a_stranger_who_guesses_does_not_void_a_colleagues_code(code: str) -> None:
    tries = [try_code("aaaaa-bbbbb", STRANGER).status_code for _ in range(7)]
    assert tries == [422] * 5 + [429] * 2
    assert try_code(code, OFFICE)["Location"] == "/account/login/"


def test_with_five_tries_for_everybody_he_would(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MOST_WRONG_TRIES", 5)
    for _ in range(5):
        try_code("aaaaa-bbbbb", STRANGER)
    assert try_code(code, OFFICE).status_code == 422


@pytest.mark.parametrize("spelled", ["chen", "CHEN", " chen ", "ｃｈｅｎ"])
def test_whoever_guessed_too_often_is_not_let_in_by_the_right_one(code: str, spelled: str) -> None:
    for _ in range(5):
        try_code("aaaaa-bbbbb", STRANGER)
    answer = try_code(code, STRANGER, spelled)
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "一次性码没有作废" in text(answer)


def test_without_the_count_by_caller_he_would_be(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WRONG_TRIES", 1_000_000)
    for _ in range(5):
        try_code("aaaaa-bbbbb", STRANGER)
    assert try_code(code, STRANGER)["Location"] == "/account/login/"


def test_one_address_cannot_walk_through_all_names(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WRONG_TRIES_OF_ALL", 8)
    tries = [try_code("aaaaa-bbbbb", STRANGER, f"name{n}").status_code for n in range(10)]
    assert tries == [422] * 8 + [429] * 2


def test_a_weak_password_is_no_wrong_try(code: str) -> None:
    door = Client(HTTP_HOST="localhost", REMOTE_ADDR=OFFICE)
    for _ in range(7):
        answer = door.post(
            "/account/code/", {"username": "chen", "code": code, "new": "1234567890", "again": "1234567890"}
        )
        assert answer.status_code == 422
    assert try_code(code, OFFICE)["Location"] == "/account/login/"


def test_the_door_says_who_gives_a_code_and_leads_residents_home(cast: Cast) -> None:
    page = Client(HTTP_HOST="localhost").get("/account/login/")
    assert "一次性码由本单位的管理员或社区受理席开给您。" in text(page)
    assert '<a href="/">回到首页</a>' in page.content.decode()
