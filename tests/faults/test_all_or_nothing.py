"""F9: when the journal or the errands cannot be written, the deed itself is taken back, to the last row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from gezhi.cases import actions as cases
from gezhi.cases import check
from gezhi.cases.models import Case, NumberBlock
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue
from gezhi.catalogue import queries
from gezhi.flows import reach_reporter
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import actions as parties
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.reports import actions as reports
from gezhi.reports.models import Report
from gezhi.routing import actions as routing
from gezhi.routing.terms import Terms
from gezhi.tenancy.current import city_scope
from gezhi.tenancy.models import TenantModel
from tests.cast import Cast, lin_reports

pytestmark = pytest.mark.django_db
Deed = Callable[[Cast, datetime], object]
JOURNAL, WORDS, ERRANDS = "journal_entry", "journal_words", "journal_errand"
WITH_GAPS = {NumberBlock}  # a block of case numbers is reserved before the deed: gaps are allowed


@contextmanager
def refusing(table: str) -> Iterator[None]:
    """A database that takes no new row into this table, whoever writes it and however."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER takes_nothing BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(f"CREATE TRIGGER takes_nothing BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TRIGGER takes_nothing" + ("" if connection.vendor == "sqlite" else f" ON {table}")
            )
            if connection.vendor != "sqlite":
                cursor.execute("DROP FUNCTION refuse")


def everything() -> dict[str, list[object]]:
    """Every row of every tenant table."""
    with city_scope("compare before and after"):
        return {
            model.__name__: list(model.objects.order_by("id").values())
            for model in apps.get_models()
            if issubclass(model, TenantModel) and model not in WITH_GAPS
        }


def case_of(cast: Cast, at: datetime) -> Case:
    """The case that Lin reported before the database refused."""
    return Case.objects.order_by("id")[0]


DEEDS: dict[str, tuple[Deed, tuple[str, ...]]] = {
    "a report": (lambda cast, at: lin_reports(cast, at, "又一处"), (JOURNAL, ERRANDS)),
    "an acceptance": (
        lambda cast, at: cases.advance(case_of(cast, at).id, Move("accept", note="受理"), actor=cast.chen, at=at),
        (JOURNAL, WORDS, ERRANDS),
    ),
    "a decline": (
        lambda cast, at: cases.advance(
            case_of(cast, at).id, Move("decline", reason="不在辖区"), actor=cast.chen, at=at
        ),
        (JOURNAL, WORDS, ERRANDS),
    ),
    "a join": (
        lambda cast, at: cases.advance(
            case_of(cast, at).id, Move("join", into=Case.objects.order_by("id")[1].id), actor=cast.chen, at=at
        ),
        (JOURNAL, ERRANDS),
    ),
    "an erasure": (
        lambda cast, at: reach_reporter.forget(
            case_of(cast, at).id, report_of(cast), "本人要求", actor=cast.chen, at=at
        ),
        (JOURNAL, WORDS),
    ),
    "a category": (
        lambda cast, at: catalogue.change_category(
            queries.by_code("0501").id, {"icon": "lamp"}, revision=queries.by_code("0501").revision, actor=SYSTEM, at=at
        ),
        (JOURNAL,),
    ),
    "a routing rule": (
        lambda cast, at: routing.add_rule(Terms("玻璃归物业", party=cast.property), actor=SYSTEM, at=at),
        (JOURNAL,),
    ),
    "words added": (
        lambda cast, at: reporter_speaks(report_of(cast), Saying("add", "还有碎片"), at=at),
        (JOURNAL, WORDS),
    ),
    "a rewording": (
        lambda cast, at: reports.restate(report_of(cast), "楼道门玻璃破损", actor=cast.chen, at=at),
        (JOURNAL, WORDS),
    ),
    "a place": (
        lambda cast, at: places.add_place(
            kind=Kind.BUILDING, name="9号楼", parent_id=cast.town.compound, grid_id=cast.town.grid_a1, actor=SYSTEM, at=at
        ),
        (JOURNAL,),
    ),
    "a party": (
        lambda cast, at: parties.add_party("property", "新物业", "xw", "0631-0000109", actor=SYSTEM, at=at),
        (JOURNAL,),
    ),
    "a standing phone": (
        lambda cast, at: parties.change_standing_phone(cast.property, "0631-0000199", actor=SYSTEM, at=at),
        (JOURNAL,),
    ),
    "a rule": (
        lambda cast, at: catalogue.change_rule("confirm_days", 9, revision=1, actor=SYSTEM, at=at),
        (JOURNAL,),
    ),
}  # fmt: skip


def two_reported(cast: Cast, at: datetime) -> None:
    """Lin's case, and another that it may join."""
    cast.lin_reports(at, contact="13800138000")
    cast.lin_reports(at)


def report_of(cast: Cast) -> UUID:
    return Report.objects.order_by("id")[0].id


@pytest.mark.parametrize(
    ("deed", "table"), [(name, table) for name, (_, tables) in DEEDS.items() for table in tables]
)
def test_what_cannot_be_written_down_is_not_done(cast: Cast, noon: datetime, deed: str, table: str) -> None:
    two_reported(cast, noon)
    before = everything()
    with refusing(table), pytest.raises(DatabaseError), transaction.atomic():
        DEEDS[deed][0](cast, noon)
    assert everything() == before


@pytest.mark.parametrize("deed", DEEDS)
def test_the_same_is_done_when_the_database_takes_it(cast: Cast, noon: datetime, deed: str) -> None:
    two_reported(cast, noon)
    before = everything()
    DEEDS[deed][0](cast, noon)
    assert everything() != before


def test_twin_a_journal_written_after_the_commit_would_leave_the_deed_alone(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    case, record = cast.lin_reports(noon), cases.record
    monkeypatch.setattr(
        cases, "record", lambda *deeds, **how: transaction.on_commit(lambda: record(*deeds, **how))
    )
    with django_capture_on_commit_callbacks() as after_commit:
        cases.advance(case.id, Move("accept"), actor=cast.chen, at=noon)
    with refusing(JOURNAL), pytest.raises(DatabaseError), transaction.atomic():
        after_commit[0]()
    assert Case.objects.get(id=case.id).state == "opened"  # and nothing says who did it
    assert {found.invariant for found in check.findings()} == {"I7"}
