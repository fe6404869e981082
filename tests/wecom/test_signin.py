"""Somebody who is linked logs in with WeCom, in a browser or inside it; nobody else does, and a second factor is still asked for."""

from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from gezhi.channels.wecom.models import Application
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import wecom
from gezhi.parties.models import Account
from tests.wecom.envelopes import AGENT, CORP


@pytest.fixture
def at(chat, clock):
    with time_machine.travel(clock.at, tick=True):
        yield clock.at


def away(client, **headers):
    """Where the log-in sends somebody, and the state it gives him."""
    answer = client.get("/wecom/login?next=/desk/ledger/", **headers)
    to = urlsplit(answer["Location"])
    return to, {name: values[0] for name, values in parse_qs(to.query).items()}


def comes_back(chat, user, state, code="CODE-1"):
    chat.standin.codes[code] = user
    return chat.client.get("/wecom/back", {"code": code, "state": state})


def who(client):
    return client.session.get(SESSION_KEY)


def test_the_log_in_page_leads_to_wecom_only_where_it_is_connected(chat, at):
    assert "/wecom/login" in chat.client.get("/account/login/").content.decode()
    Application.objects.update(is_on=False)
    assert "/wecom/login" not in chat.client.get("/account/login/").content.decode()
    assert [chat.client.get(f"/wecom/{one}").status_code for one in ("login", "back")] == [404, 404]


def test_in_a_browser_it_is_wecoms_page_with_a_code_to_scan(chat, at):
    to, asked = away(chat.client)
    assert (to.netloc, to.path) == ("login.work.weixin.qq.com", "/wwlogin/sso/login")
    state = asked.pop("state")
    assert (len(state) >= 16, asked) == (
        True,
        {
            "login_type": "CorpApp",
            "appid": CORP,
            "agentid": str(AGENT),
            "redirect_uri": "http://localhost/wecom/back",
        },
    )


def test_inside_wecom_nothing_has_to_be_scanned(chat, at):
    agent = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/7.0.1 wxwork/4.1.0"
    to, asked = away(chat.client, HTTP_USER_AGENT=agent)
    assert (to.netloc, to.fragment, asked["scope"]) == (
        "open.weixin.qq.com",
        "wechat_redirect",
        "snsapi_base",
    )


@pytest.mark.parametrize(
    "agent, path",
    [("Mozilla/5.0", "/wwlogin/sso/login"), ("Mozilla/5.0 wxwork/4.1.0", "/connect/oauth2/authorize")],
)
def test_a_wecom_of_ones_own_has_its_own_log_in_pages(chat, at, settings, agent, path):
    settings.GEZHI_WECOM_LOGIN_URL = "https://wecom.example.gov:8443/in"
    to, asked = away(chat.client, HTTP_USER_AGENT=agent)
    assert (to.netloc, to.path, asked["appid"]) == ("wecom.example.gov:8443", f"/in{path}", CORP)


def test_who_is_linked_gets_in_and_lands_where_he_wanted_to(chat, at):
    _to, asked = away(chat.client)
    answer = comes_back(chat, "Chen", asked["state"])
    assert (answer.status_code, answer["Location"], who(chat.client)) == (
        302,
        "/desk/ledger/",
        str(chat.cast.chen.id),
    )
    assert chat.client.get("/desk/").status_code == 200


@pytest.mark.parametrize("user", ["Stranger7", "open:visitor"])
def test_who_is_not_linked_gets_no_account_and_no_entry(chat, at, user):
    before = Account.objects.count()
    _to, asked = away(chat.client)
    answer = comes_back(chat, user, asked["state"])
    assert (answer["Location"], who(chat.client), Account.objects.count()) == (
        "/account/login/",
        None,
        before,
    )
    assert "没有与这里的账号关联" in chat.client.get("/account/login/").content.decode()


def test_whose_link_or_post_has_ended_gets_in_no_more(chat, at):
    wecom.link(chat.cast.chen.id, "", actor=SYSTEM, at=at)
    _to, asked = away(chat.client)
    comes_back(chat, "Chen", asked["state"])
    assert who(chat.client) is None
    Account.objects.filter(id=chat.cast.wei.id).update(is_active=False)
    _to, asked = away(chat.client)
    comes_back(chat, "WeiGe", asked["state"])
    assert who(chat.client) is None


def test_a_state_of_another_session_or_used_before_opens_nothing(chat, at):
    _to, asked = away(chat.client)
    other = type(chat.client)(HTTP_HOST="localhost")
    chat.standin.codes["C"] = "Chen"
    for state in (asked["state"], "", "x" * 500):
        answer = other.get("/wecom/back", {"code": "C", "state": state})
        assert (answer["Location"], who(other)) == ("/account/login/", None)
    assert comes_back(chat, "Chen", asked["state"])["Location"] == "/desk/ledger/"
    chat.client.logout()
    comes_back(chat, "Chen", asked["state"], "CODE-2")
    assert who(chat.client) is None


def test_a_code_that_wecom_does_not_know_or_a_wecom_that_is_down_is_said_on_the_log_in_page(chat, at):
    _to, asked = away(chat.client)
    answer = chat.client.get("/wecom/back", {"code": "unknown", "state": asked["state"]})
    assert (answer["Location"], who(chat.client)) == ("/account/login/", None)
    chat.standin.down = True
    _to, asked = away(chat.client)
    assert comes_back(chat, "Chen", asked["state"])["Location"] == "/account/login/"
    assert "企业微信现在没有答复" in chat.client.get("/account/login/").content.decode()


def test_who_has_a_second_factor_is_asked_for_it_and_his_session_holds_no_digest(chat, at):
    chen = Account.objects.get(id=chat.cast.chen.id)
    Authenticator.objects.create(user=chen, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    _to, asked = away(chat.client)
    answer = comes_back(chat, "Chen", asked["state"])
    assert (answer["Location"], who(chat.client)) == ("/account/2fa/authenticate/", None)
    assert chat.client.get("/desk/").status_code == 302
    assert "argon2" not in str([one.get_decoded() for one in Session.objects.all()])
    from allauth.mfa.totp.internal import auth

    code = auth.format_hotp_value(auth.hotp_value("JBSWY3DPEHPK3PXP", int(at.timestamp()) // 30))
    page = chat.client.get("/account/2fa/authenticate/").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = chat.client.post("/account/2fa/authenticate/", {"code": code, "csrfmiddlewaretoken": token})
    assert (answer.status_code, who(chat.client)) == (302, str(chen.id))


def test_nobody_is_sent_elsewhere_after_logging_in(chat, at):
    answer = chat.client.get("/wecom/login?next=https://evil.example/")
    state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
    assert comes_back(chat, "Chen", state)["Location"].startswith("/")


def test_upper_and_lower_case_of_a_userid_are_one_person(chat, at):
    assert wecom.userid_of(chat.cast.wei.id) == "weige"
    assert wecom.account_of(" WEIGE ", at=at).id == chat.cast.wei.id
