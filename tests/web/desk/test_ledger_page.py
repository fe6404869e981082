"""The ledger on the screen: its lines, and what a reader would wonder about."""

from datetime import datetime

from gezhi.cases.models import Case
from gezhi.journal.sealing import seal
from gezhi.ledger import actions as ledger
from tests.cast import Cast, photo
from tests.web.desk.conftest import Desk, text


def test_gaps_between_the_numbers_are_explained(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    seal(at=noon)
    ledger.catch_up(at=noon)
    assert "没有漏登" in text(desk(cast.chen).get("/desk/ledger/"))
    assert "没有漏登" not in text(desk(cast.chen).get("/desk/ledger/?state=closed"))


def test_a_picture_alone_leaves_no_dot_dangling(cast: Cast, desk: Desk, noon: datetime) -> None:
    cast.lin_reports(noon, "", evidence=(photo(noon),))
    seal(at=noon)
    ledger.catch_up(at=noon)
    assert "楼宇门/玻璃破损 · （只有照片）" in text(desk(cast.chen).get("/desk/ledger/"))
