"""The lines of a month as they were frozen, page by page; and a book that is there is not being made."""

import re
from datetime import datetime

import pytest
import time_machine

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.journal.sealing import seal
from gezhi.ledger import actions as ledger
from gezhi.ledger import months
from gezhi.ledger.models import Freezing
from gezhi.tenancy.clock import new_id
from tests.cast import Cast, walk
from tests.web.desk import test_ledgers
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_ledgers import APRIL_3, MARCH

march = test_ledgers.march  # a fixture


def test_the_frozen_lines_are_read_as_they_were_page_by_page(
    march: Case, cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [cast.lin_reports(noon, f"路灯不亮 {row}") for row in range(4)]
    seal(at=noon)
    ledger.catch_up(at=noon)
    monkeypatch.setattr("gezhi.ledger.months.PART", 2)
    monkeypatch.setattr("gezhi.web.desk.ledgers.months.PAGE", 2)
    book = months.freeze(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    walk(march, (cast.chen, Move("accept")), at=APRIL_3)
    seal(at=APRIL_3)
    ledger.catch_up(at=APRIL_3)
    client, seen = desk(cast.chen), []
    page = f"/desk/ledger/months/{book}/frozen/"
    assert page in client.get(f"/desk/ledger/months/{book}/").content.decode()
    url = page
    while url:
        html = client.get(url).content.decode()
        assert "已立案" not in html  # as it was, not as it is
        seen += re.findall(r'row-link" href="/desk/cases/([^/]+)/', html)
        more = re.search(r'href="(\?after=[0-9.]+)"', html)
        url = page + more[1] if more else ""
    assert sorted(seen) == sorted(one.number for one in (march, *others))
    for nonsense in ("x", "1", "-1.0", "9.9.9", "999999.999999", "１.２"):
        assert client.get(page, {"after": nonsense}).status_code == 200
    assert desk(cast.sun).get(page).status_code == 404


def test_a_book_that_is_there_is_not_shown_as_being_made(march: Case, cast: Cast, desk: Desk) -> None:
    """The worker died just behind it: what is left of the freezing says nothing."""
    months.freeze(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    left = Freezing(id=new_id(), month=MARCH, desk=cast.desk_a, by_id=cast.chen.id, asked_at=APRIL_3, total=1)
    left.save(force_insert=True)
    with time_machine.travel(APRIL_3, tick=False):
        page = desk(cast.chen).get("/desk/ledger/months/")
    assert ("正在冻结" in text(page), "hx-get" in page.content.decode().partition("month-books")[2]) == (
        False,
        False,
    )
    Freezing.objects.update(month=MARCH.replace(month=2))  # the twin: one that is under way
    with time_machine.travel(APRIL_3, tick=False):
        assert "正在冻结" in text(desk(cast.chen).get("/desk/ledger/months/"))
