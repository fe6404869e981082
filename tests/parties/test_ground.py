"""Who is accountable where: dated service, the nearest desk, the intake desk as the last resort."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import uuid7
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import actions, check, queries
from gezhi.parties.actions import Ground
from gezhi.parties.models import Party, Service
from tests.parties.town import NEW_YEAR, Town

NOBODY = uuid7(1_772_000_000_000, 9)
MIDSUMMER = date(2026, 7, 1)


def test_the_desk_of_a_building_is_its_communitys(town: Town, noon: datetime) -> None:
    assert queries.desk_of(town.building.path, noon) == town.desk


@pytest.mark.parametrize("path", ["", "/", "/0190a0b0c0d07e0f8a0b0c0d0e0f0a0b/"])
def test_a_report_from_nowhere_goes_to_the_intake_desk(path: str, town: Town, noon: datetime) -> None:
    assert queries.desk_of(path, noon) == town.office


def test_a_place_whose_desk_has_ended_goes_to_the_intake_desk(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    service = queries.services(town.desk)[0]
    actions.end_service(service.id, ends_on=date(2026, 3, 2), actor=admin_actor, at=noon)
    assert queries.desk_of(town.building.path, noon) == town.office
    assert queries.desk_of(town.building.path, noon - timedelta(days=1)) == town.desk


def test_a_nearer_desk_goes_before_a_farther_one(town: Town, admin_actor: Actor, noon: datetime) -> None:
    actions.serve(
        town.other_desk, "desk", Ground(town.garden.id), starts_on=NEW_YEAR, actor=admin_actor, at=noon
    )
    assert queries.desk_of(town.building.path, noon) == town.other_desk


@pytest.mark.parametrize("place", ["", "building"])
def test_finding_the_desk_costs_one_query(
    place: str, town: Town, noon: datetime, django_assert_num_queries
) -> None:
    path = getattr(town, place).path if place else ""
    queries.desk_of(path, noon)
    with django_assert_num_queries(1):
        queries.desk_of(path, noon)


def test_the_company_of_a_building_is_the_compounds(town: Town, noon: datetime) -> None:
    assert queries.serving(town.building.path, town.a1.id, "property", noon) == town.company
    assert queries.serving(town.yuehai.path, None, "property", noon) is None


def test_the_team_of_a_building_is_its_cells(town: Town, noon: datetime) -> None:
    assert queries.serving(town.building.path, town.a1.id, "grid_team", noon) == town.team_a1


def test_who_may_be_sent_stands_nearest_first(town: Town, noon: datetime) -> None:
    found = queries.candidates(town.building.path, town.a1.id, noon)
    assert [row.id for row in found] == [town.company, town.team_a1, town.desk, town.office]


def test_a_change_of_company_has_one_date(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    newcomer = actions.add_party("property", "新物业", "XW", "0631-000-0131", parent_id=town.desk, **who)
    actions.end_service(queries.services(town.company)[0].id, ends_on=MIDSUMMER, **who)
    actions.serve(newcomer, "property", Ground(town.garden.id), starts_on=MIDSUMMER, **who)
    eve = datetime.fromisoformat("2026-06-30T23:59:00+08:00")
    assert queries.serving(town.building.path, None, "property", eve) == town.company
    assert queries.serving(town.building.path, None, "property", eve + timedelta(minutes=1)) == newcomer


@pytest.fixture
def newcomer(town: Town, admin_actor: Actor, noon: datetime) -> UUID:
    """Another company; the old one serves 悦海花园 from New Year to the last day of June."""
    actions.end_service(queries.services(town.company)[0].id, ends_on=MIDSUMMER, actor=admin_actor, at=noon)
    return actions.add_party("property", "新物业", "XW", "0631-000-0131", actor=admin_actor, at=noon)


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2025, 6, 1), date(2026, 1, 2)),
        (date(2025, 6, 1), None),
        (date(2026, 2, 1), date(2026, 2, 2)),
        (date(2026, 6, 30), date(2027, 1, 1)),
    ],
)
def test_two_companies_never_serve_the_same_day(
    starts_on: date, ends_on: date | None, newcomer: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    period = {"starts_on": starts_on, "ends_on": ends_on}
    with pytest.raises(Invalid) as refused:
        actions.serve(newcomer, "property", Ground(town.garden.id), **period, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == ("period", "overlaps")


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(date(2025, 6, 1), date(2026, 1, 1)), (date(2026, 7, 1), None)]
)
def test_one_company_may_follow_another_on_the_very_day(
    starts_on: date, ends_on: date | None, newcomer: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    period = {"starts_on": starts_on, "ends_on": ends_on}
    actions.serve(newcomer, "property", Ground(town.garden.id), **period, actor=admin_actor, at=noon)
    assert list(check.findings()) == []


def test_sabotage_without_the_refusal_two_companies_are_found(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_refuse_overlap", lambda *_: None)
    newcomer = actions.add_party("property", "新物业", "XW", "0631-000-0131", actor=admin_actor, at=noon)
    actions.serve(
        newcomer, "property", Ground(town.garden.id), starts_on=MIDSUMMER, actor=admin_actor, at=noon
    )
    found = list(check.findings())
    assert [(one.invariant, one.what) for one in found] == [("I1", "is served twice from 2026-07-01")]


def test_two_utilities_share_a_place(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    for name, code in (("供水", "WATER"), ("供电", "POWER")):
        party = actions.add_party("utility", name, code, "0631-000-0150", **who)
        actions.serve(party, "utility", Ground(town.subdistrict.id), starts_on=NEW_YEAR, **who)
    found = queries.candidates(town.building.path, None, noon)
    assert [row.code for row in found] == ["CF", "YH", "HG", "POWER", "WATER"]


@pytest.mark.parametrize(
    ("kind", "ground", "field"),
    [
        ("butler", Ground(NOBODY), "kind"),
        ("property", Ground(), "ground"),
        ("property", Ground(NOBODY, NOBODY), "ground"),
    ],
)
def test_a_service_is_of_one_known_kind_and_one_piece_of_ground(
    kind: str, ground: Ground, field: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.serve(town.company, kind, ground, starts_on=NEW_YEAR, actor=admin_actor, at=noon)
    assert refused.value.field == field


@pytest.mark.parametrize("ground", [Ground(NOBODY), Ground(grid_id=NOBODY)])
def test_nobody_serves_a_place_that_is_not_there(
    ground: Ground, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(NotFound):
        actions.serve(town.company, "agency", ground, starts_on=NEW_YEAR, actor=admin_actor, at=noon)


def test_a_service_is_ended_sooner_never_later(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    service = queries.services(town.company)[0].id
    actions.end_service(service, ends_on=MIDSUMMER, **who)
    for day, code in ((date(2025, 12, 31), "before_start"), (date(2026, 7, 2), "only_sooner")):
        with pytest.raises(Invalid) as refused:
            actions.end_service(service, ends_on=day, **who)
        assert refused.value.code == code


def test_service_stands_in_the_partys_story(town: Town, admin_actor: Actor, noon: datetime) -> None:
    actions.end_service(queries.services(town.company)[0].id, ends_on=MIDSUMMER, actor=admin_actor, at=noon)
    assert [step.entry.event for step in story("party", town.company)] == [
        "add_party",
        "serve",
        "end_service",
    ]
    assert story("party", town.company)[-1].entry.after["ends_on"] == "2026-07-01"


@pytest.mark.parametrize("name", ["魏", "孙", "陈", "赵"])
def test_only_administrators_and_officers_change_who_serves(name: str, town: Town, noon: datetime) -> None:
    with pytest.raises(NotYours):
        actions.serve(
            town.company,
            "property",
            Ground(town.building.id),
            starts_on=NEW_YEAR,
            actor=town.actor(name, noon),
            at=noon,
        )


def test_sabotage_a_worker_who_were_an_officer_could(town: Town, noon: datetime) -> None:
    made = actions.serve(
        town.company,
        "property",
        Ground(town.building.id),
        starts_on=NEW_YEAR,
        actor=town.actor("周", noon),
        at=noon,
    )
    assert isinstance(made, UUID)


def test_the_database_itself_refuses_a_service_of_nothing(town: Town) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.create(party_id=town.company, kind="property", starts_on=NEW_YEAR)


def test_the_day_is_the_local_one(town: Town, admin_actor: Actor, noon: datetime) -> None:
    late_on_the_eve_in_utc = datetime.fromisoformat("2025-12-31T16:30:00+00:00")
    assert queries.desk_of(town.building.path, late_on_the_eve_in_utc) == town.desk
    assert queries.desk_of(town.building.path, late_on_the_eve_in_utc - timedelta(hours=1)) == town.office


def test_which_desk_it_is_needs_an_aware_moment(town: Town) -> None:
    with pytest.raises(ValueError, match="aware"):
        queries.desk_of(town.building.path, datetime(2026, 3, 2))  # noqa: DTZ001


def test_closed_parties_are_listed_on_wish_only(town: Town, admin_actor: Actor, noon: datetime) -> None:
    spare = actions.add_party("volunteers", "志愿队", "VT", "0631-000-0160", actor=admin_actor, at=noon)
    actions.close_party(spare, actor=admin_actor, at=noon)
    assert queries.parties("volunteers") == []
    assert [row.id for row in queries.parties("volunteers", with_closed=True)] == [spare]
    assert Party.objects.get(id=spare).closed_on == date(2026, 3, 2)
