"""An office from nothing: one place, one desk that answers, one person, the catalogue; all or nothing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.config import check
from gezhi.flows.found_office import Founded, Founding, found_office
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import VISITOR, Duty
from gezhi.kernel.refusal import Invalid
from gezhi.parties import accounts, staff
from gezhi.parties import queries as parties
from gezhi.parties.models import Account, Party
from gezhi.places import queries as places
from gezhi.reports.intake import Intake
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.current import city_scope, scope
from gezhi.tenancy.models import Jurisdiction

HUANCUI = Founding("371002", "环翠区", "竹岛街道办事处", "0631-5300110", "wang", "王管理")


@pytest.fixture
def empty(db: None, settings: Any, tmp_path: Any) -> None:
    """A data folder in which nothing stands."""
    settings.GEZHI_DATA, settings.GEZHI_MEDIA = tmp_path, tmp_path / "media"
    tenancy.forget()


@pytest.fixture
def founded(empty: None, noon: datetime) -> Founded:
    return found_office(HUANCUI, at=noon)


def test_an_office_can_work_from_its_first_minute(founded: Founded, noon: datetime) -> None:
    with scope(founded.jurisdiction_id):
        assert (places.by_code("371002").name, parties.intake_desk()) == ("环翠区", founded.desk_id)
        assert parties.party(founded.desk_id).standing_phone == "0631-5300110"
        assert len(catalogue.leaves()) > 50
        got = receive_report(Voice(Intake("web", text="路灯不亮")), actor=VISITOR, at=noon)
        admin = parties.actor_of(Account.objects.get(id=founded.admin_id), noon)
        case = cases.of_report(got.report_id)
        assert [one.event for one in cases.offers_for(case, actor=admin, at=noon)][:2] == ["accept", "ask"]
        assert (case.number, case.lead_id) == ("371002-2026-0000001", founded.desk_id)


def test_a_new_office_keeps_every_promise(founded: Founded, noon: datetime) -> None:
    broken = [(code, one) for code, one in check.findings(noon) if one.invariant != "warning"]
    assert broken == []


def test_the_first_person_does_everything_until_others_are_appointed(
    founded: Founded, noon: datetime
) -> None:
    with scope(founded.jurisdiction_id):
        duties = {one.duty for one in parties.people(founded.desk_id, noon)}
        assert duties == {Duty.ADMIN, Duty.OFFICER, Duty.CLERK}
        assert [one.account_id for one in parties.officers("", noon)] == [founded.admin_id]


def test_the_one_time_code_opens_the_account_once(founded: Founded, noon: datetime) -> None:
    with scope(founded.jurisdiction_id):
        assert staff.use_reset_code("wang", founded.code, "海边的-长椅-4711", at=noon) == founded.admin_id
        with pytest.raises(Invalid):
            staff.use_reset_code("wang", founded.code, "海边的-长椅-4712", at=noon)


def test_with_a_password_no_code_is_needed(empty: None, noon: datetime) -> None:
    made = found_office(replace(HUANCUI, admin_password="lantern-harbour-42"), at=noon)
    assert made.code == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "3710"}, "code"),
        ({"code": "37100a"}, "code"),
        ({"name": " "}, "name"),
        ({"time_zone": "Asia/Weihai"}, "time_zone"),
        ({"phone": "没有"}, "standing_phone"),
        ({"desk_name": ""}, "name"),
        ({"admin_username": "a b"}, "username"),
        ({"admin_password": "short"}, "password"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_stands(
    change: dict[str, str], field: str, empty: None, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        found_office(replace(HUANCUI, **change), at=noon)
    assert refused.value.field == field
    with city_scope("nothing may be left in any office"):
        assert (Jurisdiction.objects.count(), Party.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_the_same_code_twice_is_refused(founded: Founded, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        found_office(replace(HUANCUI, admin_username="li"), at=noon)
    assert (refused.value.field, refused.value.code) == ("code", "taken")


def test_two_offices_share_a_server_and_nothing_else(founded: Founded, noon: datetime) -> None:
    second = found_office(
        replace(HUANCUI, code="371003", name="文登区", admin_username="li", host="wd.example"), at=noon
    )
    assert [one.code for one in tenancy.all_jurisdictions()] == ["371002", "371003"]
    with scope(second.jurisdiction_id):
        assert [party.name for party in parties.parties()] == ["竹岛街道办事处"]
        assert [account.username for account in accounts.accounts()] == ["li"]
