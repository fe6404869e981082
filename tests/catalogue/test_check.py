"""The check tells what is wrong with an office's catalogue, and what will be soon."""

from datetime import timedelta

import pytest

from gezhi.catalogue import check, queries
from gezhi.catalogue.models import Category, Condition, OfficeCalendar, OfficeRule, Proof

pytestmark = pytest.mark.django_db


def found(at) -> list[tuple]:
    """Everything but the holiday warnings."""
    return [tuple(one) for one in check.findings(at) if one.invariant != check.WARNING]


def test_an_office_without_catalogue_is_told(office, noon):
    assert found(noon) == [("catalogue", "the office", "has no catalogue: load the book")]


def test_a_leaf_without_a_default_condition_is_named(book, noon):
    Condition.objects.filter(category_id=queries.by_code("0201").id).update(is_default=False)
    assert found(noon) == [("I2", "category 0201", "has 0 default conditions instead of one")]


def test_a_leaf_that_is_referred_out_needs_no_condition(book, noon):
    assert Condition.objects.filter(category__refer_out=True).count() == 0
    assert found(noon) == []
    Category.objects.filter(code="0001").update(refer_out=False)
    assert found(noon) == [("I2", "category 0001", "has 0 default conditions instead of one")]


@pytest.mark.parametrize("harm", ["kinds", "row"])
def test_a_leaf_without_proof_is_named(harm, book, noon):
    proof = Proof.objects.filter(category_id=queries.by_code("0101").id)
    if harm == "kinds":
        proof.update(kinds=[])
    else:
        proof.delete()
    assert found(noon) == [("I3", "category 0101", "names no proof")]


def test_a_calendar_that_cannot_count_is_named(book, noon):
    OfficeCalendar.objects.filter(code="office").update(hours={"week": {}})
    assert found(noon) == [
        (
            "I2",
            "calendar office",
            "cannot count working time: a calendar without working time has no deadlines",
        )
    ]


def test_an_office_without_calendar_is_told(book, noon):
    OfficeCalendar.objects.all().delete()
    assert found(noon) == [("I2", "the office", "has no working calendar")]


def test_a_rule_out_of_bounds_is_named(book, noon):
    OfficeRule.objects.filter(key="recheck_percent").update(value=120)
    assert found(noon) == [("catalogue", "rule recheck_percent", "is 120, not between 0 and 100")]


@pytest.mark.parametrize(("days", "years"), [(-400, []), (0, [2027]), (365, [2027, 2028])])
def test_holiday_tables_of_this_year_and_the_next_are_asked_for_in_time(days, years, book, noon):
    warnings = [
        one.what[:29] for one in check.findings(noon + timedelta(days=days)) if one.invariant == check.WARNING
    ]
    assert warnings == [f"has no holiday table for {year}" for year in years]
