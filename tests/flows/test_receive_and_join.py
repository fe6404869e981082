"""Receive, then join: one way for the desk, a pasted group and an order; a voice is never lost by a join that is refused."""

from datetime import datetime

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import receive_and_join as flow
from gezhi.flows.receive_and_join import receive_and_join, receive_and_join_or_nothing
from gezhi.flows.receive_report import Voice
from gezhi.kernel.refusal import Invalid, NotFound, Refusal
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(cast: Cast, noon: datetime) -> Case:
    """Lin's broken glass."""
    return cast.lin_reports(noon)


def voice(cast: Cast, text: str = "玻璃还是碎的", key: str = "", number: str = "") -> Voice:
    row = cast.town.row(cast.town.stairwell)
    source = "group" if number else ""
    return Voice(
        Intake(
            "phone",
            text=text,
            place=row.id,
            place_path=row.path,
            key=key or None,
            source=source,
            external_number=number,
        ),
        row,
    )


def test_what_is_new_joins_the_case_that_a_person_names(cast: Cast, reported: Case, noon: datetime) -> None:
    found = receive_and_join(voice(cast), reported.number, actor=cast.chen, at=noon)
    assert (found.received.is_new, found.case.id, found.not_joined) == (True, reported.id, None)
    assert found.received.report_id in cases.report_ids([reported.id])[reported.id]


def test_without_a_number_it_is_a_case_of_its_own(cast: Cast, reported: Case, noon: datetime) -> None:
    found = receive_and_join(voice(cast), actor=cast.chen, at=noon)
    assert (found.case.state, found.case.id == reported.id) == ("reported", False)


def test_what_names_no_place_is_said_where_the_other_case_lies(
    cast: Cast, reported: Case, noon: datetime
) -> None:
    nowhere = Voice(Intake("phone", text="说不清在哪，就是那块玻璃"))
    found = receive_and_join(nowhere, reported.number, actor=cast.chen, at=noon)
    assert found.case.id == reported.id
    assert Report.objects.get(id=found.received.report_id).place_id == reported.place_id


def closed(cast: Cast, case: Case, noon: datetime) -> Case:
    return advance(case.id, Move("decline", reason="不是问题"), actor=cast.chen, at=noon)


def test_a_join_that_is_refused_leaves_a_case_of_its_own_and_says_why(
    cast: Cast, reported: Case, noon: datetime
) -> None:
    closed(cast, reported, noon)
    found = receive_and_join(voice(cast), reported.number, actor=cast.chen, at=noon)
    assert isinstance(found.not_joined, Invalid)
    assert (found.not_joined.code, found.case.state) == ("closed", "reported")
    unseen = receive_and_join(voice(cast), "371072-2026-9999999", actor=cast.chen, at=noon)
    assert isinstance(unseen.not_joined, NotFound)
    assert Report.objects.count() == 3


def test_who_wants_both_or_nothing_gets_nothing(cast: Cast, reported: Case, noon: datetime) -> None:
    closed(cast, reported, noon)
    with pytest.raises(Refusal):
        receive_and_join_or_nothing(voice(cast), reported.number, actor=cast.chen, at=noon)
    assert (Report.objects.count(), Case.objects.count()) == (1, 1)


def test_twin_without_one_transaction_the_voice_would_stand_alone(
    cast: Cast, reported: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "receive_and_join_or_nothing", flow.receive_and_join_or_nothing.__wrapped__)
    closed(cast, reported, noon)
    with pytest.raises(Refusal):
        flow.receive_and_join_or_nothing(voice(cast), reported.number, actor=cast.chen, at=noon)
    assert Report.objects.count() == 2


@pytest.mark.parametrize("more", [{"key": "a-form-shown-once-000"}, {"number": "7"}])
def test_the_same_voice_once_more_is_the_same_report_and_joins_nothing_again(
    cast: Cast, reported: Case, noon: datetime, more: dict[str, str]
) -> None:
    first, second = (
        receive_and_join(voice(cast, **more), reported.number, actor=cast.chen, at=noon) for _time in range(2)
    )
    assert (first.received.code, first.case.id) == (second.received.code, second.case.id)
    assert (second.received.is_new, second.not_joined, Report.objects.count()) == (False, None, 2)
