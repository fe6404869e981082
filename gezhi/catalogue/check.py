"""What is wrong with an office's catalogue, and what will be soon."""

from collections.abc import Iterator
from datetime import datetime

from gezhi.catalogue.models import CatalogueVersion, Category, Condition, OfficeCalendar, OfficeRule, Proof
from gezhi.catalogue.rules import shipped
from gezhi.kernel.finding import Finding
from gezhi.kernel.worktime import WorkCalendar, calendar_from_json

WARNING = "warning"  # an invariant that does not fail the check
CATALOGUE = "catalogue"


def findings(at: datetime) -> Iterator[Finding]:
    """Leaves without one default condition or without proof, calendars that cannot count, missing holiday tables.

    at: the aware moment of the check; its year and the next are the ones whose holiday tables are wanted.
    """
    if not CatalogueVersion.objects.exists():
        yield Finding(CATALOGUE, "the office", "has no catalogue: load the book")
        return
    yield from _leaves()
    yield from _calendars(at)
    yield from _rules()


def _leaves() -> Iterator[Finding]:
    """Every leaf that is handled here has one default condition, and a proof. 3 queries."""
    defaults = list(Condition.objects.filter(is_default=True).values_list("category_id", flat=True))
    proved = {proof.category_id for proof in Proof.objects.all() if proof.kinds}
    for leaf in Category.objects.exclude(parent=None).order_by("code"):
        if not leaf.refer_out and defaults.count(leaf.id) != 1:
            found = defaults.count(leaf.id)
            yield Finding("I2", f"category {leaf.code}", f"has {found} default conditions instead of one")
        if leaf.id not in proved:
            yield Finding("I3", f"category {leaf.code}", "names no proof")


def _calendars(at: datetime) -> Iterator[Finding]:
    rows = list(OfficeCalendar.objects.order_by("code"))
    if not rows:
        yield Finding("I2", "the office", "has no working calendar")
    for row in rows:
        try:
            hours = calendar_from_json(row.hours)
        except ValueError as broken:
            yield Finding("I2", f"calendar {row.code}", f"cannot count working time: {broken}")
        else:
            yield from _holidays(row.code, hours, at)


def _holidays(code: str, hours: WorkCalendar, at: datetime) -> Iterator[Finding]:
    this_year = at.astimezone(hours.tz).year
    for year in (this_year, this_year + 1):
        if hours.is_provisional(year, year):
            yield Finding(
                WARNING,
                f"calendar {code}",
                f"has no holiday table for {year}: deadlines in it are provisional",
            )


def _rules() -> Iterator[Finding]:
    for row in OfficeRule.objects.order_by("key"):
        given = shipped().get(row.key)
        if given is not None and not given.least <= row.value <= given.most:
            yield Finding(
                CATALOGUE, f"rule {row.key}", f"is {row.value}, not between {given.least} and {given.most}"
            )
