"""Figures: what is counted, that it equals a recount however it came about, and that a click opens exactly the cases it counts."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.orders import actions as orders
from gezhi.flows.move_place import follow, move_place
from gezhi.flows.take_order import take_order
from gezhi.insight.definitions import COUNT_NAMES, DEFINITIONS, TIMES
from gezhi.insight.figures import check, exclusions, tally
from gezhi.insight.figures.cells import Sum
from gezhi.insight.figures.clicks import asked_for, behind, lines_of, within
from gezhi.insight.figures.counts import NAMES, PLACE_OF, of_count
from gezhi.insight.figures.figures import count, figure, figures, times
from gezhi.insight.figures.reading import NONE, Asked, each, read, total
from gezhi.insight.models import Exclusion, Tally
from gezhi.insight.rollups import following
from gezhi.insight.rollups.anew import count_anew
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.months import Span
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours, Refusal
from gezhi.ledger import actions as ledger
from gezhi.ledger.models import Line
from tests.cast import Cast, done, lin, walk
from tests.flows.test_take_order import coming
from tests.plans import on_sqlite

HOUR = timedelta(hours=1)
MARCH = Span(202603, 202603)
YEAR = Span(202501, 202612)


def kept_up(at: datetime) -> None:
    seal(at=at)
    ledger.catch_up(at=at)
    following.catch_up(at=at)


def march(name: str, place: UUID | None = None, axis: str = "all", key: str = "") -> int:
    found = read(place, axis, MARCH, following.reached().edition)
    return count(total(found, key, MARCH), name)


def solved(cast: Cast, case: Case, at: datetime, *ends: tuple[object, Move]) -> Case:
    return walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(at)),
        (cast.zhao, Move("pass_check", note="好了")),
        *ends,
        at=at,
    )


@pytest.fixture
def ten(cast: Cast, noon: datetime) -> list[Case]:
    """Ten of March: 3 solved and liked, 1 not liked and done again, 1 silent, 1 declined, 1 duplicate, 1 will not be done, 2 open."""
    cases = [cast.lin_reports(noon, f"路灯不亮 {row}") for row in range(10)]
    for row in range(3):
        solved(cast, cases[row], noon + HOUR, (lin(cases[row]), Move("satisfied")))
    again = (
        (cast.chen, Move("unsatisfied", reason="还在漏")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
        (cast.chen, Move("satisfied", note="电话里说满意")),
    )
    solved(cast, cases[3], noon + HOUR, *again)
    solved(cast, cases[4], noon + HOUR, (SYSTEM, Move("confirm_lapses")))
    walk(cases[5], (cast.chen, Move("decline", reason="不是投诉")), at=noon + HOUR)
    walk(cases[6], (cast.chen, Move("join", into=cases[7].id)), at=noon + HOUR)
    walk(cases[8], (cast.chen, Move("accept")), at=noon + 30 * HOUR)
    walk(cases[8], (cast.zhou, Move("wont_do", reason="产权不明")), at=noon + 30 * HOUR)
    kept_up(noon + 31 * HOUR)
    return cases


def test_ten_cases_are_counted_as_one_counts_them_by_hand(ten: list[Case], cast: Cast) -> None:
    found = total(read(None, "all", MARCH, 1), "", MARCH)
    assert {name: count(found, name) for name in NAMES if count(found, name)} == {
        "received": 10, "duplicate": 1, "declined": 1, "ours": 8, "responded": 5, "closed": 6,
        "solved": 4, "no_answer": 1, "wont_do": 1, "judged": 5,
        "satisfied": 4, "silent": 1, "answered": 4, "timed": 5, "on_time": 5, "done": 5, "reworked": 1, "came_back": 5,
        "settled": 4, "within_grid": 4,
    }  # fmt: skip
    said = {one.of.name: (one.over, one.n, one.value, one.apart) for one in figures(found, [found], 5)}
    assert said["response"] == (5, 8, 5 / 8, ())
    assert said["resolved"] == (4, 5, 4 / 5, (("unchecked", 0), ("no_answer", 1)))
    assert said["satisfied"] == (4, 4, None, (("silent", 1),))
    assert said["closed"] == (6, 8, 6 / 8, ())
    done_in = times(found, [found], 5)[0]
    assert done_in.spread is not None
    assert (done_in.n, round(done_in.spread.median, 1)) == (5, 1.0)


def test_a_place_counts_for_all_above_it_down_to_the_compound(ten: list[Case], cast: Cast) -> None:
    town = cast.town
    for place in (None, town.district, town.subdistrict, town.community_a, town.compound):
        assert march("received", place) == 10
    assert [march("received", place) for place in (town.building, town.stairwell, town.community_b)] == [
        0,
        0,
        0,
    ]


def test_along_the_axes(ten: list[Case], cast: Cast) -> None:
    assert march("solved", None, "party", cast.property.hex) == 4
    assert march("received", cast.town.compound, "channel", "qr") == 10
    leaf = ten[0].category_id
    assert leaf is not None
    assert march("received", None, "category", leaf.hex) == 10


def everything(edition: int) -> dict[Asked, Sum]:
    """Every key of every axis at every place."""
    found = {}
    for place, axis in set(Tally.objects.filter(edition=edition).values_list("place_id", "axis")):
        by_month = read(place, axis, YEAR, edition)
        for key in {key for keys in by_month.values() for key in keys}:
            found[Asked(place, axis, key)] = total(by_month, key, YEAR)
    return found


def clicks_open_what_is_counted() -> None:
    """Of each count and of each place and key the cases are asked for once; a click is what both have, one count of each is clicked."""
    edition, rows = following.reached().edition, Line.objects.order_by()
    of_name = {name: ids(of_count(name, rows, within())) for name in NAMES}
    for place, (asked, found) in enumerate(everything(edition).items()):
        here = ids(rows.filter(asked_for(asked, edition)))
        for name in NAMES:
            assert len(of_name[name] & here) == count(found, name), (name, asked)
        name = NAMES[place % len(NAMES)]
        assert ids(behind(name, asked, YEAR, edition, actor=SYSTEM)) == of_name[name] & here


def ids(rows: QuerySet[Line]) -> set[UUID]:
    return set(rows.values_list("case_id", flat=True))


def rows_now() -> dict[tuple[int, str, str], str]:
    edition = following.reached().edition
    return {(row.month, row.axis, row.place_path): row.cells for row in Tally.objects.filter(edition=edition)}


def test_a_click_opens_exactly_the_cases_that_a_number_counts(
    ten: list[Case], cast: Cast, noon: datetime
) -> None:
    exclusions.review(
        exclusions.ask(ten[0].number, "演练", actor=cast.chen, at=noon).id,
        grant=True,
        actor=cast.zhou,
        at=noon,
    )
    kept_up(noon + 32 * HOUR)
    clicks_open_what_is_counted()


def wander(cast: Cast, seed: int, noon: datetime, steps: int) -> datetime:
    """People do what comes to their minds; what is refused is left."""
    chance, at = Random(seed), noon
    places = [cast.town.stairwell, cast.town.street_b, cast.town.building, cast.town.community_a]
    for _ in range(steps):
        at += chance.choice([HOUR, 7 * HOUR, 100 * HOUR])
        if chance.random() < 0.25 or not Case.objects.exists():
            cast.lin_reports(at, "路灯不亮", place=chance.choice(places))
            continue
        case = chance.choice(list(Case.objects.order_by("id")))
        actor = chance.choice([cast.chen, cast.zhou, cast.qian, cast.zhao, cast.wei, lin(case)])
        other = chance.choice(list(Case.objects.order_by("id")))
        move = chance.choice(
            [
                Move("accept"), Move("dispatch", party=chance.choice([cast.property, cast.agency, cast.team_a1])),
                Move("take"), done(at), Move("pass_check", note="好"), Move("satisfied"),
                Move("fail_check", note="看", reason="没好"), Move("reopen", reason="又坏了"), Move("join", into=other.id),
                Move("undo_join"), Move("wont_do", reason="产权"), Move("not_ours", reason="不归"),
                Move("decline", reason="不是"), Move("carry_forward", reason="等", until=at + 90 * HOUR), Move("resume"),
                Move("request_extension", reason="等", until=at + 900 * HOUR), Move("approve_extension"),
                Move("raise", reason="难", party=cast.agency), Move("unsatisfied", reason="没好"),
            ]
        )  # fmt: skip
        try:
            walk(case, (actor, move), at=at)
        except Refusal:
            continue
        if chance.random() < 0.2:
            kept_up(at)
    return at


@pytest.mark.parametrize("seed", [1, 2])
def test_any_history_followed_step_by_step_equals_a_count_anew_and_what_a_click_opens(
    seed: int, cast: Cast, noon: datetime
) -> None:
    at = wander(cast, seed, noon, 70)
    kept_up(at)
    followed = rows_now()
    assert list(check.findings()) == []
    count_anew(at=at)
    assert rows_now() == followed
    clicks_open_what_is_counted()


def test_a_compound_that_moved_keeps_its_closed_cases_in_its_own_figures(
    ten: list[Case], cast: Cast, noon: datetime
) -> None:
    town = cast.town
    move_place(
        town.compound,
        parent_id=town.community_b,
        grid_id=town.grid_b2,
        reason="划走",
        actor=SYSTEM,
        at=noon + 32 * HOUR,
    )
    follow({"path": town.row(town.compound).path}, None, at=noon + 32 * HOUR)
    kept_up(noon + 32 * HOUR)
    assert [march("ours", place) for place in (town.compound, town.community_a, town.community_b)] == [
        8,
        6,
        2,
    ]
    assert list(check.findings()) == []
    clicks_open_what_is_counted()


def test_the_issuers_verdict_stands_beside_ours(cast: Cast, noon: datetime) -> None:
    taken = take_order(coming(noon, place=cast.town.row(cast.town.stairwell)), actor=cast.chen, at=noon)
    kept_up(noon)
    orders.note_verdict(
        taken.order_id, {"resolved": "yes", "satisfied": "no"}, "", actor=cast.chen, at=noon + HOUR
    )
    kept_up(noon + HOUR)
    names = (
        "their_responded",
        "their_resolved",
        "their_resolved_yes",
        "their_satisfied",
        "their_satisfied_yes",
    )
    assert [march(name) for name in names] == [0, 1, 1, 1, 0]
    orders.note_verdict(taken.order_id, {"resolved": "no"}, "", actor=cast.chen, at=noon + 2 * HOUR)
    kept_up(noon + 2 * HOUR)
    assert [march(name) for name in names] == [0, 1, 0, 1, 0]
    assert list(check.findings()) == []
    clicks_open_what_is_counted()


def test_a_reviewed_exclusion_is_out_of_all_figures_and_listed(
    ten: list[Case], cast: Cast, noon: datetime
) -> None:
    asked = exclusions.ask(ten[0].number, "系统演练", actor=cast.chen, at=noon)
    kept_up(noon)
    assert (march("received"), march("excluded")) == (10, 0)
    exclusions.review(asked.id, grant=True, actor=cast.zhou, at=noon)
    kept_up(noon)
    assert (march("received"), march("excluded")) == (9, 1)
    [listed] = exclusions.listed(Line.objects.all(), actor=cast.zhou)
    assert (listed.id, listed.state) == (asked.id, Exclusion.GRANTED)
    assert list(check.findings()) == []


@on_sqlite
def test_of_a_ground_the_few_exclusions_are_walked_and_no_line_but_theirs(
    ten: list[Case], cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    exclusions.ask(ten[0].number, "系统演练", actor=cast.chen, at=noon)
    kept_up(noon)
    lines = lines_of(Asked(None), MARCH, following.reached().edition, actor=cast.zhou)
    plan = str(exclusions.among(lines).filter(cases.is_visible(cast.zhou, "case_id")).explain())
    assert "LIST SUBQUERY" not in plan, plan
    assert "USING INDEX sqlite_autoindex_ledger_line_2 (jurisdiction_id=? AND case_id=?)" in plan, plan
    [listed] = exclusions.listed(lines, actor=cast.zhou)
    assert listed.case_id == ten[0].id


@on_sqlite
def test_closed_cases_of_a_number_are_read_where_closed_lines_lie(
    ten: list[Case], cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest of an office are open; sabotaged, all of them are looked at first."""

    def plan() -> str:
        edition = following.reached().edition
        return str(behind("closed", Asked(None), MARCH, edition, actor=cast.zhou)[:51].explain())

    kept_up(noon)
    along = "ledger_by_state (jurisdiction_id=? AND state=? AND received_at>? AND received_at<?)"
    assert along in plan()
    monkeypatch.setattr("gezhi.insight.figures.clicks.OF_CLOSED", frozenset())
    assert along not in plan()


