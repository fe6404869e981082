"""Durations in steps of five percent, months, cells and the Poisson rule."""

from datetime import timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.insight.figures import cells
from gezhi.insight.figures.hot import Hot, folded, hot_spots, past_of
from gezhi.insight.histogram import Spread, bin_of, hours, spread, spread_of
from gezhi.insight.poisson import chance, is_hot, most_expected
from gezhi.kernel.months import Span

MINUTE = timedelta(minutes=1)
LASTED = st.integers(min_value=1, max_value=5_000_000)


@given(LASTED)
def test_the_middle_of_a_bin_is_at_most_two_and_a_half_percent_beside(minutes: int) -> None:
    assert hours(bin_of(minutes * MINUTE)) * 60 == pytest.approx(minutes, rel=0.0251)


def test_what_is_shorter_than_a_minute_counts_as_one() -> None:
    assert {bin_of(timedelta(0)), bin_of(-MINUTE), bin_of(MINUTE)} == {0}


@given(st.lists(LASTED, min_size=1, max_size=60))
def test_quartiles_of_bins_are_those_of_the_durations(minutes: list[int]) -> None:
    bins: dict[int, int] = {}
    for one in minutes:
        bins[bin_of(one * MINUTE)] = bins.get(bin_of(one * MINUTE), 0) + 1
    found, ordered = spread(bins), sorted(minutes)
    assert found is not None
    ranks = [ordered[ceil(len(ordered) * part / 4) - 1] / 60 for part in (1, 2, 3)]
    assert found.n == len(minutes)
    assert [found.low, found.median, found.high] == pytest.approx(ranks, rel=0.0251)


def test_nothing_has_no_median() -> None:
    assert (spread({}), spread_of([])) == (None, None)


def test_single_values_have_their_own_quartiles() -> None:
    assert spread_of([0.4, 0.1, 0.3, 0.2]) == Spread(4, 0.1, 0.2, 0.3)


