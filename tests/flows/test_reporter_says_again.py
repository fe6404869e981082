"""What a reporter says twice within ten minutes is one deed, and nothing he says is lost for it."""

from datetime import datetime

from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.reports import queries as reports
from tests.cast import Cast, lin


def test_words_after_a_deed_that_left_none_with_the_report_are_taken(cast: Cast, noon: datetime) -> None:
    """The last deed on the case is an addition of his whose words stand on the case alone: nothing to compare with."""
    case = cast.lin_reports(noon)
    speaker = lin(case)
    assert speaker.id is not None
    advance(case.id, Move("add", note="看过了"), actor=speaker, at=noon)
    for _ in range(2):
        reporter_speaks(speaker.id, Saying("add", text="北门那一扇"), at=noon)
    assert [one.text for one in reports.added(speaker.id)] == ["北门那一扇"]
