"""Routing rules: the first that fits and leads to somebody decides; hours go over midnight, seasons over New Year."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.routing import match
from gezhi.routing.match import Match, Matter, Near, Rule, Why, by_chain, first_match, in_hours, in_season

COMPANY, OWNERS, AGENCY, CREW = (UUID(int=number) for number in range(1, 5))
GLASS, DOORS, LEAK = (UUID(int=number) for number in range(11, 14))  # a leaf, its top class, another leaf
COMPOUND, BROKEN = UUID(int=21), UUID(int=31)
PATH = "/a/b/c/d/"
MATTER = Matter(
    minute=12 * 60,
    day=302,
    path=PATH + "e/",
    place_kinds=frozenset({"compound", "building"}),
    category=GLASS,
    top=DOORS,
    condition=BROKEN,
    near=(Near(OWNERS, "owners"), Near(COMPANY, "property"), Near(AGENCY, "agency")),
)


def rule(rank: int = 1, party: UUID | None = CREW, **terms: object) -> Rule:
    return Rule(UUID(int=100 + rank), UUID(int=200 + rank), rank, f"规则 {rank}", party=party, **terms)


def test_the_first_that_fits_decides_whatever_order_they_come_in() -> None:
    second, third, first = rule(2), rule(3, AGENCY), rule(1, category=LEAK)
    assert first_match([third, second, first], MATTER) == Match(second, CREW, ())


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"place": COMPOUND, "place_path": PATH}, Why.PLACE),
        ({"place_kind": "compound"}, Why.PLACE_KIND),
        ({"category": GLASS}, Why.CATEGORY),
        ({"category": DOORS}, Why.CATEGORY),
        ({"condition": BROKEN}, Why.CONDITION),
        ({"hour_from": 8 * 60, "hour_to": 18 * 60}, Why.HOURS),
        ({"season_from": 1115, "season_to": 315}, Why.SEASON),
    ],
)
def test_it_says_what_was_fulfilled(terms: dict[str, object], why: Why) -> None:
    one = rule(**terms)
    assert first_match([one], MATTER) == Match(one, CREW, (why,))


@pytest.mark.parametrize(
    "terms",
    [
        {"place": COMPOUND, "place_path": "/a/b/x/"},
        {"place_kind": "street"},
        {"category": LEAK},
        {"condition": UUID(int=32)},
        {"hour_from": 18 * 60, "hour_to": 8 * 60},
        {"season_from": 601, "season_to": 930},
    ],
)
def test_one_thing_that_is_not_so_is_enough(terms: dict[str, object]) -> None:
    assert first_match([rule(**{"category": GLASS} | terms)], MATTER) is None


def test_what_could_fit_is_all_that_fits_and_whatever_only_the_places_above_decide() -> None:
    in_a_street, elsewhere = rule(place_kind="street"), rule(place_kind="street", category=LEAK)
    assert [match.fits(one, MATTER) for one in (in_a_street, elsewhere)] == [False, False]
    assert [match.could_fit(one, MATTER) for one in (in_a_street, elsewhere)] == [True, False]


def test_what_is_nowhere_fits_no_rule_for_a_place_and_what_is_nothing_none_for_a_category() -> None:
    bare = Matter(minute=0, day=101)
    assert first_match([rule(place=COMPOUND, place_path=PATH), rule(2, category=GLASS)], bare) is None
    assert first_match([rule(place_kind="compound"), rule(2, condition=BROKEN)], bare) is None
    assert first_match([rule(3)], bare) == Match(rule(3), CREW, ())


def test_a_kind_of_party_is_the_nearest_of_that_kind() -> None:
    one = rule(party=None, party_kind="property")
    assert first_match([one], MATTER) == Match(one, COMPANY, ())


@pytest.mark.parametrize(
    "first",
    [
        rule(is_open=False),
        rule(party=None, party_kind="utility"),
        rule(party=COMPANY),
        rule(party=None, party_kind="property"),
    ],
    ids=["closed", "nobody serves as that", "complained of", "complained of, by kind"],
)
def test_a_rule_that_leads_to_nobody_leaves_it_to_the_next(first: Rule) -> None:
    complaint = replace(MATTER, kept_from=COMPANY)
    assert first_match([first, rule(2, AGENCY)], complaint) == Match(rule(2, AGENCY), AGENCY, ())


def test_sabotage_without_that_guard_a_closed_party_would_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "leads_to", lambda rule, matter: rule.party)
    found = first_match([rule(is_open=False), rule(2, AGENCY)], MATTER)
    assert found is not None
    assert found.party == CREW


def test_where_no_rule_fits_the_chain_of_the_category_is_asked_in_its_order() -> None:
    assert by_chain("UPO", MATTER) == COMPANY
    assert by_chain("PO", replace(MATTER, kept_from=COMPANY)) == OWNERS
    assert by_chain("US", MATTER) is None


MINUTES = st.integers(0, match.MINUTES_OF_A_DAY - 1)
DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))


def mmdd(day: date) -> int:
    return day.month * 100 + day.day


@given(minute=MINUTES, begin=MINUTES, length=st.integers(1, match.MINUTES_OF_A_DAY - 1))
def test_hours_hold_as_long_as_they_last_also_over_midnight(minute: int, begin: int, length: int) -> None:
    end = (begin + length) % match.MINUTES_OF_A_DAY
    assert in_hours(minute, begin, end) == ((minute - begin) % match.MINUTES_OF_A_DAY < length)


@given(minute=MINUTES, begin=MINUTES, end=MINUTES)
def test_day_and_night_share_no_minute_and_leave_none_out(minute: int, begin: int, end: int) -> None:
    if begin != end:
        assert in_hours(minute, begin, end) != in_hours(minute, end, begin)


@given(day=DAYS, first=DAYS, length=st.integers(0, 364))
def test_a_season_holds_on_its_first_and_last_day_also_over_new_year(
    day: date, first: date, length: int
) -> None:
    season = {mmdd(_in_2024(first + timedelta(days=n))) for n in range(length + 1)}
    last = mmdd(_in_2024(first + timedelta(days=length)))
    assert in_season(mmdd(day), mmdd(first), last) == (mmdd(day) in season)


def _in_2024(day: date) -> date:
    """The same distance into a leap year that comes round again."""
    return date.fromordinal(date(2024, 1, 1).toordinal() + (day - date(2024, 1, 1)).days % 366)


@given(MINUTES, DAYS)
def test_without_hours_and_season_it_holds_always(minute: int, day: date) -> None:
    assert in_hours(minute, None, None)
    assert in_season(mmdd(day), None, None)


@given(st.integers(-10_000, 10_000))
def test_a_day_is_a_day_of_some_year(number: int) -> None:
    all_days = {mmdd(date(2024, 1, 1) + timedelta(days=n)) for n in range(366)}
    assert match.is_day(number) == (number in all_days)


RULES = st.lists(
    st.builds(
        Rule,
        id=st.uuids(),
        line=st.uuids(),
        rank=st.integers(1, 50),
        name=st.just("一条"),
        category=st.sampled_from([None, GLASS, DOORS, LEAK]),
        place_kind=st.sampled_from(["", "compound", "street"]),
        party=st.sampled_from([CREW, COMPANY]),
        is_open=st.booleans(),
    ),
    unique_by=lambda one: one.rank,
)


@given(rules=RULES, kept_from=st.sampled_from([None, COMPANY]))
def test_whatever_the_rules_it_never_goes_to_a_closed_party_or_the_one_complained_of(
    rules: list[Rule], kept_from: UUID | None
) -> None:
    matter = replace(MATTER, kept_from=kept_from)
    found = first_match(rules, matter)
    assert [one for one in rules if match.fits(one, matter) and not match.could_fit(one, matter)] == []
    fitting = [one for one in rules if match.fits(one, matter) and one.is_open and one.party != kept_from]
    assert (found and found.rule) == min(fitting, key=lambda one: one.rank, default=None)
