"""Accounts, posts, and what an actor may see: the post decides, and ends on its day."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from gezhi.journal.models import Entry
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor, Duty, Post
from gezhi.kernel.ids import uuid7
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import actions, check, queries, staff
from gezhi.parties.actions import Ground
from gezhi.parties.models import Account, PartyPost
from gezhi.parties.staff import NewPost
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.prepared import Prepared
from tests.parties.town import NEW_YEAR, PASSWORD, Town

TODAY = date(2026, 3, 2)


def test_each_of_the_cast_covers_what_the_post_says(town: Town, noon: datetime) -> None:
    covered = {name: town.actor(name, noon).posts for name in town.people}
    assert covered == {
        "管理员": (Post(Duty.ADMIN, town.office, "/"),),
        "周": (Post(Duty.OFFICER, town.office, "/"),),
        "陈": (Post(Duty.CLERK, town.desk, town.yuehai.path),),
        "赵": (Post(Duty.CHECKER, town.desk, town.yuehai.path),),
        "魏": (Post(Duty.WORKER, town.team_a1, "", town.a1.id),),
        "莫": (Post(Duty.WORKER, town.team_b2, "", town.b2.id),),
        "孙": (Post(Duty.MANAGER, town.company, ""),),
    }


@pytest.mark.parametrize(("name", "queries_needed"), [("陈", 1), ("孙", 1), ("周", 1), ("魏", 2)])
def test_knowing_who_acts_costs_at_most_two_queries(
    name: str, queries_needed: int, town: Town, noon: datetime, django_assert_num_queries
) -> None:
    with django_assert_num_queries(queries_needed):
        queries.actor_of(town.people[name], noon)


def test_a_team_of_two_cells_gives_its_people_both(town: Town, admin_actor: Actor, noon: datetime) -> None:
    actions.end_service(queries.services(town.team_b2)[0].id, ends_on=TODAY, actor=admin_actor, at=noon)
    actions.serve(
        town.team_a1, "grid_team", Ground(grid_id=town.b2.id), starts_on=TODAY, actor=admin_actor, at=noon
    )
    assert {post.grid for post in town.actor("魏", noon).posts} == {town.a1.id, town.b2.id}
    assert [(post.path, post.grid) for post in town.actor("莫", noon).posts] == [("", None)]


@pytest.mark.parametrize("duty", list(Duty))
def test_a_post_that_names_its_ground_covers_just_that(
    duty: Duty, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    who = {"actor": admin_actor, "at": noon}
    account = staff.add_account("gao", "高", **who)
    staff.appoint(account, NewPost(town.office, duty, NEW_YEAR, place_id=town.garden.id), **who)
    staff.appoint(account, NewPost(town.office, duty, NEW_YEAR, grid_id=town.b2.id), **who)
    actor = queries.actor_of(Account.objects.get(id=account), noon)
    assert actor.posts == (
        Post(duty, town.office, town.garden.path),
        Post(duty, town.office, "", town.b2.id),
    )


def test_a_post_holds_from_its_first_day_until_the_day_it_ends(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    staff.end_post(town.posts["魏"], ends_on=TODAY + timedelta(days=1), actor=admin_actor, at=noon)
    last_minute = datetime.fromisoformat("2026-03-02T23:59:00+08:00")
    assert len(town.actor("魏", last_minute).posts) == 1
    assert town.actor("魏", last_minute + timedelta(minutes=1)).posts == ()
    assert town.actor("魏", datetime.fromisoformat("2025-12-31T23:59:00+08:00")).posts == ()


def test_an_account_without_its_code_is_not_made(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> str:
        raise OSError("no randomness")

    with monkeypatch.context() as patch:
        patch.setattr(staff, "_new_code", fails)
        with pytest.raises(OSError, match="no randomness"):
            staff.open_account("he", "何", actor=admin_actor, at=noon)
    assert not Account.objects.filter(username="he").exists()
    slip = staff.open_account("he", "何", actor=admin_actor, at=noon)
    assert (slip.account_id, slip.username) == (Account.objects.get(username="he").id, "he")


def test_an_account_switched_off_has_no_posts(town: Town, admin_actor: Actor, noon: datetime) -> None:
    staff.switch_account(town.people["孙"].id, is_active=False, actor=admin_actor, at=noon)
    assert town.actor("孙", noon).posts == ()
    assert queries.people(town.company, noon) == []
    staff.switch_account(town.people["孙"].id, is_active=True, actor=admin_actor, at=noon)
    assert len(town.actor("孙", noon).posts) == 1


def test_sabotage_a_post_that_is_not_dated_would_hold_for_ever(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.end_post(town.posts["魏"], ends_on=TODAY, actor=admin_actor, at=noon)
    assert town.actor("魏", noon).posts == ()
    monkeypatch.setattr(queries, "holds_on", lambda day: queries.Q(starts_on__lte=day))
    monkeypatch.setattr(queries, "_POSTS", Prepared(queries._posts))
    assert len(town.actor("魏", noon).posts) == 1


def test_the_people_of_a_party(town: Town, noon: datetime) -> None:
    assert [(one.name, one.duty) for one in queries.people(town.desk, noon)] == [
        ("赵", "checker"),
        ("陈", "clerk"),
    ]


def test_the_ladder_ends_at_the_officer_nearest_to_the_place(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    who = {"actor": admin_actor, "at": noon}
    near = staff.add_account("qian", "钱", **who)
    staff.appoint(near, NewPost(town.desk, Duty.OFFICER, NEW_YEAR, place_id=town.yuehai.id), **who)
    assert [one.name for one in queries.officers(town.building.path, noon)] == ["钱", "周"]
    assert [one.name for one in queries.officers(town.hanlefang.path, noon)] == ["周"]
    assert [one.name for one in queries.officers("", noon)] == ["周"]


def test_without_an_officer_the_ladder_ends_at_the_administrator(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    staff.end_post(town.posts["周"], ends_on=TODAY, actor=admin_actor, at=noon)
    assert [one.name for one in queries.officers("", noon)] == ["管理员"]


def test_the_last_administrator_stays(town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        staff.end_post(town.posts["管理员"], ends_on=TODAY, actor=admin_actor, at=noon)
    assert refused.value.code == "last_administrator"
    with pytest.raises(Invalid) as refused:
        staff.switch_account(town.people["管理员"].id, is_active=False, actor=admin_actor, at=noon)
    assert refused.value.code == "last_administrator"


def test_sabotage_an_office_whose_people_all_went_is_found(town: Town) -> None:
    PartyPost.objects.filter(duty__in=["admin", "officer"]).update(ends_on=TODAY)
    assert [(one.invariant, one.where) for one in check.findings()] == [("I10", "end of the ladder")]


@pytest.mark.parametrize(
    ("username", "name", "field", "code"),
    [
        ("Wei", "另一个魏", "username", "taken"),
        ("ｗｅｉ", "另一个魏", "username", "taken"),
        ("we1", "另一个魏", "username", "looks_like"),
        ("wеi", "另一个魏", "username", "looks_like"),  # the second letter is Cyrillic
        ("wei-2", "魏", "name", "looks_like"),
        ("wei-2", "魏 ", "name", "looks_like"),
        ("wei-2", "魏\u200b", "name", "hidden"),
        ("wei-2", "", "name", "empty"),
        ("w", "另一个魏", "username", "bad_username"),
        ("wei 2", "另一个魏", "username", "bad_username"),
        ("x" * 41, "另一个魏", "username", "bad_username"),
    ],
)
def test_nobody_passes_for_somebody_else(
    username: str, name: str, field: str, code: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        staff.add_account(username, name, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_sabotage_without_skeletons_the_cyrillic_wei_would_be_taken(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.parties.names.skeleton", lambda text: text)
    assert staff.add_account("wеi", "另一个魏", actor=admin_actor, at=noon)


def test_a_namesake_gets_a_mark_or_comes_after_the_other_left(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    who = {"actor": admin_actor, "at": noon}
    assert staff.add_account("wei-2", "魏（韩乐坊）", **who)
    staff.switch_account(town.people["魏"].id, is_active=False, **who)
    assert staff.add_account("wei-3", "魏", **who)
    with pytest.raises(Invalid) as refused:
        staff.switch_account(town.people["魏"].id, is_active=True, **who)
    assert refused.value.code == "looks_like"


def test_the_same_post_twice_is_refused(town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        staff.appoint(
            town.people["魏"].id, NewPost(town.team_a1, Duty.WORKER, TODAY), actor=admin_actor, at=noon
        )
    assert (refused.value.field, refused.value.code) == ("period", "overlaps")


@pytest.mark.parametrize("name", ["周", "陈", "孙", "魏"])
def test_only_administrators_keep_accounts(name: str, town: Town, noon: datetime) -> None:
    who = {"actor": town.actor(name, noon), "at": noon}
    for deed in (
        lambda: staff.add_account("gao", "高", **who),
        lambda: staff.appoint(town.people["魏"].id, NewPost(town.desk, Duty.ADMIN, TODAY), **who),
        lambda: staff.end_post(town.posts["魏"], ends_on=TODAY, **who),
        lambda: staff.switch_account(town.people["魏"].id, is_active=False, **who),
    ):
        with pytest.raises(NotYours):
            deed()


def test_an_account_of_another_jurisdiction_gets_no_post_here(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    elsewhere = Jurisdiction.objects.create(code="371073", name="别处", made_at=noon)
    with scope(elsewhere.id):
        stranger = staff.add_account("stranger", "外人", actor=admin_actor, at=noon)
    with pytest.raises(NotFound):
        staff.appoint(stranger, NewPost(town.desk, Duty.WORKER, TODAY), actor=admin_actor, at=noon)
    post = PartyPost.objects.create(account_id=stranger, party_id=town.desk, duty="worker", starts_on=TODAY)
    assert [(one.invariant, one.where) for one in check.findings()] == [("tenancy", f"post {post.id}")]


def test_the_journal_holds_no_name_of_a_person(town: Town) -> None:
    kept = str(list(Entry.objects.values_list("before", "after")))
    assert not [name for name in (*town.people, "wei", "chen", PASSWORD) if f"'{name}'" in kept]
    added = story("account", town.people["魏"].id)[0]
    assert (added.entry.event, added.words) == ("add_account", {"username": "wei", "name": "魏"})


def test_a_post_tells_its_story(town: Town, admin_actor: Actor, noon: datetime) -> None:
    staff.end_post(town.posts["魏"], ends_on=TODAY, actor=admin_actor, at=noon)
    first, last = story("post", town.posts["魏"])
    assert first.entry.after == {
        "account": str(town.people["魏"].id),
        "party": str(town.team_a1),
        "duty": "worker",
        "place": None,
        "grid": None,
        "starts_on": "2026-01-01",
        "ends_on": None,
    }
    assert (last.entry.event, last.entry.after) == ("end_post", {"ends_on": "2026-03-02"})


def test_an_account_keeps_no_phone() -> None:
    assert not [field.name for field in Account._meta.get_fields() if "phone" in field.name]


def test_names_of_accounts_by_id(town: Town) -> None:
    unknown = UUID(str(uuid7(1_772_000_000_000, 9)))
    wei = town.people["魏"].id
    assert queries.account_names([wei, unknown]) == {wei: "魏"}
