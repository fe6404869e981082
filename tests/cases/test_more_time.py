"""More time for a case: who asks, who grants, and never less than there was."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import check
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.kernel.refusal import Invalid, NotFromHere
from tests.cases.test_calls import in_hand as taken
from tests.cast import Cast, done, walk


def in_hand(cast: Cast, at: datetime) -> Case:
    """A case of Lin's that Qian of the property company has in hand."""
    return taken(cast, cast.lin_reports(at), at)


def test_an_extension_is_asked_by_the_handler_and_granted_by_the_officer(cast: Cast, noon: datetime) -> None:
    case, until = in_hand(cast, noon), noon + timedelta(days=20)
    ask = Move("request_extension", reason="定制玻璃", until=until)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("approve_extension"), actor=cast.zhou, at=noon)
    case = walk(case, (cast.qian, ask), (cast.zhou, Move("approve_extension")), at=noon)
    assert (case.fix_due, case.extension_until) == (until, None)


@pytest.mark.parametrize(
    ("minutes", "code"), [(0, "not_more_time"), (-1, "not_more_time"), (-9999, "not_in_the_future")]
)
def test_more_time_is_asked_for_behind_the_present_deadline_only(
    minutes: int, code: str, cast: Cast, noon: datetime
) -> None:
    case = in_hand(cast, noon)
    assert case.fix_due is not None
    ask = Move("request_extension", reason="定制玻璃", until=case.fix_due + timedelta(minutes=minutes))
    with pytest.raises(Invalid) as refused:
        advance(case.id, ask, actor=cast.qian, at=noon)
    assert (refused.value.field, refused.value.code) == ("until", code)


def asked_for_more(cast: Cast, at: datetime) -> tuple[Case, datetime]:
    """A case for which a day more was asked, and until when."""
    case = in_hand(cast, at)
    assert case.fix_due is not None
    until = case.fix_due + timedelta(days=1)
    return walk(case, (cast.qian, Move("request_extension", reason="定制", until=until)), at=at), until


def test_what_was_asked_for_is_not_granted_once_it_is_past(cast: Cast, noon: datetime) -> None:
    case, until = asked_for_more(cast, noon)
    with pytest.raises(Invalid) as refused:
        advance(case.id, Move("approve_extension"), actor=cast.zhou, at=until)
    assert (refused.value.field, refused.value.code) == ("until", "not_in_the_future")
    later = until + timedelta(days=1)
    case = advance(case.id, Move("approve_extension", until=later), actor=cast.zhou, at=until)
    assert case.fix_due == later


def test_an_approver_does_not_shorten_the_time_by_granting_more(cast: Cast, noon: datetime) -> None:
    case, _until = asked_for_more(cast, noon)
    with pytest.raises(Invalid) as refused:
        advance(case.id, Move("approve_extension", until=case.fix_due), actor=cast.zhou, at=noon)
    assert (refused.value.field, refused.value.code) == ("until", "not_more_time")


def test_twin_without_that_question_an_extension_would_shorten_the_time(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.effects._more_time", lambda case, until, at: until)
    case, until = asked_for_more(cast, noon)
    sooner = until - timedelta(days=9)
    case = advance(case.id, Move("approve_extension", until=sooner), actor=cast.zhou, at=noon)
    assert case.fix_due == sooner


def test_more_time_that_was_asked_for_is_not_granted_to_whoever_has_it_next(
    cast: Cast, noon: datetime
) -> None:
    """Found by the model: what left the hands of whoever asked kept his question, and a later round could be given its old day."""
    case, until = in_hand(cast, noon), noon + timedelta(days=20)
    ask = Move("request_extension", reason="定制玻璃", until=until)
    case = walk(case, (cast.qian, ask), (cast.qian, done(noon)), at=noon)
    assert case.extension_until is None
    walk(case, (cast.zhao, Move("fail_check", note="看了现场", reason="还有玻璃碴")), at=noon)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("approve_extension"), actor=cast.zhou, at=noon)
    assert list(check.findings()) == []
