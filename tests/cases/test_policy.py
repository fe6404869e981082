"""Who sees which case, and what he is to it: all duties on their own and on others' grid, community and party."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases import lists, policy
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import Role
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor, ActorKind, Duty, Post
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import queries as parties
from gezhi.parties import staff
from gezhi.parties.actions import end_service
from gezhi.parties.models import Account, Service
from gezhi.reports.intake import Intake
from gezhi.reports.models import ImportRun, Report
from tests.cast import Cast, done, lin, walk

D, G, S, C, A, H = Role.DESK, Role.GRID_WORKER, Role.HANDLER, Role.CHECKER, Role.APPROVER, Role.SYSTEM
NOBODY = Actor(ActorKind.ACCOUNT, UUID(int=1), "空")
START = date(2026, 1, 1)


def hired(username: str, post: staff.NewPost, at: datetime) -> Actor:
    """Somebody new in this post."""
    account = staff.add_account(
        username, username, password="quiet-river-1234", must_change_password=False, actor=SYSTEM, at=at
    )
    staff.appoint(account, post, actor=SYSTEM, at=at)
    return parties.actor_of(Account.objects.get(id=account), at)


def sent(cast: Cast, case: Case, party: UUID, at: datetime) -> Case:
    return walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=party)), at=at)


def seen_by(actor: Actor) -> set[str]:
    return {case.number[-1] for case in policy.visible_to(actor)}


def test_each_sees_his_own_ground_and_his_own_partys_work(cast: Cast, noon: datetime) -> None:
    """1: in A1, at the desk. 2: in A1, with the agency. 3: in B2, at its desk. 4: nobody knows where."""
    cast.lin_reports(noon)
    sent(cast, cast.lin_reports(noon), cast.agency, noon)
    cast.lin_reports(noon, place=cast.town.street_b)
    nowhere = cast.lin_reports(noon)
    Case.objects.filter(id=nowhere.id).update(
        place=None, place_path="", grid=None, desk=cast.office_desk, lead=cast.office_desk
    )
    desk_b = hired("han", staff.NewPost(cast.desk_b, Duty.CLERK, START), noon)
    lead_b = hired("ma", staff.NewPost(cast.team_b2, Duty.MANAGER, START), noon)
    intake = hired(
        "liu", staff.NewPost(cast.office_desk, Duty.CLERK, START, place_id=cast.town.community_b), noon
    )
    everybody = {
        "魏": cast.wei, "陈": cast.chen, "赵": cast.zhao, "孙": cast.sun, "钱": cast.qian, "周": cast.zhou,
        "高": cast.gao, "莫": cast.mo, "韩": desk_b, "马": lead_b, "刘": intake,
    }  # fmt: skip
    assert {name: seen_by(actor) for name, actor in everybody.items()} == {
        "魏": {"1", "2"},
        "陈": {"1", "2"},
        "赵": {"1", "2", "3", "4"},
        "孙": {"1", "2"},
        "钱": {"1", "2"},
        "周": {"1", "2", "3", "4"},
        "高": {"2"},
        "莫": {"3"},
        "韩": {"3"},
        "马": {"3"},
        "刘": {"3", "4"},
    }


def test_who_has_no_post_sees_nothing_and_the_clock_sees_all(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert (seen_by(NOBODY), seen_by(VISITOR), seen_by(SYSTEM)) == (set(), set(), {"1"})
    assert [set(policy.roles_for(actor, case)) for actor in (NOBODY, SYSTEM)] == [set(), {H}]


@pytest.mark.parametrize("party", ["office_desk", "desk_a", "team_a1"])
def test_an_administrator_alone_sees_no_case_not_even_of_his_own_party(
    party: str, cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon)
    advance(case.id, Move("escalate", party=getattr(cast, party)), actor=SYSTEM, at=noon)
    admin = hired("admin", staff.NewPost(getattr(cast, party), Duty.ADMIN, START), noon)
    assert (seen_by(admin), policy.roles_for(admin, case)) == (set(), frozenset())


def test_an_administrator_who_is_officer_too_sees_as_an_officer(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    admin = hired("admin", staff.NewPost(cast.office_desk, Duty.ADMIN, START), noon)
    staff.appoint(
        admin.id,
        staff.NewPost(cast.office_desk, Duty.OFFICER, START),
        actor=SYSTEM,
        at=noon,
    )
    assert seen_by(parties.actor_of(Account.objects.get(username=admin.name), noon)) == {"1"}


def test_a_reporter_sees_the_case_of_his_own_report_wherever_it_was_joined(
    cast: Cast, noon: datetime
) -> None:
    first, second = cast.lin_reports(noon), cast.lin_reports(noon)
    other = lin(second)
    advance(second.id, Move("join", into=first.id), actor=cast.chen, at=noon)
    assert seen_by(other) == {"1"}
    assert policy.roles_for(other, Case.objects.get(id=first.id)) == {Role.REPORTER}
    assert policy.roles_for(other, Case.objects.get(id=second.id)) == frozenset()


def test_whoever_it_was_escalated_to_sees_it(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert seen_by(cast.gao) == set()
    advance(case.id, Move("escalate", party=cast.agency), actor=SYSTEM, at=noon)
    assert seen_by(cast.gao) == {"1"}
    case.refresh_from_db()
    assert policy.roles_for(cast.gao, case) == frozenset()


def test_roles_follow_post_ground_and_party(cast: Cast, noon: datetime) -> None:
    case = sent(cast, cast.lin_reports(noon), cast.property, noon)
    roles = {
        "魏": {G},
        "陈": {D, C},
        "赵": {C},
        "孙": {S, Role.LEADER},
        "钱": {S, G},
        "周": {D, A, C, Role.SUPERVISOR},
        "高": set(),
        "莫": set(),
    }
    actors = (cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo)
    assert {actor.name: set(policy.roles_for(actor, case)) for actor in actors} == roles


def test_who_handled_it_is_no_checker_even_as_officer(cast: Cast, noon: datetime) -> None:
    case = sent(cast, cast.lin_reports(noon), cast.office_desk, noon)
    case = walk(case, (cast.zhou, Move("take")), (cast.zhou, done(noon)), at=noon)
    assert C not in policy.roles_for(cast.zhou, case)
    with pytest.raises(NotYours):
        advance(case.id, Move("pass_check", note="好"), actor=cast.zhou, at=noon)
    assert [one.number[-1] for one in cases.to_check(cast.zhou)] == []
    assert [one.number[-1] for one in cases.to_check(cast.zhao)] == ["1"]


def test_the_list_of_what_waits_for_a_check_holds_what_may_be_checked(cast: Cast, noon: datetime) -> None:
    case = sent(cast, cast.lin_reports(noon), cast.property, noon)
    case = walk(case, (cast.qian, Move("take")), (cast.qian, done(noon)), at=noon)
    actors = (cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo)
    listed = {actor.name for actor in actors if cases.to_check(actor)}
    assert listed == {actor.name for actor in actors if C in policy.roles_for(actor, case)}
    assert listed == {"陈", "赵", "周"}


# ---- the company complained of ----


def complaint(cast: Cast, at: datetime) -> Case:
    return cast.lin_reports(at, "物业一周没扫楼道了", category=catalogue.by_code("1204").id)


def test_nobody_of_the_company_complained_of_sees_it_also_when_it_is_escalated_to_it(
    cast: Cast, noon: datetime
) -> None:
    case = complaint(cast, noon)
    Case.objects.filter(id=case.id).update(escalated_to=cast.property, lead=cast.property)
    assert (seen_by(cast.sun), seen_by(cast.qian), seen_by(cast.chen)) == (set(), set(), {"1"})


def test_twin_without_the_rule_the_company_would_see_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint(cast, noon)
    monkeypatch.setattr(Actor, "parties", lambda self, *duties: frozenset())
    assert seen_by(cast.sun) == {"1"}


def test_a_complaint_does_not_reach_the_company_by_a_join(cast: Cast, noon: datetime) -> None:
    case, plain = complaint(cast, noon), sent(cast, cast.lin_reports(noon), cast.property, noon)
    with pytest.raises(Invalid) as refused:
        advance(case.id, Move("join", into=plain.id), actor=cast.chen, at=noon)
    assert (refused.value.field, refused.value.code) == ("into", "not_the_same_complaint")
    second = complaint(cast, noon)
    assert advance(second.id, Move("join", into=case.id), actor=cast.chen, at=noon).ending == "duplicate"


def test_nobody_joins_into_a_case_that_he_may_not_see(cast: Cast, noon: datetime) -> None:
    mine, theirs = cast.lin_reports(noon), cast.lin_reports(noon, place=cast.town.street_b)
    with pytest.raises(Invalid) as refused:
        advance(mine.id, Move("join", into=theirs.id), actor=cast.chen, at=noon)
    assert (refused.value.field, refused.value.code) == ("into", "unknown")
    assert advance(mine.id, Move("join", into=theirs.id), actor=cast.zhou, at=noon).ending == "duplicate"


# ---- whoever is something to a case may open it: nobody asks the database again ----


def posts_of_all_kinds(cast: Cast) -> list[Post]:
    town = cast.town
    grounds = [("", None), ("/", None), ("", town.grid_a1), ("", town.grid_b2)]
    grounds += [(town.row(place).path, None) for place in (town.community_a, town.compound, town.street_b)]
    parties_ = (None, cast.desk_a, cast.property)
    return [Post(duty, party, path, grid) for duty in Duty for party in parties_ for path, grid in grounds]


def cases_of_all_kinds(cast: Cast, at: datetime) -> list[Case]:
    """At the desk, with the agency, with the company, in B2, nobody knows where, and a complaint about the company."""
    cast.lin_reports(at)
    sent(cast, cast.lin_reports(at), cast.agency, at)
    sent(cast, cast.lin_reports(at), cast.property, at)
    cast.lin_reports(at, place=cast.town.street_b)
    unlocated_complaint(cast, at)
    cast.lin_reports(at, "物业一周没扫楼道了", category=catalogue.by_code("1204").id)
    return list(Case.objects.all())


def test_what_one_may_act_on_one_may_see_whatever_post_one_holds(cast: Cast, noon: datetime) -> None:
    known, unseen = cases_of_all_kinds(cast, noon), []
    for post in posts_of_all_kinds(cast):
        actor = Actor(ActorKind.ACCOUNT, UUID(int=3), "某", (post,))
        seen = set(policy.visible_to(actor).values_list("id", flat=True))
        unseen += [(post, case) for case in known if policy.roles_for(actor, case) and case.id not in seen]
    assert unseen == []


def test_whoever_is_nothing_to_it_opens_what_he_may_look_at_and_no_more(cast: Cast, noon: datetime) -> None:
    known = cases_of_all_kinds(cast, noon)
    for actor in (cast.zhao, cast.sun, cast.mo, cast.gao, NOBODY):
        seen = set(policy.visible_to(actor).values_list("id", flat=True))
        assert [policy.may_open(actor, case) for case in known] == [case.id in seen for case in known]


def test_an_import_under_way_is_opened_by_nobody_whatever_he_is_to_it(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    run = ImportRun.objects.create(source="board", file_digest="0" * 64, started_at=noon)
    Case.objects.filter(id=case.id).update(run=run)
    with pytest.raises(NotFound):
        cases.by_id(case.id, actor=cast.chen)
    with pytest.raises(NotFound):
        advance(case.id, Move("accept"), actor=cast.chen, at=noon)


# ---- imports, and what asking costs ----


def test_an_import_is_hidden_until_it_is_published(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    run = ImportRun.objects.create(source="board", file_digest="0" * 64, started_at=noon)
    Case.objects.filter(id=case.id).update(run=run)
    assert Report.objects.count() == 1
    assert seen_by(cast.zhou) == set()
    ImportRun.objects.filter(id=run.id).update(published_at=noon)
    assert seen_by(cast.zhou) == {"1"}


@pytest.mark.parametrize("items", [1, 3])
def test_a_list_of_cases_costs_two_queries_and_roles_none(
    items: int, cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(items):
        cast.lin_reports(noon)
    at = noon + timedelta(hours=1)
    with django_assert_num_queries(2):
        found = list(lists.listed(lists.CaseFilter(), actor=cast.chen, at=at, soon=at))
    with django_assert_num_queries(0):
        offers = [cases.offers_for(case, actor=cast.chen, at=at) for case in found]
    assert [{"accept", "ask", "decline"} <= {one.event for one in some} for some in offers] == [True] * items


@pytest.mark.parametrize("duty", list(Duty))
def test_a_post_without_ground_and_party_covers_nothing(duty: Duty, cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    actor = Actor(ActorKind.ACCOUNT, UUID(int=2), "无", (Post(duty),))
    assert (seen_by(actor), policy.roles_for(actor, case)) == (set(), frozenset())


def unlocated_complaint(cast: Cast, at: datetime) -> Case:
    intake = Intake(
        "phone", text="物业一周没扫楼道了", category=catalogue.by_code("1204").id, key="complaint-key-0001"
    )
    received = receive_report(Voice(intake, None), actor=cast.chen, at=at)
    return cases.of_report(received.report_id)


def test_a_complaint_that_gets_its_place_late_is_kept_from_the_company_too(
    cast: Cast, noon: datetime
) -> None:
    case = unlocated_complaint(cast, noon)
    assert case.complained_of_id is None
    case = advance(case.id, Move("accept", place=cast.town.stairwell), actor=cast.zhou, at=noon)
    assert case.complained_of_id == cast.property
    assert policy.roles_for(cast.sun, case) == frozenset()
    with pytest.raises(Invalid):
        advance(case.id, Move("dispatch", party=cast.property), actor=cast.zhou, at=noon)


def test_a_complaint_whose_place_is_corrected_is_about_the_company_there(cast: Cast, noon: datetime) -> None:
    case = complaint(cast, noon)
    case = advance(case.id, Move("correct", place=cast.town.street_b), actor=cast.zhou, at=noon)
    assert case.complained_of_id is None
    case = advance(case.id, Move("correct", place=cast.town.stairwell), actor=cast.zhou, at=noon)
    assert case.complained_of_id == cast.property


def test_a_complaint_stays_about_who_served_there_when_it_was_said(cast: Cast, noon: datetime) -> None:
    case, later = cast.lin_reports(noon), noon + timedelta(days=40)
    service = Service.objects.get(party_id=cast.property, kind="property")
    end_service(service.id, ends_on=later.date(), actor=SYSTEM, at=noon)
    case = advance(case.id, Move("correct", category=catalogue.by_code("1204").id), actor=cast.zhou, at=later)
    assert case.complained_of_id == cast.property