MEANS = (0.0, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
KNOWN = list(zip(MEANS, (0, 0, 1, 2, 3, 5, 9, 15, 28, 62, 117, 1052), strict=True))


@pytest.mark.parametrize(("mean", "most"), KNOWN)
def test_what_95_of_a_hundred_months_do_not_exceed(mean: float, most: int) -> None:
    assert most_expected(mean) == most


@given(st.integers(1, 400))
def test_the_rule_is_that_of_the_exact_sum(tenths: int) -> None:
    """Against sums of fractions; e is counted to a hundred digits."""
    mean = Fraction(tenths, 10)
    with localcontext() as exact:
        exact.prec = 100
        left = Decimal("0.95") * (Decimal(tenths) / 10).exp()  # Σ m^k / k! must reach it
    term, total, k = Fraction(1), Fraction(1), 0
    while total < Fraction(left):
        k += 1
        term = term * mean / k
        total += term
    assert most_expected(float(mean)) == k


def test_a_mean_below_zero_is_a_bug() -> None:
    with pytest.raises(ValueError, match="negative"):
        most_expected(-1.0)


def test_four_cases_are_never_a_hot_spot() -> None:
    assert (is_hot(4, 0.0), is_hot(5, 0.0), is_hot(9, 5.0), is_hot(10, 5.0)) == (False, True, False, True)


@pytest.mark.parametrize("looked_at", [1, 20, 60, 400, 2000])
@pytest.mark.parametrize("mean", [0.3, 2.0, 9.5, 120.0, 8000.0])
def test_of_all_that_were_looked_at_no_more_than_one_is_listed_by_chance(looked_at: int, mean: float) -> None:
    bound = most_expected(mean, chance(looked_at))
    assert looked_at * above(bound, mean) <= 1.0 + 1e-9
    assert above(bound, mean) <= 0.05 + 1e-12
    assert bound == 0 or above(bound - 1, mean) > chance(looked_at)


def test_sabotage_by_the_rule_for_one_place_four_hundred_would_list_a_dozen_by_chance() -> None:
    assert 400 * above(most_expected(9.5), 9.5) > 10


def above(k: int, mean: float) -> float:
    """P(X > k), summed up from the other side."""
    return sum(
        exp(n * log(mean) - mean - lgamma(n + 1)) for n in range(k + 1, k + int(40 * (mean + 10) ** 0.5))
    )


def test_there_must_be_a_past_to_compare_with() -> None:
    assert past_of(202603, None) is None
    assert past_of(202603, 202601) is None
    assert past_of(202603, 202512) == Span(202512, 202602)
    assert past_of(202603, 202001) == Span(202503, 202602)


def test_the_farthest_above_its_past_comes_first() -> None:
    counts = {("a", 202603): 12, ("b", 202603): 30, ("c", 202603): 9}

    def count(one: object, span: Span) -> int:
        return counts.get((str(one), span.first), 0) if span.length() == 1 else 5 * span.length()

    found = hot_spots("abc", 202603, Span(202503, 202602), count)
    assert [(one.of, one.count, one.mean, one.expected) for one in found] == [
        ("b", 30, 5.0, 9),
        ("a", 12, 5.0, 9),
    ]
    assert hot_spots("abc", 202603, None, count) == []


CELL = st.dictionaries(st.sampled_from([0, 5, 317, 1000, 1200]), st.integers(1, 50))
COUNTED = st.lists(st.integers(0, 3), max_size=6)


def cell_of(places: list[int], bins: dict[int, int]) -> cells.Cell:
    return {cells.COUNTS: cells.packed(places)} | bins


@given(COUNTED, CELL, COUNTED, CELL)
def test_what_is_added_can_be_taken_away(
    one: list[int], bins: dict[int, int], other: list[int], more: dict[int, int]
) -> None:
    begun, cell = cell_of(one, bins), cell_of(one, bins)
    cells.add(cell, cell_of(other, more))
    cells.add(cell, cell_of(other, more), -1)
    assert cells.as_sum(cell, 4) == cells.as_sum(begun, 4)


@given(COUNTED, CELL)
def test_a_cell_is_kept_and_read_again(places: list[int], bins: dict[int, int]) -> None:
    cell = cell_of(places, bins)
    kept = cells.from_json(cells.as_json({"k": cell}, 4))
    assert cells.as_sum(kept.get("k", {}), 4) == cells.as_sum(cell, 4)
    assert cells.as_sum(cell, 4).counts == [places.count(place) for place in range(4)]


def test_taking_more_away_than_there_was_is_a_bug() -> None:
    with pytest.raises(OverflowError):
        cells.as_json({"k": {cells.COUNTS: -1}}, 4)


def hot(path: str, count: int, mean: float = 1.0) -> Hot:
    return Hot(path, count, mean, most_expected(mean))


def seen(*found: Hot) -> dict[object, tuple[object, ...]]:
    return {one.of: one.above for one in folded(found, lambda of: str(of) if str(of).startswith("/") else "")}


def test_one_surge_is_listed_once_at_the_deepest_place_that_explains_it() -> None:
    four = (hot("/1/", 24, 4.0), hot("/1/2/", 23, 3.0), hot("/1/2/3/", 22, 2.0), hot("/1/2/3/4/", 21))
    assert seen(*four, hot("leaf", 30)) == {"/1/2/3/4/": ("/1/2/3/", "/1/2/", "/1/"), "leaf": ()}


def test_a_place_above_that_is_hot_without_it_stays_a_line_of_its_own() -> None:
    assert seen(hot("/1/", 60, 4.0), hot("/1/2/", 20)) == {"/1/": (), "/1/2/": ()}


def test_two_surges_below_explain_what_holds_both_and_nothing_is_taken_away_twice() -> None:
    both = (hot("/1/2/", 30), hot("/1/3/", 20))
    assert seen(hot("/1/", 52, 4.0), *both) == {"/1/2/": ("/1/",), "/1/3/": ()}
    assert seen(hot("/1/", 64, 6.0), hot("/1/2/", 60, 4.0), hot("/1/2/3/", 20)) == {
        "/1/2/": ("/1/",),
        "/1/2/3/": (),
    }
