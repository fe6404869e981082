"""Logging in, one-time codes, and what ends them."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import PermissionDenied

from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import ALPHABET
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.parties import codes, login, queries, staff
from gezhi.parties.login import PostBackend
from gezhi.parties.models import Account, ResetCode
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.parties.town import PASSWORD, Town

NEW = "海边的-长椅-4711"


def enter(username: str, password: str, at: datetime) -> Account | None:
    """One try at the log-in."""
    return PostBackend().authenticate(SimpleNamespace(now=at), username=username, password=password)


@pytest.mark.parametrize("typed", ["wei", "Wei", " ｗｅｉ "])
def test_wei_logs_in(typed: str, town: Town, noon: datetime) -> None:
    assert enter(typed, PASSWORD, noon) == town.people["魏"]


def test_a_password_is_kept_with_argon2(town: Town) -> None:
    assert identify_hasher(town.people["魏"].password).algorithm == "argon2"


@pytest.mark.parametrize(("username", "password"), [("wei", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_is_refused(
    username: str, password: str, town: Town, noon: datetime
) -> None:
    assert enter(username, password, noon) is None


def test_the_log_in_ends_with_the_last_post(town: Town, admin_actor: Actor, noon: datetime) -> None:
    staff.end_post(town.posts["魏"], ends_on=noon.date(), actor=admin_actor, at=noon)
    assert enter("wei", PASSWORD, noon) is None
    assert enter("wei", PASSWORD, noon - timedelta(days=1)) == town.people["魏"]


def test_sabotage_without_the_question_for_a_post_the_former_worker_enters(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.end_post(town.posts["魏"], ends_on=noon.date(), actor=admin_actor, at=noon)
    monkeypatch.setattr(login, "has_current_post", lambda account_id, at: True)
    assert enter("wei", PASSWORD, noon) == town.people["魏"]


def test_an_account_switched_off_is_nobody(town: Town, admin_actor: Actor, noon: datetime) -> None:
    wei = town.people["魏"].id
    assert PostBackend().get_user(wei) == town.people["魏"]
    staff.switch_account(wei, is_active=False, actor=admin_actor, at=noon)
    assert enter("wei", PASSWORD, noon) is None
    assert PostBackend().get_user(wei) is None


def test_an_account_enters_at_home_only(town: Town, noon: datetime) -> None:
    elsewhere = Jurisdiction.objects.create(code="371073", name="别处", made_at=noon)
    with scope(elsewhere.id):
        assert enter("wei", PASSWORD, noon) is None


def test_unknown_names_cost_a_password_check_too(
    town: Town, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(Account, "set_password", lambda self, raw: hashed.append(raw))
    enter("nobody", PASSWORD, noon)
    assert hashed == [PASSWORD]


def test_a_log_in_without_a_moment_is_a_bug(town: Town) -> None:
    with pytest.raises(ValueError, match=r"request\.now"):
        PostBackend().authenticate(None, username="wei", password=PASSWORD)


def test_the_backend_keeps_quiet_about_other_credentials(town: Town, noon: datetime) -> None:
    try:
        found = PostBackend().authenticate(SimpleNamespace(now=noon), email="wei@example.invalid")
    except PermissionDenied:
        pytest.fail("a log-in by mail address stops the other backends")
    assert found is None


# ---- one-time codes ----


@pytest.fixture
def code(town: Town, noon: datetime) -> str:
    """陈 at the desk has reset 魏's password."""
    return staff.reset_password(town.people["魏"].id, actor=town.actor("陈", noon), at=noon)


def test_after_a_reset_the_old_password_is_of_no_use(code: str, town: Town, noon: datetime) -> None:
    assert enter("wei", PASSWORD, noon) is None
    assert Account.objects.get(username="wei").must_change_password


def test_a_reset_ends_every_session(town: Town, noon: datetime) -> None:
    before = town.people["魏"].get_session_auth_hash()
    staff.reset_password(town.people["魏"].id, actor=town.actor("陈", noon), at=noon)
    assert Account.objects.get(username="wei").get_session_auth_hash() != before


@pytest.mark.parametrize("spelling", [str, str.upper, lambda code: f" {code.replace('-', '')} "])
def test_the_code_opens_a_new_password_once(spelling, code: str, town: Town, noon: datetime) -> None:
    assert staff.use_reset_code("wei", spelling(code), NEW, at=noon) == town.people["魏"].id
    assert enter("wei", NEW, noon) == town.people["魏"]
    assert not Account.objects.get(username="wei").must_change_password
    with pytest.raises(Invalid) as refused:
        staff.use_reset_code("wei", code, "另一个-密码-4711", at=noon)
    assert refused.value.code == "not_valid"