def test_nobody_reviews_what_he_asked_for_himself(ten: list[Case], cast: Cast, noon: datetime) -> None:
    asked = exclusions.ask(ten[0].number, "演练", actor=cast.zhou, at=noon)
    with pytest.raises(NotYours):
        exclusions.review(asked.id, grant=True, actor=cast.zhou, at=noon)
    with pytest.raises(NotYours):
        exclusions.review(asked.id, grant=True, actor=cast.chen, at=noon)
    with pytest.raises(NotFound):
        exclusions.review(asked.id, grant=True, actor=cast.mo, at=noon)


def test_what_is_wrong_with_asking_is_said(ten: list[Case], cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid, match="required"):
        exclusions.ask(ten[0].number, " ", actor=cast.chen, at=noon)
    with pytest.raises(NotYours):
        exclusions.ask(ten[0].number, "演练", actor=cast.qian, at=noon)
    asked = exclusions.ask(ten[0].number, "演练", actor=cast.chen, at=noon)
    with pytest.raises(Invalid, match="excluded_already"):
        exclusions.ask(ten[0].number, "另一个理由", actor=cast.chen, at=noon)
    assert exclusions.ask(ten[0].number, "演练", actor=cast.chen, at=noon).id == asked.id  # sent twice
    exclusions.review(asked.id, grant=False, actor=cast.zhou, at=noon)
    with pytest.raises(NotFromHere):
        exclusions.review(asked.id, grant=True, actor=cast.zhou, at=noon)
    exclusions.ask(ten[0].number, "再说", actor=cast.chen, at=noon)  # refused once, asked again


