"""What a party must have: a phone that is answered, one way up, and one intake desk for the whole office."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import actions, check, queries, staff
from gezhi.parties.models import Party
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.parties.town import Town


@pytest.mark.parametrize("phone", ["", "   ", "—", "没有"])
def test_the_last_contact_cannot_be_removed(
    phone: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_standing_phone(town.company, phone, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == ("standing_phone", "last_contact")
    assert queries.party(town.company).standing_phone == "0631-000-0130"


def test_sabotage_the_database_keeps_the_last_contact_too(town: Town) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(id=town.company).update(standing_phone="")


@pytest.mark.parametrize(("typed", "kept"), [("０６３１-000-0177", "0631-000-0177"), (" 12345 ", "12345")])
def test_a_changed_phone_is_kept_and_journalled(
    typed: str, kept: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    actions.change_standing_phone(town.company, typed, actor=admin_actor, at=noon)
    last = story("party", town.company)[-1].entry
    assert (last.event, last.before, last.after) == (
        "change_standing_phone",
        {"standing_phone": "0631-000-0130"},
        {"standing_phone": kept},
    )


@pytest.mark.parametrize("phone", ["12", "call me 12345", "1" * 60])
def test_words_are_no_phone(phone: str, town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_standing_phone(town.company, phone, actor=admin_actor, at=noon)
    assert refused.value.code == "not_a_phone"


def test_a_party_changes_its_own_phone_and_no_others(town: Town, noon: datetime) -> None:
    sun = town.actor("孙", noon)
    actions.change_standing_phone(town.company, "0631-000-0178", actor=sun, at=noon)
    with pytest.raises(NotYours):
        actions.change_standing_phone(town.desk, "0631-000-0178", actor=sun, at=noon)


def test_nobody_stands_above_himself(town: Town, admin_actor: Actor, noon: datetime) -> None:
    for below in (town.office, town.desk, town.company):
        with pytest.raises(Invalid) as refused:
            actions.put_under(town.office, below, actor=admin_actor, at=noon)
        assert refused.value.code == "circle"
    assert list(check.findings()) == []


def test_sabotage_a_circle_made_behind_the_back_is_found(town: Town) -> None:
    Party.objects.filter(id=town.office).update(parent=town.company)
    found = sorted(check.findings())
    assert found == [("I10", f"party {code}", "stands above itself") for code in ("CF", "HG", "YH")]


def test_the_ladder_leads_from_the_company_to_the_subdistrict(town: Town) -> None:
    ladder = [town.company]
    while above := queries.one_level_up(ladder[-1]):
        ladder.append(above)
    assert ladder == [town.company, town.desk, town.office]


def test_an_office_has_one_intake_desk(town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_party(
            "community", "第二受理台", "X2", "0631-000-0199", is_intake=True, actor=admin_actor, at=noon
        )
    assert refused.value.code == "there_is_one"
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(id=town.desk).update(is_intake=True)


def test_the_intake_desk_moves_and_is_never_absent(town: Town, admin_actor: Actor, noon: datetime) -> None:
    actions.make_intake(town.desk, actor=admin_actor, at=noon)
    assert queries.desk_of("", noon) == queries.intake_desk() == town.desk
    assert [step.entry.event for step in story("party", town.office)][-1] == "stop_intake"


def test_the_intake_desk_is_never_closed(town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        actions.close_party(town.office, actor=admin_actor, at=noon)
    assert refused.value.code == "intake"


def test_sabotage_the_database_keeps_the_intake_desk_open(town: Town, noon: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(id=town.office).update(closed_on=noon.date())


def test_an_office_without_intake_desk_is_found(town: Town, noon: datetime) -> None:
    Party.objects.filter(id=town.office).update(is_intake=False)
    assert [(one.invariant, one.where) for one in check.findings()] == [("I1", "intake desk")]
    with pytest.raises(NotFound):
        queries.desk_of("", noon)


@pytest.mark.parametrize(("party", "code"), [("company", "still_serving"), ("desk", "still_serving")])
def test_who_still_serves_is_not_closed(
    party: str, code: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.close_party(getattr(town, party), actor=admin_actor, at=noon)
    assert refused.value.code == code


def test_a_party_is_closed_when_nothing_hangs_on_it(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    today = noon.date()
    actions.end_service(queries.services(town.company)[0].id, ends_on=today, **who)
    with pytest.raises(Invalid) as refused:
        actions.close_party(town.company, **who)
    assert refused.value.code == "still_staffed"
    staff.end_post(town.posts["孙"], ends_on=today, **who)
    assert actions.close_party(town.company, **who).closed_on == today
    assert queries.party(town.company).standing_phone == "0631-000-0130"
    with pytest.raises(Invalid) as refused:
        actions.put_under(town.team_a1, town.company, **who)
    assert refused.value.code == "closed"


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"kind": "church"}, "kind", "unknown"),
        ({"code": "yh"}, "code", "taken"),
        ({"name": "长峰\u202e物业"}, "name", "hidden"),
        ({"name": " "}, "name", "empty"),
        ({"standing_phone": ""}, "standing_phone", "last_contact"),
    ],
)
def test_a_party_that_cannot_be_taken_is_refused(
    fields: dict[str, str], field: str, code: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    given = {"kind": "property", "name": "新物业", "code": "XW", "standing_phone": "0631-000-0131"} | fields
    with pytest.raises(Invalid) as refused:
        actions.add_party(**given, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_an_empty_office_has_no_findings(office: Jurisdiction) -> None:
    assert list(check.findings()) == []


def test_a_town_has_no_findings(town: Town) -> None:
    assert list(check.findings()) == []


def test_another_jurisdictions_parties_are_not_there(town: Town, noon: datetime) -> None:
    elsewhere = Jurisdiction.objects.create(code="371073", name="别处", made_at=noon)
    with scope(elsewhere.id):
        assert queries.parties() == []
        with pytest.raises(NotFound):
            queries.party(town.company)
