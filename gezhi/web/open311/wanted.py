"""What a client asks a list for, read from its query. Unknown words are left out; a known one that cannot be read is refused."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.http import QueryDict

from gezhi.cases.public import Circle, PublicFilter
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.geo import Point
from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.refusal import Invalid
from gezhi.parties.days import zone
from gezhi.web.open311.placing import point_said

MOST_IDS: Final = 50
MOST_CODES: Final = 200
MOST_SIGNS: Final = 40  # of one id, one code
DAYS: Final = 90
MOST_ROWS: Final = 1000
PAGE_SIZE: Final = 100
MOST_PAGES: Final = 1000
RADIUS, MOST_RADIUS = 500, 10_000  # metres
STATUSES: Final = {"open": True, "closed": False}
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:([Tt ])(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|z|[ +-]\d\d:?\d\d)?)?",
    re.ASCII,
)


class Wanted(NamedTuple):
    """A filter, and which page of it."""

    filter: PublicFilter
    page: int
    size: int
    has_extensions: bool


def wanted(asked: QueryDict, *, at: datetime) -> Wanted:
    """The whole query. Raises Invalid(name, why)."""
    numbers = listed(asked, "service_request_id", MOST_IDS)
    has_extensions = asked.get("extensions", "").casefold() in {"true", "1"}
    if numbers:  # "overrides all other arguments"
        return Wanted(PublicFilter(numbers=numbers), 1, MOST_IDS, has_extensions)
    is_paged = bool(asked.get("page") or asked.get("page_size"))
    size = whole(asked, "page_size", PAGE_SIZE if is_paged else MOST_ROWS, MOST_ROWS)
    found = PublicFilter(
        received=window(asked, at),
        stepped=span(asked, "updated_after", "updated_before"),
        category_ids=_categories(asked),
        is_open=_is_open(asked),
        around=_around(asked),
    )
    return Wanted(found, whole(asked, "page", 1, MOST_PAGES), size, has_extensions)


def listed(asked: QueryDict, name: str, most: int) -> list[str]:
    """Values said several times or with commas between, each once. Raises Invalid(name, "too_many") without taking a million apart."""
    values = asked.getlist(name)
    if sum(len(value) + 1 for value in values) > most * (MOST_SIGNS + 1):
        raise Invalid(name, "too_many", limit=most)
    found = list(dict.fromkeys(one.strip() for value in values for one in value.split(",") if one.strip()))
    if len(found) > most:
        raise Invalid(name, "too_many", limit=most)
    return found


def window(asked: QueryDict, at: datetime) -> tuple[datetime, datetime]:
    """From start_date to end_date: 90 days at most; the last 90 where neither is said. Raises Invalid."""
    start, end = span(asked, "start_date", "end_date")
    if start is None:
        end = end or at
        return end - timedelta(days=DAYS), end
    end = end or start + timedelta(days=DAYS)
    if end - start > timedelta(days=DAYS, hours=1):  # a clock that is put back makes a day longer
        raise Invalid("end_date", "too_wide")
    return start, end


def span(asked: QueryDict, first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """Both moments as far as they are said. Raises Invalid."""
    start, end = moment(asked, first), moment(asked, last, is_end=True)
    if start and end and start > end:
        raise Invalid(first, "turned_round")
    return start, end


def moment(asked: QueryDict, name: str, *, is_end: bool = False) -> datetime | None:
    """An aware moment, by the office's clock where no zone is said; a day alone is its beginning, or its end. Raises Invalid."""
    said = asked.get(name, "").strip()
    if not said:
        return None
    found = _MOMENT.fullmatch(said[:60])
    if found is None:
        raise Invalid(name, "not_a_moment")
    day, _between, clock, offset = found.groups()
    offset = "+" + offset[1:] if offset and offset[0] == " " else offset or ""  # a plus that nobody escaped
    try:
        read = as_moment(f"{day} {clock}{offset}" if clock else day, zone())
        if read is None:
            raise Invalid(name, "not_a_moment")
        return read + timedelta(days=1, microseconds=-1) if is_end and not clock else read
    except (BadMoment, OverflowError):
        raise Invalid(name, "not_a_moment") from None


def whole(asked: QueryDict, name: str, usual: int, most: int) -> int:
    """A number from 1 up. Raises Invalid(name, "not_a_number")."""
    said = asked.get(name, "").strip()
    if not said:
        return usual
    if not (said.isascii() and said.isdigit() and len(said) < 8 and 1 <= int(said) <= most):
        raise Invalid(name, "not_a_number", least=1, most=most)
    return int(said)


def _categories(asked: QueryDict) -> list[UUID] | None:
    """The leaves of these codes, closed ones too: their cases are still there. Raises Invalid("service_code", "unknown")."""
    codes = listed(asked, "service_code", MOST_CODES)
    return [id for code in codes for id in _leaves(code)] if codes else None


def _leaves(code: str) -> Iterable[UUID]:
    found = catalogue.covered_by(code)
    if not found:
        raise Invalid("service_code", "unknown", said=code[:MOST_SIGNS])
    return found


def _is_open(asked: QueryDict) -> bool | None:
    said = set(listed(asked, "status", len(STATUSES)))
    if not said <= set(STATUSES):
        raise Invalid("status", "unknown")
    return STATUSES[said.pop()] if len(said) == 1 else None


def _around(asked: QueryDict) -> Circle | None:
    said = point_said(asked.get("lat", ""), asked.get("long", ""))
    if said is None:
        return None
    return Circle(Point(*said), whole(asked, "radius", RADIUS, MOST_RADIUS))
