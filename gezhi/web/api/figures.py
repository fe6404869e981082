"""Figures for programs: what the desk's page shows of one place, with the position of the journal that it covers."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from gezhi.insight.figures.asking import Question, question
from gezhi.insight.figures.counts import NAMES
from gezhi.insight.figures.figures import Figure, Time, count
from gezhi.insight.figures.sheet import Sheet, sheet
from gezhi.insight.histogram import Spread
from gezhi.kernel.months import written
from gezhi.parties.tokens import Scope
from gezhi.web.api.describing import described
from gezhi.web.api.door import Door
from gezhi.web.api.shapes import Code, Sent
from gezhi.web.asked import Asked

router = Router()
MonthText = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class FiguresWanted(Sent):
    """At most one of party, category and channel. Without first and last: the last twelve months."""

    place: Code | None = Field(
        None, description="Code of a place, down to the compound; else all that you may look at."
    )
    first: MonthText | None = Field(None, description="First month, as 2026-01.")
    last: MonthText | None = Field(None, description="Last month, at most 36 in all.")
    party: Code | None = Field(None, description="Code of a party: the accountable one.")
    category: Code | None = Field(None, description="Code of a leaf or of a top class.")
    channel: Code | None = None


class SpreadOut(Schema):
    """Quartiles by nearest rank."""

    low: float
    median: float
    high: float


class RateOut(Schema):
    """value: over / n, null where fewer than `least` stand behind it, or the party has fewer than three people."""

    name: str
    label: str
    value: float | None
    over: int
    n: int
    numerator: str
    denominator: str
    left_out: str
    apart: dict[str, int] = Field(description="Counts in neither.")
    months: dict[str, float | None]
    of_months: SpreadOut | None = Field(description="Of the months that have a value.")
    before: float | None = Field(description="The same number of months just before.")
    a_year_before: float | None = Field(description="The same months last year.")


class TimeOut(Schema):
    """hours: by the clock on the wall, in steps of 5 %: at most 2.5 % beside."""

    name: str
    n: int
    hours: SpreadOut | None


class FiguresOut(Schema):
    """position: how far the journal is counted. is_whole: false while an import is being counted in."""

    place: str | None
    first: str
    last: str
    position: int
    reached_at: datetime | None
    is_whole: bool
    least: int
    counts: dict[str, int]
    rates: list[RateOut]
    times: list[TimeOut]


@router.get(
    "figures",
    auth=Door(scope=Scope.CASES_READ, asks=FiguresWanted),
    response=FiguresOut,
    url_name="figures",
    **described("figures", 400, 401, 403, 422, 429, closed=True),
)
def figures(request: Asked, wanted: Query[FiguresWanted]) -> dict[str, Any]:
    """Rates and times of a place, or of one party, category or channel there, in a span of months. At most 7 queries."""
    named = {"first": "from", "last": "to"}
    said = {named.get(name, name): value for name, value in wanted.dict().items() if value}
    asked = question(said, actor=request.actor, at=request.now)
    found = sheet(asked.asked, asked.span, is_his_own=asked.is_his_own, at=request.now)
    return answer(asked, found)


def answer(asked: Question, found: Sheet) -> dict[str, Any]:
    """The same numbers as on the page. Rates from 0 to 1, hours by the clock on the wall; null where too few stand behind it."""
    return {
        "place": asked.place.code if asked.place else None,
        "first": written(asked.span.first),
        "last": written(asked.span.last),
        "position": found.reached.position,
        "reached_at": found.reached.at,
        "is_whole": found.reached.is_whole,
        "least": found.least,
        "counts": {name: count(found.whole, name) for name in NAMES},
        "rates": [
            _rate(one, found, place, [written(month) for month in asked.span.months()])
            for place, one in enumerate(found.figures)
        ],
        "times": [_time(one) for one in found.times],
    }


def _rate(one: Figure, found: Sheet, place: int, months: list[str]) -> dict[str, Any]:
    of = one.of
    return {
        "name": of.name,
        "label": str(of.label),
        "value": one.value,
        "over": one.over,
        "n": one.n,
        "numerator": str(of.numerator),
        "denominator": str(of.denominator),
        "left_out": str(of.left_out),
        "apart": dict(one.apart),
        "months": dict(zip(months, one.months, strict=True)),
        "of_months": _spread(one.spread),
        "before": found.before[place].value,
        "a_year_before": found.a_year_before[place].value,
    }


def _time(one: Time) -> dict[str, Any]:
    return {"name": one.of, "n": one.n, "hours": _spread(one.spread)}


def _spread(one: Spread | None) -> dict[str, Any] | None:
    return None if one is None else {"low": one.low, "median": one.median, "high": one.high}
