"""The poster for a door: what hangs on a wall for a year must stay true, and lead somewhere."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.duty import actions as duty
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text


@pytest.fixture
def poster(cast: Cast) -> str:
    """Where the stairwell's poster stands."""
    return f"/desk/places/{cast.town.row(cast.town.stairwell).code}/poster/"


def test_the_poster_names_place_number_and_phones(cast: Cast, desk: Desk, poster: str) -> None:
    row = cast.town.row(cast.town.stairwell)
    page = text(desk(cast.chen).get(poster))
    for words in (row.full_name, str(row.number), "悦海社区", "0631-0000102", f"/r/{row.code}"):
        assert words in page


def test_the_shift_of_the_day_is_not_hung_on_a_wall(
    cast: Cast, desk: Desk, poster: str, noon: datetime
) -> None:
    person = duty.OnDuty("钱师傅", "13900000001")
    begin, end = noon - timedelta(hours=1), noon + timedelta(hours=7)
    duty.plan_shift(cast.property, person, begin, end, actor=cast.sun, at=noon)
    page = text(desk(cast.chen).get(poster))
    assert ("长峰物业 0631-0000106" in page, "钱师傅" in page) == (True, False)


@pytest.mark.parametrize(
    ("host", "is_warned"), [("127.0.0.1:8000", True), ("localhost", True), ("gezhi.example", False)]
)
def test_an_address_that_only_this_machine_opens_is_not_printed_without_a_word(
    cast: Cast, desk: Desk, poster: str, settings: Any, host: str, is_warned: bool
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    page = text(desk(cast.chen).get(poster, HTTP_HOST=host))
    assert ("这张海报还不能贴出去" in page) is is_warned


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_the_demonstration_prints_that_it_is_one(
    cast: Cast, desk: Desk, poster: str, is_demonstration: bool
) -> None:
    Jurisdiction.objects.update(demonstration=is_demonstration)
    tenancy.forget()
    assert ("演示" in text(desk(cast.chen).get(poster))) is is_demonstration
