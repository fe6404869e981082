"""SQLite reads along the same indexes in every office at every size: its planner is told what our columns leave."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.lists import OPEN, CaseFilter, fitting
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.models import Order as FromAbove
from gezhi.cases.orders import queries as orders
from gezhi.cases.paged import Order, in_order
from gezhi.evidence.models import Evidence
from gezhi.insight.models import SearchLine
from gezhi.journal.models import Entry, Seal, Words
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import queries as ledger
from gezhi.reports.models import Report
from gezhi.tenancy.engines.sqlite import plans
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast
from tests.plans import on_sqlite

pytestmark = [
    pytest.mark.django_db,
    on_sqlite,
]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": SYSTEM, "at": NOON, "soon": NOON}
FIFTY = [uuid4() for _ in range(50)]
ASKED: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "cases by their ids": (
        lambda: Case.objects.filter(id__in=FIFTY),
        "AND id=?)",
    ),
    "reports by their ids, oldest first": (
        lambda: Report.objects.filter(id__in=FIFTY).order_by("received_at", "id"),
        "sqlite_autoindex_reports_report_1 (id=?)",
    ),
    "reports of the cases of a page": (
        lambda: CaseReport.objects.filter(origin_id__in=FIFTY).order_by("linked_at", "id"),
        "origin_id",
    ),
    "words beside the journal of a case": (
        lambda: Words.objects.filter(entry__subject_kind="case", entry__subject_id__in=FIFTY[:1]),
        "(jurisdiction_id=? AND subject_kind=? AND subject_id=?)",
    ),
    "cases that were joined into one, split from it or came back": (
        lambda: (
            Case.objects.filter(joined_into=FIFTY[0])
            | Case.objects.filter(split_from=FIFTY[0])
            | Case.objects.filter(came_back_from=FIFTY[0])
        ).order_by("received_at", "id"),
        "MULTI-INDEX OR",
    ),
    "the newest case by its id": (
        lambda: Case.objects.order_by("-id")[:51],
        "cases_in_the_order_of_ids (jurisdiction_id=?)",
    ),
    "the newest search line": (
        lambda: SearchLine.objects.order_by("-number")[:1],
        "insight_searchline_3 (jurisdiction_id=?)",
    ),
    "the last seal": (lambda: Seal.objects.order_by("-number")[:1], "journal_seal_2 (jurisdiction_id=?)"),
    "rows behind a position": (
        lambda: Entry.objects.filter(position__gt=7).order_by("position")[:250],
        "(jurisdiction_id=? AND position>?)",
    ),
    "closed cases, newest first, without sorting them": (
        lambda: in_order(fitting(CaseFilter(states=(State.CLOSED.value,)), **WHO), Order.NEWEST)[:51],
        "closed_cases_by_receipt (jurisdiction_id=?)",
    ),
    "dangers, those first whose deadline comes first": (
        lambda: in_order(fitting(CaseFilter(states=OPEN, is_danger=True), **WHO), Order.DUE)[:51],
        "dangers_that_wait (jurisdiction_id=?)",
    ),
    "all that is open but dangers": (
        lambda: in_order(fitting(CaseFilter(states=OPEN, is_danger=False), **WHO), Order.DUE)[:51],
        "open_cases_by_due (jurisdiction_id=?)",
    ),
    "pictures still to remove": (
        lambda: Evidence.objects.filter(removed_at=None, purged_at__isnull=False),
        "evidence_still_to_remove (jurisdiction_id=?)",
    ),
}


@contextmanager
def untold() -> Iterator[None]:
    """The planner as it is without being told, until the block ends."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_master")
    try:
        yield
    finally:
        plans.tell(connection)


@pytest.mark.parametrize("name", ASKED)
def test_it_reads_along_the_index_that_leaves_least(office: Jurisdiction, name: str) -> None:
    rows, index = ASKED[name]
    said = str(rows().explain())
    assert index in said
    assert "SCAN" not in said


def test_twin_untold_it_reads_every_case_of_an_office_for_fifty_ids(office: Jurisdiction) -> None:
    with untold():
        said = [str(rows().explain()) for rows, _ in ASKED.values()]
    assert "(id=?)" not in said[1]
    assert "subject_id=?" not in said[3]


def test_the_orders_and_lines_somebody_sees_are_looked_up_one_by_one(cast: Cast) -> None:
    waiting = str(orders.waiting(cast.zhou).explain())
    assert "orders_to_answer (jurisdiction_id=?)" in waiting
    assert "USE TEMP B-TREE FOR ORDER BY" not in waiting
    assert "LIST SUBQUERY" not in waiting
    newest = str(ledger.lines(ledger.LineFilter(), actor=cast.zhou)[:50].explain())
    assert "ledger_by_receipt (jurisdiction_id=?)" in newest
    assert "LIST SUBQUERY" not in newest
    place = cast.town.row(cast.town.community_a).path
    counted = str(
        ledger._along(ledger.LineFilter(place_path=place), cast.zhou, below=ledger._in_an_index).explain()
    )
    assert "ledger_of_a_community (jurisdiction_id=? AND <expr>=?)" in counted


def test_orders_of_the_office_are_counted_without_their_cases(cast: Cast) -> None:
    rows = FromAbove.objects.filter(done_at=None).order_by().values_list("issuer")
    said = str(orders._of_office(rows, cast.zhou).annotate(n=Count("id")).explain())
    for index in ("orders_of_an_issuer", "imports_with_an_order", "complaints_with_an_order"):
        assert f"{index} (jurisdiction_id=?" in said
    assert "CORRELATED" not in said
    assert "GROUP BY" not in said


def test_twin_asked_for_all_he_may_see_every_case_is_read_first(cast: Cast) -> None:
    links = CaseReport.objects.filter(
        report_id=OuterRef("report_id"), case_id__in=Case.objects.exclude(complained_of=None).values("id")
    )
    assert "LIST SUBQUERY" in str(FromAbove.objects.filter(Exists(links)).explain())


def test_every_index_of_ours_is_told_of_and_what_is_new_is_at_the_next_upgrade(office: Jurisdiction) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX tried ON cases_case (jurisdiction_id, title)")
        plans.tell(connection)
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'tried'")
        assert cursor.fetchall() == [("1000000 50000 10",)]
        cursor.execute("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'cases_case'")
        (told,) = cursor.fetchone()
        cursor.execute("SELECT COUNT(*) FROM pragma_index_list('cases_case')")
        assert cursor.fetchone() == (told,)
