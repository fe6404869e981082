"""An automatic rule sends on what is accepted; what was returned, or only proposed, is the desk's to decide."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases import check as cases_check
from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.flows import route
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.flows.route import advance_and_route
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties.models import Party
from gezhi.routing import actions, queries
from gezhi.routing.check import findings
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms
from tests.cast import Cast, photo, walk

HOUR = timedelta(hours=1)


def rule(at: datetime, name: str = "碎玻璃找物业", **terms: Any) -> UUID:
    """A rule, and the id of its version."""
    line = actions.add_rule(Terms(name, **terms), actor=SYSTEM, at=at)
    return next(one.id for one in queries.rules(at) if one.line == line)


def routed(case: Case, *moves: tuple[Actor, Move], at: datetime) -> Case:
    for actor, move in moves:
        case = advance_and_route(case.id, move, actor=actor, at=at)
    return case


def last(case: Case) -> tuple[str, str, str | None]:
    """The last deed: what, by whom, by which version of a rule."""
    entry = cases.timeline(case)[-1].entry
    return entry.event, entry.actor_kind, entry.after.get("rule")


def test_what_is_accepted_goes_at_once_to_whom_an_automatic_rule_names(cast: Cast, noon: datetime) -> None:
    version = rule(noon, party_kind="property", is_automatic=True)
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    assert (case.state, case.lead_id) == ("dispatched", cast.property)
    assert last(case) == ("dispatch", "system", str(version))
    assert [*cases_check.findings(), *findings(noon)] == []


def test_a_rule_that_only_proposes_leaves_it_to_the_desk_and_holds_back_those_behind_it(
    cast: Cast, noon: datetime
) -> None:
    version = rule(noon, party_kind="property")
    rule(noon, "其余找执法", party=cast.agency, is_automatic=True)
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    assert (case.state, case.lead_id) == ("opened", cast.desk_a)
    sent = routed(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    assert (sent.state, last(sent)) == ("dispatched", ("dispatch", "account", str(version)))


def test_what_the_desk_sends_elsewhere_went_by_no_rule(cast: Cast, noon: datetime) -> None:
    rule(noon, party_kind="property")
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.owners)))
    assert last(routed(cast.lin_reports(noon), *moves, at=noon)) == ("dispatch", "account", None)


def test_where_no_rule_fits_the_desk_keeps_it(cast: Cast, noon: datetime) -> None:
    rule(noon, party=cast.agency, place_kind="street", is_automatic=True)
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    assert (case.state, case.lead_id) == ("opened", cast.desk_a)


def test_the_version_that_held_then_stays_with_the_case(cast: Cast, noon: datetime) -> None:
    version = rule(noon, "甲", party=cast.agency, is_automatic=True)
    line = RoutingRule.objects.get(id=version).line
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    terms = Terms("乙", party=cast.owners, is_automatic=True)
    later = noon + HOUR
    newer = actions.change_rule(line, terms, seen=version, actor=cast.zhou, at=later)
    other = routed(cast.lin_reports(later), (cast.chen, Move("accept")), at=later)
    assert [last(one)[2] for one in (case, other)] == [str(version), str(newer)]
    assert queries.names([version]) == {version: "甲"}
    assert [*findings(noon)] == []


def test_returns_go_to_the_desk_then_to_a_site_visit_then_one_level_up_and_never_round_in_a_circle(
    cast: Cast, noon: datetime
) -> None:
    rule(noon, party_kind="property", is_automatic=True)
    back = (cast.sun, Move("return", reason="不在我们的服务范围"))
    again = (cast.chen, Move("dispatch", party=cast.property))
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), back, at=noon)
    assert (case.state, case.lead_id, case.meeting_at) == ("opened", cast.desk_a, None)
    case = routed(case, again, back, at=noon)
    assert (case.state, case.lead_id, case.meeting_at is not None) == ("opened", cast.desk_a, True)
    case = routed(case, again, back, at=noon)
    assert (case.state, case.lead_id) == ("dispatched", cast.office_desk)
    assert [*cases_check.findings(), *findings(noon)] == []


def test_sabotage_if_returns_were_routed_the_case_would_come_round_at_once(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "ROUTED", route.ROUTED | {"return"})
    rule(noon, party_kind="property", is_automatic=True)
    back = (cast.sun, Move("return", reason="不在我们的服务范围"))
    case = routed(cast.lin_reports(noon), (cast.chen, Move("accept")), back, at=noon)
    assert (case.state, case.lead_id) == ("dispatched", cast.property)


def solved_on_the_spot(cast: Cast, noon: datetime) -> Case:
    """Wei mended it himself: nobody else ever had it."""
    solved = Move("solve_on_spot", shown=(Shown(photo(noon)),), presence="place_code")
    case = walk(cast.lin_reports(noon), (cast.wei, Move("accept")), (cast.wei, solved), at=noon)
    if case.state == "to_check":
        moves = ((cast.zhao, Move("pass_check", note="已换好")), (cast.chen, Move("satisfied")))
        case = walk(case, *moves, at=noon)
    return case


def test_what_is_reopened_while_nobody_has_it_is_routed(cast: Cast, noon: datetime) -> None:
    case = solved_on_the_spot(cast, noon)
    version = rule(noon, party_kind="property", is_automatic=True)
    report = cases.report_ids([case.id])[case.id][0]
    case = reporter_speaks(report, Saying("reopen", reason="again", version=case.version), at=noon + HOUR)
    assert (case.state, case.lead_id, case.round) == ("dispatched", cast.property, 2)
    assert last(case) == ("dispatch", "system", str(version))
    assert [*cases_check.findings(), *findings(noon)] == []


def test_what_is_reopened_goes_back_to_whoever_had_it(cast: Cast, noon: datetime) -> None:
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.owners)),
        (cast.zhou, Move("wont_do", reason="不属维修范围")),
    )
    case = walk(cast.lin_reports(noon), *moves, at=noon)
    rule(noon, party_kind="property", is_automatic=True)
    case = routed(case, (cast.zhou, Move("reopen", reason="重新核定")), at=noon)
    assert (case.state, case.lead_id) == ("in_hand", cast.owners)


def test_accepting_costs_one_query_more_where_no_rule_is_automatic(
    cast: Cast, noon: datetime, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    rule(noon, party_kind="property")
    routed(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)  # what is asked once a process
    plain, ruled = cast.lin_reports(noon), cast.lin_reports(noon)
    with django_assert_max_num_queries(100) as alone:
        walk(plain, (cast.chen, Move("accept")), at=noon)
    with django_assert_max_num_queries(100) as beside:
        routed(ruled, (cast.chen, Move("accept")), at=noon)
    savepoints = sum("SAVEPOINT" in one["sql"] for one in beside) - sum(
        "SAVEPOINT" in one["sql"] for one in alone
    )
    assert len(beside) - len(alone) - savepoints == 1


def test_the_check_names_a_case_that_went_by_a_rule_to_somebody_it_does_not_lead_to(
    cast: Cast, noon: datetime
) -> None:
    version = rule(noon, party=cast.agency)
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    walk(case, (cast.chen, Move("dispatch", party=cast.owners, rule=version)), at=noon)
    assert [(one.invariant, one.what) for one in findings(noon)] == [
        ("I1", "went by 碎玻璃找物业 to another party than that names")
    ]


def test_the_check_names_a_case_that_went_by_a_rule_to_a_closed_party(cast: Cast, noon: datetime) -> None:
    version = rule(noon, party=cast.agency)
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.agency, rule=version)))
    case = walk(cast.lin_reports(noon), *moves, at=noon)
    Party.objects.filter(id=cast.agency).update(closed_on=noon.date())
    assert ("I1", f"case {case.id}") in [(one.invariant, one.where) for one in findings(noon)]
