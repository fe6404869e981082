"""A token opens what its person may open, no further than its scopes, and no longer than it should."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from gezhi.cases.models import Case
from gezhi.flows.demonstration.people import Member
from gezhi.flows.demonstration.programs import token_of
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import queries, staff, tokens
from gezhi.parties.models import AccessToken, Account
from gezhi.parties.tokens import Scope
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from gezhi.web import middleware, problems
from tests.cast import PASSWORD, START, Cast
from tests.web.api.conftest import HERE, Program, Programs, refusal, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, noon: datetime) -> Case:
    return cast.lin_reports(noon)


def test_without_a_token_nothing_of_a_case_is_shown(programs: Programs, case: Case) -> None:
    door = programs()
    for path in ("cases", f"cases/{case.number}"):
        answer = door.get(path)
        assert (refusal(answer), answer["WWW-Authenticate"]) == ((401, "no_token"), 'Bearer realm="gezhi"')
    assert refusal(door.post(f"cases/{case.number}/events", {"event": "accept", "version": 1})) == (
        401,
        "no_token",
    )


@pytest.mark.parametrize("path", ["cases", "places"])
def test_a_wrong_token_is_refused_even_where_none_is_needed(programs: Programs, path: str) -> None:
    door = programs().client
    for said in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer gezhi_",
        "Basic Y2hlbjpjaGVu",
        "gezhi_x",
        "Bearer gezhi_" + "a" * 43,
        "Bearer \x00",
    ):
        answer = door.get(HERE + path, HTTP_AUTHORIZATION=said)
        assert (refusal(answer), "invalid_token" in answer["WWW-Authenticate"]) == ((401, "not_valid"), True)


@pytest.mark.parametrize("given", [*Scope, None])
def test_each_scope_opens_its_own_and_nothing_else(
    cast: Cast, programs: Programs, case: Case, given: Scope | None
) -> None:
    program = programs(cast.chen, *([given] if given else Scope))
    tries = {
        Scope.CASES_READ: lambda: program.get("cases"),
        Scope.CASES_WRITE: lambda: program.post(
            f"cases/{case.number}/events", {"event": "accept", "version": 1}
        ),
        Scope.REPORTS_WRITE: lambda: program.post("reports", {"text": "路灯不亮"}),
    }
    for asked, attempt in tries.items():
        answer = attempt()
        if given in (asked, None):
            assert answer.status_code in {200, 201}, answer.content.decode()
        else:
            assert (refusal(answer), answer.json()["scope"]) == ((403, "scope"), asked.value)


def test_what_a_program_says_is_said_in_its_persons_name(cast: Cast, programs: Programs) -> None:
    programs(cast.wei).post("reports", {"text": "路灯不亮"})
    programs().post("reports", {"text": "井盖松了"})
    doers = Entry.objects.filter(subject_kind="report", event="received").order_by("id")
    assert [(one.actor_kind, one.actor_id) for one in doers] == [
        ("account", cast.wei.id),
        (VISITOR.kind.value, None),
    ]


def test_a_log_in_of_a_browser_opens_nothing_here(
    cast: Cast, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs()
    browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
    browser.force_login(Account.objects.get(id=str(cast.chen.id)), "gezhi.parties.login.PostBackend")
    assert browser.get("/desk/").status_code == 200
    assert refusal(browser.get(HERE + "cases")) == (401, "no_token")
    answer = browser.post(HERE + "reports", b'{"text": "x"}', content_type="application/json")
    assert answer.status_code == 201
    assert Entry.objects.get(event="received").actor_kind == VISITOR.kind.value


ENDS: dict[str, Any] = {
    "expired": lambda cast, made, at: AccessToken.objects.filter(id=made).update(expires_at=at),
    "revoked": lambda cast, made, at: tokens.revoke_token(made, actor=cast.gao, at=at),
    "account off": lambda cast, made, at: staff.switch_account(
        cast.gao.id, is_active=False, actor=SYSTEM, at=at
    ),
    "password reset": lambda cast, made, at: staff.reset_password(cast.gao.id, actor=SYSTEM, at=at),
    "no post": lambda cast, made, at: staff.end_post(
        queries.posts(cast.gao.id)[0].id, ends_on=at.date(), actor=SYSTEM, at=at
    ),
}


@pytest.mark.parametrize("why", sorted(ENDS))
def test_a_token_ends_with_its_day_its_account_and_its_post(
    cast: Cast, programs: Programs, noon: datetime, why: str
) -> None:
    programs()
    he = staff.add_account("he", "何", password=PASSWORD, must_change_password=False, actor=SYSTEM, at=noon)
    staff.appoint(he, staff.NewPost(cast.office_desk, Duty.ADMIN, START), actor=SYSTEM, at=noon)
    until = noon + timedelta(days=1)
    made, secret = tokens.make_token(
        "x", Scope, expires_at=until, actor=cast.gao, at=noon - timedelta(hours=1)
    )
    program = Program(secret)
    assert program.get("cases").status_code == 200
    ENDS[why](cast, made, noon)
    assert refusal(program.get("cases")) == (401, "not_valid")


def test_an_account_that_is_switched_on_again_has_no_tokens(cast: Cast, noon: datetime) -> None:
    token(cast.gao, noon)
    he = staff.add_account("he", "何", password=PASSWORD, must_change_password=False, actor=SYSTEM, at=noon)
    staff.appoint(he, staff.NewPost(cast.office_desk, Duty.ADMIN, START), actor=SYSTEM, at=noon)
    for is_active in (False, True):
        staff.switch_account(cast.gao.id, is_active=is_active, actor=SYSTEM, at=noon)
    assert [one.revoked_at for one in tokens.tokens_of(cast.gao.id)] == [noon]


def test_a_token_of_another_office_opens_nothing(cast: Cast, programs: Programs, noon: datetime) -> None:
    secret = token(cast.zhou, noon)
    other = Jurisdiction.objects.create(code="371083", name="乳山市", host="rushan.example", made_at=noon)
    Jurisdiction.objects.exclude(id=other.id).update(host="localhost")
    assert Program(secret).get("cases").status_code == 200
    with scope(other.id):
        assert tokens.bearer(secret, at=noon) is None


def test_a_token_is_stored_as_a_digest_only(cast: Cast, noon: datetime) -> None:
    secret = token(cast.chen, noon)
    row = AccessToken.objects.get()
    assert secret not in str(vars(row))
    assert secret.startswith(tokens.MARK)
    deed = Entry.objects.get(subject_kind="token")
    assert (deed.event, deed.actor_id, secret in str(vars(deed))) == ("make_token", cast.chen.id, False)


def test_nobody_makes_a_token_without_a_post_or_without_end(cast: Cast, noon: datetime) -> None:
    until = noon + timedelta(days=30)

    def refused(**more: Any) -> tuple[str, str]:
        said = {"name": "x", "scopes": ["cases:read"], "expires_at": until, "actor": cast.chen} | more
        with pytest.raises(Invalid) as problem:
            tokens.make_token(said.pop("name"), said.pop("scopes"), at=noon, **said)
        return problem.value.field, problem.value.code

    assert refused(scopes=[]) == ("scopes", "empty")
    assert refused(scopes=["cases:read", "admin"]) == ("scopes", "unknown")
    assert refused(expires_at=noon) == ("expires_at", "not_in_the_future")
    assert refused(expires_at=noon + timedelta(days=400)) == ("expires_at", "too_late")
    assert refused(name="a\u202eb") == ("name", "hidden")
    for actor in (SYSTEM, VISITOR, Actor(cast.chen.kind, cast.chen.id, "陈")):
        with pytest.raises(NotYours):
            tokens.make_token("x", Scope, expires_at=until, actor=actor, at=noon)
    for _one in range(tokens.MOST_LIVING):
        token(cast.chen, noon)
    assert refused() == ("token", "too_many")


def test_only_its_owner_revokes_a_token(cast: Cast, noon: datetime) -> None:
    token(cast.chen, noon)
    made = AccessToken.objects.get().id
    with pytest.raises(NotFound):
        tokens.revoke_token(made, actor=cast.zhou, at=noon)
    for _again in range(2):
        tokens.revoke_token(made, actor=cast.chen, at=noon)
    assert [one.event for one in Entry.objects.filter(subject_id=made).order_by("seq")] == [
        "make_token",
        "revoke_token",
    ]


def test_a_token_says_on_which_day_it_was_used_last(cast: Cast, programs: Programs, noon: datetime) -> None:
    program = programs(cast.chen)
    assert [one.last_used_on for one in tokens.tokens_of(cast.chen.id)] == [None]
    program.get("cases")
    assert [one.last_used_on for one in tokens.tokens_of(cast.chen.id)] == [noon.date()]


def test_a_token_is_made_at_the_desk_shown_once_and_revoked(
    cast: Cast, settings: Any, noon: datetime
) -> None:
    settings.GEZHI_LIMITS = False
    with time_machine.travel(noon, tick=False):
        browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
        browser.post("/account/login/", {"login": "chen", "password": PASSWORD})
        assert "/account/tokens/" in browser.get("/account/me/").content.decode()
        asked = browser.get("/account/tokens/new/")["Location"]  # who is it? the password once more
        assert browser.post(asked, {"password": PASSWORD})["Location"] == "/account/tokens/new/"
        assert browser.get("/account/tokens/new/").status_code == 200
        assert browser.post("/account/tokens/new/", {"name": ""}).status_code == 422
        said = {"name": "物业工单系统", "scopes": ["cases:read"], "days": "90"}
        shown = browser.post("/account/tokens/new/", said).content.decode()
        secret = shown.partition('<code id="code">')[2].partition("</code>")[0]
        assert Program(secret).get("cases").status_code == 200
        listed = browser.get("/account/tokens/").content.decode()
        assert ("物业工单系统" in listed, secret in listed) == (True, False)
        (row,) = tokens.tokens_of(cast.chen.id)
        assert browser.post(f"/account/tokens/{row.id}/revoke/").status_code == 302
        assert refusal(Program(secret).get("cases")) == (401, "not_valid")


def test_an_open_log_in_that_somebody_finds_makes_no_token(cast: Cast, settings: Any, noon: datetime) -> None:
    settings.GEZHI_LIMITS = False
    with time_machine.travel(noon, tick=False):
        browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
        browser.post("/account/login/", {"login": "chen", "password": PASSWORD})
        said = {"name": "x", "scopes": ["cases:read"], "days": "90"}
        answer = browser.post("/account/tokens/new/", said)
        assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
    assert tokens.tokens_of(cast.chen.id) == []


def test_twin_without_the_password_once_more_an_open_log_in_would_make_one(
    cast: Cast, settings: Any, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GEZHI_LIMITS = False
    required = "allauth.account.internal.flows.reauthentication.is_reauthentication_required"
    monkeypatch.setattr(required, lambda request, app: False)
    with time_machine.travel(noon, tick=False):
        browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
        browser.post("/account/login/", {"login": "chen", "password": PASSWORD})
        browser.post("/account/tokens/new/", {"name": "x", "scopes": ["cases:read"], "days": "90"})
    assert len(tokens.tokens_of(cast.chen.id)) == 1


def test_sabotage_with_sessions_taken_for_programs_a_browser_would_act(
    cast: Cast, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps a log-in out is that the middleware never asks for it, and that a door without a token says visitor."""
    programs()
    monkeypatch.setattr(problems, "is_for_program", lambda request: False)
    browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
    browser.force_login(Account.objects.get(id=str(cast.chen.id)), "gezhi.parties.login.PostBackend")
    asked: list[str] = []

    def actor_of(account: Account, at: datetime) -> Actor:
        asked.append(account.username)
        return VISITOR

    monkeypatch.setattr(middleware.parties, "actor_of", actor_of)
    browser.get(HERE + "places")
    assert asked == ["chen"]


def test_twin_without_the_look_at_the_day_an_old_token_would_open(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    programs()
    until = noon + timedelta(days=1)
    secret = tokens.make_token("x", Scope, expires_at=until, actor=cast.gao, at=noon)[1]
    assert tokens.bearer(secret, at=until) is None
    assert tokens.bearer(secret, at=until - timedelta(seconds=1)) is not None


def test_twin_without_scopes_a_reading_token_would_write(
    cast: Cast, programs: Programs, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = programs(cast.chen, Scope.CASES_READ)
    monkeypatch.setattr(tokens, "_scopes", lambda stored: tuple(Scope))
    assert program.post(f"cases/{case.number}/events", {"event": "accept", "version": 1}).status_code == 200


def test_everybody_of_the_demonstration_has_a_program_that_may_what_he_may(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    programs()
    member = Member(cast.chen.id, "陈", "chen", PASSWORD, "受理员", "悦海社区")
    program = Program(token_of(member, at=noon))
    assert program.act(case.number, "accept").json()["state"] == "opened"
    assert program.post("reports", {"text": "路灯不亮"}).status_code == 201
