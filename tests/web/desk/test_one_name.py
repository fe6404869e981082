"""A state, an ending and a channel have one name: on the list, on the page of the ledger and in the exported table."""

import csv
import io
from dataclasses import replace
from datetime import datetime

import pytest

from gezhi.cases.lifecycle import Ending, Level, State
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.wording import ENDINGS, LEVELS, STATES
from gezhi.journal import sealing
from gezhi.ledger import actions as ledger
from gezhi.ledger import columns, plain
from gezhi.reports.kinds import CHANNEL_NAMES, Channel
from gezhi.web import words
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text

pytestmark = pytest.mark.django_db


def exported(desk: Desk, cast: Cast, at: datetime) -> dict[str, str]:
    """The one line of the exported table, by the heads of its columns."""
    sealing.seal(at=at)
    ledger.catch_up(at=at)
    answer = desk(cast.zhou).get("/desk/ledger/download/csv/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    heads = next(row for row in rows if "编号" in row)
    return dict(zip(heads, rows[-1], strict=True))


def test_a_fresh_case_is_called_the_same_everywhere(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    line = exported(desk, cast, noon)
    assert (line["状态"], line["来源"]) == ("已上报", "扫码")
    assert "已上报" in text(desk(cast.zhou).get("/desk/ledger/"))
    assert "已上报" in text(desk(cast.zhou).get(address(reported)))


def test_an_ending_is_called_the_same_everywhere(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    walk(opened, (cast.zhou, Move("wont_do", reason="这条路明年拆")), at=noon)
    assert exported(desk, cast, noon)["结案方式"] == "不予办理"
    assert "不予办理" in text(desk(cast.zhou).get("/desk/ledger/?state=closed"))
    assert "不予办理" in text(desk(cast.zhou).get(address(opened)))


def test_sabotage_a_second_table_would_be_seen(
    cast: Cast, reported: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(one: columns.Column) -> columns.Column:
        return replace(one, value=lambda row: "待受理") if str(one.head) == "状态" else one

    monkeypatch.setattr(plain, "COLUMNS", tuple(map(renamed, columns.COLUMNS)))
    assert exported(desk, cast, noon)["状态"] not in text(desk(cast.zhou).get("/desk/ledger/"))


def test_everything_has_a_name() -> None:
    assert list(STATES) == list(State)
    assert list(ENDINGS) == list(Ending)
    assert list(LEVELS) == list(Level)
    assert list(CHANNEL_NAMES) == list(Channel)
    assert words.NEXT.keys() == STATES.keys()
