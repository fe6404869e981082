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


def test_channel_level_and_round_narrow_it_as_they_do_the_list(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    seal(at=noon)
    ledger.catch_up(at=noon)
    client = desk(cast.chen)
    for asked, count in (
        ("channel=qr", 1),
        ("channel=phone", 0),
        ("level=community", 1),
        ("level=district", 0),
        ("round=1", 1),
        ("round=2", 0),
    ):
        assert client.get(f"/desk/ledger/?{asked}").context["count"] == str(count)
    assert "请选择一个有效的选项" in text(client.get("/desk/ledger/?channel=zz")) or "zz" in text(
        client.get("/desk/ledger/?channel=zz")
    )
