"""What was reported by a picture alone, and asked for no first aid: the ledger says the one and leaves the other empty."""

from datetime import datetime

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions, queries
from gezhi.ledger.columns import COLUMNS
from gezhi.ledger.queries import LineFilter
from gezhi.reports import actions as reports
from tests.cast import Cast, done, photo, walk


@pytest.fixture
def clutter(cast: Cast, noon: datetime) -> Case:
    """楼道堆物, which has no first clock, shown by a picture and cleared away."""
    kind = catalogue.by_code("0201").id
    case = cast.lin_reports(noon, "", category=kind, evidence=(photo(noon),))
    given = (cast.chen, Move("dispatch", party=cast.property))
    moves = ((cast.chen, Move("accept")), given, (cast.qian, Move("take")), (cast.qian, done(noon)))
    return walk(case, *moves, at=noon)


def line(at: datetime) -> dict[str, object]:
    """The one line as its cells, by head."""
    seal(at=at)
    actions.catch_up(at=at)
    (row,) = queries.rows(queries.lines(LineFilter(), actor=SYSTEM), actor=SYSTEM, language="zh-hans", at=at)
    return {str(column.head): column.value(row) for column in COLUMNS}


def test_a_picture_alone_is_said_to_be_one(clutter: Case, noon: datetime) -> None:
    assert line(noon)["问题描述"] == "（只有照片）"


def test_words_that_were_erased_are_not_called_a_picture(cast: Cast, clutter: Case, noon: datetime) -> None:
    (report,) = cases.report_ids([clutter.id])[clutter.id]
    reports.erase(report, "本人要求", actor=cast.zhou, at=noon)
    assert line(noon)["问题描述"] == ""


def test_first_aid_that_nobody_asked_for_is_not_said_to_be_done(clutter: Case, noon: datetime) -> None:
    found = line(noon)
    assert clutter.made_safe_at == noon  # whoever has done it all has made it safe, too
    assert (found["先期处置时限"], found["先期处置"], found["先期处置按时"]) == (None, None, "")