@pytest.mark.parametrize(("minutes", "is_good"), [(29, True), (30, False)])
def test_a_code_lives_thirty_minutes(
    minutes: int, is_good: bool, code: str, town: Town, noon: datetime
) -> None:
    later = noon + timedelta(minutes=minutes)
    if is_good:
        assert staff.use_reset_code("wei", code, NEW, at=later)
        return
    with pytest.raises(Invalid):
        staff.use_reset_code("wei", code, NEW, at=later)


def tried_wrong(times: int, at: datetime) -> None:
    for _ in range(times):
        with pytest.raises(Invalid) as refused:
            staff.use_reset_code("wei", "22222-22222", NEW, at=at)
        assert (refused.value.field, refused.value.code) == ("code", "not_valid")


def test_too_many_wrong_tries_void_the_code(
    code: str, town: Town, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff.codes, "MOST_WRONG_TRIES", 5)
    tried_wrong(5, noon)
    with pytest.raises(Invalid):
        staff.use_reset_code("wei", code, NEW, at=noon)


def test_one_fewer_does_not(code: str, town: Town, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff.codes, "MOST_WRONG_TRIES", 5)
    tried_wrong(4, noon)
    assert staff.use_reset_code("wei", code, NEW, at=noon)


def test_a_code_is_hit_by_chance_less_than_once_in_a_thousand_million() -> None:
    assert codes.MOST_WRONG_TRIES / len(ALPHABET) ** 10 < 1e-9
    assert len(codes.new_code().replace("-", "")) == 10


def test_sabotage_without_the_count_the_code_could_be_guessed(
    code: str, town: Town, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff.codes, "MOST_WRONG_TRIES", 1_000_000)
    tried_wrong(9, noon)
    assert staff.use_reset_code("wei", code, NEW, at=noon)


def test_a_weak_password_leaves_the_code_good(code: str, town: Town, noon: datetime) -> None:
    for weak in ("short", "1234567890", "wei"):
        with pytest.raises(Invalid) as refused:
            staff.use_reset_code("wei", code, weak, at=noon)
        assert (refused.value.field, refused.value.code) == ("password", "weak")
    assert staff.use_reset_code("wei", code, NEW, at=noon)


@pytest.mark.parametrize("username", ["nobody", "chen", ""])
def test_a_code_is_of_one_account_only(username: str, code: str, town: Town, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        staff.use_reset_code(username, code, NEW, at=noon)
    assert refused.value.code == "not_valid"


def test_only_the_newest_code_counts(code: str, town: Town, noon: datetime) -> None:
    newer = staff.reset_password(town.people["魏"].id, actor=town.actor("陈", noon), at=noon)
    with pytest.raises(Invalid):
        staff.use_reset_code("wei", code, NEW, at=noon)
    assert staff.use_reset_code("wei", newer, NEW, at=noon)


def test_a_code_is_stored_nowhere_in_clear(code: str, town: Town) -> None:
    kept = str(list(ResetCode.objects.values())) + str(list(Entry.objects.values()))
    assert code not in kept
    assert code.replace("-", "") not in kept


@pytest.mark.parametrize(
    ("who", "whose", "may"),
    [
        ("管理员", "周", True),
        ("陈", "魏", True),
        ("陈", "孙", True),
        ("陈", "周", False),
        ("陈", "管理员", False),
        ("周", "管理员", False),
        ("魏", "莫", False),
        ("孙", "魏", False),
    ],
)
def test_a_desk_resets_only_people_who_decide_nothing(
    who: str, whose: str, may: bool, town: Town, noon: datetime
) -> None:
    actor = town.actor(who, noon)
    if may:
        assert staff.reset_password(town.people[whose].id, actor=actor, at=noon)
        return
    with pytest.raises(NotYours):
        staff.reset_password(town.people[whose].id, actor=actor, at=noon)


def test_somebody_changes_his_own_password(town: Town, noon: datetime) -> None:
    wei = town.actor("魏", noon)
    with pytest.raises(Invalid) as refused:
        staff.choose_password("wrong", NEW, actor=wei, at=noon)
    assert refused.value.field == "old_password"
    staff.choose_password(PASSWORD, NEW, actor=wei, at=noon)
    assert enter("wei", NEW, noon) == town.people["魏"]
    assert queries.has_current_post(town.people["魏"].id, noon)
