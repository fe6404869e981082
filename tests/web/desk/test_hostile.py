"""Hostile forms and addresses at the desk: one clear sentence, never a fault of ours."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor
from gezhi.web import fields
from gezhi.web.casework import moveform
from tests.cases.test_calls import by_phone, to_confirm
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text


@pytest.fixture
def taken(cast: Cast, opened: Case, noon: datetime) -> Case:
    """In Qian's hands."""
    moves = ((cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")))
    return walk(opened, *moves, at=noon)


@pytest.mark.parametrize("door", ["desk", "pocket"])
@pytest.mark.parametrize("claim", ["not_found", "no_longer_there"])
def test_what_is_not_there_is_claimed_by_the_plain_form(
    cast: Cast, taken: Case, desk: Desk, door: str, claim: str
) -> None:
    url = address(taken, "not_found") if door == "desk" else f"/my/cases/{taken.number}/not_found/"
    sent = {"version": taken.version, "note": "楼道里没有碎玻璃", "ending": claim}
    assert desk(cast.qian).post(url, sent).status_code in {302, 303}
    case = Case.objects.get(id=taken.id)
    assert (case.state, case.claim) == ("to_check", claim)


def test_a_claim_left_as_the_form_wrote_it_would_be_a_fault(
    cast: Cast, taken: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the words of the form are handed on instead of an ending."""
    monkeypatch.setattr(moveform, "Ending", str)
    sent = {"version": taken.version, "note": "楼道里没有碎玻璃", "ending": "not_found"}
    assert desk(cast.qian).post(address(taken, "not_found"), sent).status_code == 500
    assert Case.objects.get(id=taken.id).state == "in_hand"


@pytest.mark.parametrize(
    "page", ["/desk/ledger/", "/desk/ledger/download/csv/", "/desk/ledger/download/xlsx/"]
)
@pytest.mark.parametrize("since, until", [("0001-01-01", ""), ("", "9999-12-31"), ("2026-02-30", "x")])
def test_days_outside_the_calendar_are_refused_and_not_a_fault(
    cast: Cast, reported: Case, desk: Desk, page: str, since: str, until: str
) -> None:
    answer = desk(cast.chen).get(f"{page}?{urlencode({'since': since, 'until': until})}")
    assert answer.status_code == (200 if page == "/desk/ledger/" else 422)


def test_without_its_bounds_the_last_day_of_all_would_be_a_fault(
    cast: Cast, reported: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "LAST_YEAR", 9999)
    assert desk(cast.chen).get("/desk/ledger/?until=9999-12-31").status_code == 500


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_ledger_of_a_place_that_nobody_knows_is_not_there(
    cast: Cast, reported: Case, desk: Desk, suffix: str
) -> None:
    client = desk(cast.chen)
    assert client.get(f"/desk/ledger/download/{suffix}/?place=无此地").status_code == 404
    assert client.get("/desk/ledger/?place=无此地").status_code == 200


@pytest.mark.parametrize(
    "said", ["http://[::1", "http://localhost:x[", "//[", "\x00", "http://evil.example/desk/"]
)
def test_a_page_that_lies_about_where_it_came_from_is_not_believed(
    cast: Cast, reported: Case, desk: Desk, said: str
) -> None:
    headers: Any = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": said}
    for url in (address(reported), address(reported, "note")):
        answer = desk(cast.chen).get(url, **headers)
        assert answer.status_code == 200
        assert said not in answer.content.decode() or said == "\x00"


def test_an_address_that_is_none_would_be_a_fault_if_it_were_read_unasked(
    cast: Cast, reported: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: what htmx says is read without expecting nonsense."""
    monkeypatch.setattr("gezhi.web.desk.case.came_from", lambda asked: asked.htmx.current_url_abs_path)
    headers: Any = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[::1"}
    assert desk(cast.chen).get(address(reported), **headers).status_code == 500


def test_a_strangers_address_would_stand_on_the_page_if_it_were_trusted(
    cast: Cast, reported: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the whole address is taken, whosever it is."""
    monkeypatch.setattr("gezhi.web.desk.case.came_from", lambda asked: asked.htmx.current_url)
    evil = "http://evil.example/desk/"
    headers: Any = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": evil}
    assert evil in desk(cast.chen).get(address(reported), **headers).content.decode()


@pytest.mark.parametrize("until", ["0001-01-01T00:00", "9999-12-31T23:59", "1948-12-31", "2100-01-01"])
def test_a_day_outside_the_calendar_is_refused_beside_its_field(
    cast: Cast, taken: Case, desk: Desk, until: str
) -> None:
    sent = {"version": taken.version, "reason": "等玻璃到货", "until": until}
    answer = desk(cast.qian).post(address(taken, "request_extension"), sent)
    assert answer.status_code == 422
    assert "等玻璃到货" in text(answer)


def test_bounds_hold_for_every_day_and_moment_that_a_form_asks() -> None:
    for field in (fields.day_field("x"), fields.moment_field("x")):
        assert fields.in_the_calendar in field.validators


UNSTORABLE = ["楼上\x00楼下", "楼上\uffff楼下", "长" * 5001]


@pytest.fixture
def call(cast: Cast, desk: Desk, noon: datetime) -> CallBack:
    """A call that the desk owes Lin, who rang up: whether she is content."""
    case = to_confirm(cast, by_phone(cast, noon), noon)
    return CallBack.objects.get(case=case, kind="please_confirm")


@pytest.mark.parametrize("note", UNSTORABLE)
def test_words_that_not_every_database_keeps_are_refused_and_shown_again(
    cast: Cast, call: CallBack, desk: Desk, note: str
) -> None:
    written = Entry.objects.count()
    sent = {"outcome": "satisfied", "note": note}
    answer = desk(cast.chen).post(f"/desk/calls/{call.id}/", sent)
    assert (answer.status_code, CallBack.objects.get(id=call.id).done_at) == (422, None)
    assert note.replace("\x00", "\ufffd")[-2:] in answer.content.decode()
    assert Entry.objects.count() == written


def test_without_the_cleaning_a_nul_would_stand_in_the_journal(
    cast: Cast, call: CallBack, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Move, "cleaned", lambda move: move)
    written = Entry.objects.count()
    answer = desk(cast.chen).post(f"/desk/calls/{call.id}/", {"outcome": "satisfied", "note": "楼上\x00楼下"})
    # SQLite keeps it; PostgreSQL cannot, and says so as a fault of ours
    assert answer.status_code == 500 or Entry.objects.count() > written


@pytest.mark.parametrize("name", ["海滨路\uffff", "海滨路\u200b"])
def test_a_name_that_cannot_be_taken_comes_back_in_its_form(
    cast: Cast, keeper: Actor, desk: Desk, name: str
) -> None:
    code = cast.town.row(cast.town.stairwell).code
    answer = desk(keeper).post(f"/desk/places/{code}/rename/", {"name": name})
    assert answer.status_code == 422
    assert 'name="name" value="海滨路' in answer.content.decode()