@pytest.mark.parametrize("wrong", ["counts", "missing", "surplus"])
def test_a_wrong_roll_up_planted_is_found_and_named(wrong: str, ten: list[Case], cast: Cast) -> None:
    """The twin of every "findings == []" above."""
    assert list(check.findings(seed=7)) == []
    row = Tally.objects.get(axis="all", place_id=cast.town.compound)
    if wrong == "missing":
        Tally.objects.filter(id=row.id).delete()
    elif wrong == "counts":
        Tally.objects.filter(id=row.id).update(cells=row.cells.replace("[10,", "[11,"))
    else:
        Tally.objects.create(edition=1, month=202603, axis="all", place_path="/none/", cells=row.cells)
    [found] = check.findings(seed=7)
    assert (found.invariant, "--seed 7" in found.what) == ("I8", True)


def test_twin_a_counter_that_forgets_to_take_the_old_away_is_found(
    ten: list[Case], cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = tally.Counting.add
    monkeypatch.setattr(
        tally.Counting, "add", lambda self, found, sign=1: right(self, found, sign) if sign > 0 else None
    )
    walk(ten[9], (cast.chen, Move("accept")), at=noon + 33 * HOUR)
    kept_up(noon + 33 * HOUR)
    assert list(check.findings()) != []


def test_every_count_is_named_and_every_definition_counts_what_there_is() -> None:
    assert set(COUNT_NAMES) == set(NAMES) == set(PLACE_OF)
    used = {name for one in DEFINITIONS for name in (one.over, one.under, *one.apart)}
    assert used <= set(NAMES)
    assert list(TIMES) == ["to_done", "to_closed"]


def test_a_figure_of_nothing_has_no_value() -> None:
    found = figure(DEFINITIONS[0], NONE, [NONE], 1)
    assert (found.n, found.value, found.months, found.spread) == (0, None, (None,), None)
    assert each({}, "", MARCH) == [NONE]


def test_following_costs_the_same_statements_for_one_case_and_for_many(
    cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        cast.lin_reports(noon)
    seal(at=noon)
    ledger.catch_up(at=noon)
    following.catch_up(at=noon)
    for row in range(6):
        if row == 1:
            kept_up(noon)
        cast.lin_reports(noon, f"路灯不亮 {row}")
        if row in {0, 5}:
            seal(at=noon)
            ledger.catch_up(at=noon)
            with django_assert_num_queries(23):
                following.catch_up(at=noon)
    assert Line.objects.count() == 9
