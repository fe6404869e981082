"""A voice becomes a case: once per idempotency key, all or nothing, never for what is referred out (I5, I6)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.models import Case, CaseReport
from gezhi.catalogue import queries as catalogue
from gezhi.flows import receive_report as flow
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import check as journal_check
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import VISITOR
from gezhi.kernel.ids import digest
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.reports import actions as storing
from gezhi.reports import check as reports_check
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.reports.receipts import Received
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, photo
from tests.journal.crowd import together

KEY = "one-tap-on-a-phone"


def voice(cast: Cast, **more: Any) -> Voice:
    row = cast.town.row(cast.town.stairwell)
    known: dict[str, Any] = {
        "text": "楼道门玻璃碎了",
        "place": row.id,
        "place_path": row.path,
        "category": catalogue.by_code("0501").id,
        "key": KEY,
    }
    return Voice(Intake("qr", **(known | more)), row)


def take_in(one: Voice, at: datetime) -> Received:
    return receive_report(one, actor=VISITOR, at=at)


def counted() -> tuple[int, ...]:
    """Reports, cases, links, journal rows of both, timers."""
    rows = Entry.objects.filter(subject_kind__in=["report", "case"])
    timers = Errand.objects.filter(kind="case.timer")
    return tuple(some.count() for some in (Report.objects, Case.objects, CaseReport.objects, rows, timers))


def test_one_voice_is_one_report_one_case_one_timer(cast: Cast, noon: datetime) -> None:
    got = take_in(voice(cast), noon)
    case = cases.of_report(got.report_id)
    assert counted() == (1, 1, 1, 2, 1)
    assert (case.state, case.received_at, case.is_askable, case.title) == (
        "reported",
        noon,
        True,
        "楼道门玻璃碎了",
    )
    assert reports.by_code(got.code).id == got.report_id


def test_the_same_key_gives_the_same_receipt_for_ever(cast: Cast, noon: datetime) -> None:
    first = take_in(voice(cast), noon)
    later = take_in(voice(cast), datetime(2030, 5, 1, tzinfo=UTC))
    assert (later.report_id, later.code, later.is_new) == (first.report_id, first.code, False)
    assert counted() == (1, 1, 1, 2, 1)


def test_the_same_key_with_other_words_is_refused(cast: Cast, noon: datetime) -> None:
    take_in(voice(cast), noon)
    with pytest.raises(Invalid) as refused:
        take_in(voice(cast, text="电梯停了"), noon)
    assert (refused.value.field, refused.value.code) == ("key", "other_body")
    assert counted() == (1, 1, 1, 2, 1)


def stored_before_makers(got: Received) -> None:
    """As an older version stored it: its key's digest without its maker."""
    Report.objects.filter(id=got.report_id).update(key_digest=digest(KEY))


def test_what_was_stored_before_makers_were_part_of_keys_is_still_known(cast: Cast, noon: datetime) -> None:
    first = take_in(voice(cast), noon)
    stored_before_makers(first)
    later = take_in(voice(cast), noon)
    assert (later.code, later.is_new, counted()) == (first.code, False, (1, 1, 1, 2, 1))


def test_of_such_a_report_nobody_with_other_words_learns_that_it_is_there(cast: Cast, noon: datetime) -> None:
    stored_before_makers(take_in(voice(cast), noon))
    assert take_in(voice(cast, text="电梯停了"), noon).is_new


def test_twin_without_that_look_it_would_be_taken_in_twice(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_before_makers(take_in(voice(cast), noon))
    monkeypatch.setattr(storing, "stored_before", lambda _said: None)
    assert take_in(voice(cast), noon).is_new


def test_without_a_key_each_voice_counts(cast: Cast, noon: datetime) -> None:
    codes = {take_in(voice(cast, key=None), noon).code for _ in range(2)}
    assert (len(codes), counted()) == (2, (2, 2, 2, 4, 2))


@pytest.mark.parametrize("code", ["0001", "0002", "0003"])
def test_what_is_referred_out_opens_no_case(code: str, cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        take_in(voice(cast, category=catalogue.by_code(code).id), noon)
    assert (refused.value.field, refused.value.code, counted()) == ("category", "refer_out", (0, 0, 0, 0, 0))


def test_an_empty_voice_is_none(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Missing):
        take_in(voice(cast, text="  "), noon)
    assert counted() == (0, 0, 0, 0, 0)


def test_a_voice_from_nowhere_is_the_intake_desks(cast: Cast, noon: datetime) -> None:
    got = receive_report(Voice(Intake("web", text="不知道是哪条路")), actor=VISITOR, at=noon)
    case = cases.of_report(got.report_id)
    assert (case.desk_id, case.lead_id, case.place_id) == (cast.office_desk, cast.office_desk, None)
    assert cases.by_id(case.id, actor=cast.zhou).id == case.id


@pytest.mark.parametrize(
    ("channel", "contact", "is_askable"),
    [
        ("qr", "", True),
        ("web", "", True),
        ("phone", "", False),
        ("phone", "13800138000", True),
        ("counter", "", False),
    ],
)
def test_only_who_can_answer_is_asked(
    channel: str, contact: str, is_askable: bool, cast: Cast, noon: datetime
) -> None:
    intake = Intake(channel, text="路灯坏了", contact=contact)
    got = receive_report(Voice(intake), actor=cast.chen, at=noon)
    assert cases.of_report(got.report_id).is_askable is is_askable


def test_a_picture_that_is_somebody_elses_stops_it_all(cast: Cast, noon: datetime) -> None:
    shown = photo(noon)
    take_in(voice(cast, evidence=(shown,)), noon)
    with pytest.raises(Invalid):
        take_in(voice(cast, evidence=(shown,), key="another-tap-on-it"), noon)
    assert counted() == (1, 1, 1, 2, 1)


def test_what_cannot_be_journalled_is_not_kept(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("journal")

    monkeypatch.setattr(flow, "record", fail)
    with pytest.raises(RuntimeError):
        take_in(voice(cast), noon)
    assert counted() == (0, 0, 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_eight_taps_at_once_are_one_report_one_case_one_code(
    cast: Cast, office: Jurisdiction, noon: datetime
) -> None:
    one = voice(cast)
    got = together(lambda: take_in(one, noon), workers=8, jurisdiction=office.id)
    receipts = [each for each in got if isinstance(each, Received)]
    assert len({(each.report_id, each.code) for each in receipts}) == 1
    assert sorted(each.is_new for each in receipts) == [False] * 7 + [True]
    assert counted() == (1, 1, 1, 2, 1)
    for proof in (check.findings, journal_check.findings, reports_check.findings):
        assert list(proof()) == []


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_get_eight_cases_with_eight_numbers(
    cast: Cast, office: Jurisdiction, noon: datetime
) -> None:
    together(lambda: take_in(voice(cast, key=None), noon), workers=8, jurisdiction=office.id)
    assert len(set(Case.objects.values_list("number", flat=True))) == 8
    assert list(check.findings()) == []
