"""Cases opened by hundreds from moulds stand there as if each had been opened by itself, and so do their first rows in the journal."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from gezhi.cases import check, opening
from gezhi.cases.fold import snapshot
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.opening import Batch, Opening, open_from, ready_many, store_many
from gezhi.catalogue import queries as catalogue
from gezhi.journal import check as journal_check
from gezhi.journal.actions import Deed, record, signed
from gezhi.journal.chain import mac
from gezhi.journal.firsts import first_rows, write_firsts
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.reports.actions import receive_many, start_run
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.reports.staging import Voices, store
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived
from tests.cast import Cast

OWN = {"id", "case_id", "report_id", "origin_id", "number", "key", "subject_id", "mac", "run_id"}
PLACES: tuple[str | None, ...] = ("building", "stairwell", "street_b", "compound", None)
CODES = ("0501", "0101", None)


def openings(cast: Cast, at: datetime) -> list[Opening]:
    """Every place with every category, and what only some doors say."""
    run = start_run("book-x", "0" * 64, actor=SYSTEM, at=at)
    places = [cast.town.row(getattr(cast.town, name)) if name else None for name in PLACES]
    leaves = [catalogue.by_code(code).id if code else None for code in CODES]
    plain = [
        Opening(new_id(), f"第 {len(CODES)} 件", "import", place, leaf, run_id=run)
        for place in places
        for leaf in leaves
    ]
    feared = catalogue.default_condition(leaves[0]).id if leaves[0] else None
    return [*plain, Opening(new_id(), "急", "order", is_askable=True, run_id=run, feared=feared)]


def reported(some: list[Opening], at: datetime) -> None:
    """Rows for the reports that the openings name."""
    Report.objects.bulk_create(
        [
            Report(id=one.report_id, code_digest=one.report_id.hex, channel="import", received_at=at)
            for one in some
        ]
    )


def rows(model: Any) -> list[dict[str, Any]]:
    """All rows without what is each one's own."""
    return [
        {name: value for name, value in row.items() if name not in OWN}
        for row in model.objects.order_by("id").values()
    ]


def one_by_one(some: list[Opening], at: datetime) -> None:
    for one in some:
        _, deed = open_from(one, at=at)
        record(deed, actor=SYSTEM, at=at)


def from_moulds(some: list[Opening], at: datetime) -> None:
    batch = ready_many(some, at=at)
    store_many(batch)
    write_firsts(first_rows(batch.deeds, actor=SYSTEM, at=at))


def stands(
    open_them: Callable[[list[Opening], datetime], None], some: list[Opening], at: datetime
) -> Mapping[str, Any]:
    """What a way of opening leaves behind; it is rolled back then."""
    with transaction.atomic():
        reported(some, at)
        open_them(some, at)
        entries = [row for row in rows(Entry) if row["subject_kind"] == "case"]
        for entry in entries:
            entry["after"] = {name: value for name, value in entry["after"].items() if name not in OWN}
        found = {"cases": rows(Case), "links": rows(CaseReport), "timers": rows(Errand), "entries": entries}
        assert [
            one for one in (*check.findings(), *journal_check.findings()) if "report" not in str(one)
        ] == []
        for case in Case.objects.all():
            assert Entry.objects.get(subject_id=case.id).after == snapshot(case)
        transaction.set_rollback(True)
    return found


def test_cases_from_moulds_are_what_each_would_have_been(cast: Cast, noon: datetime) -> None:
    some = openings(cast, noon)
    assert stands(from_moulds, some, noon) == stands(one_by_one, some, noon)


def test_twin_a_mould_that_forgot_the_limits_of_a_category_is_seen(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = openings(cast, noon)
    right = stands(one_by_one, some, noon)
    monkeypatch.setattr(opening.timing, "limits_for", lambda condition, feared: None)
    monkeypatch.setattr(opening.timing, "limits_of", lambda case: opening.timing.Limits())
    assert stands(from_moulds, some, noon)["cases"] != right["cases"]


def test_first_rows_are_signed_as_every_row_is(cast: Cast, noon: datetime) -> None:
    at = noon + timedelta(microseconds=7)
    deeds = [
        Deed(
            "report",
            new_id(),
            "received",
            after={"一": [1, None, "“引号”\\"], "place": new_id(), "at": at},
            is_first=True,
        ),
        Deed("case", new_id(), "reported", is_first=True, spelled='{"number":"1"}'),
    ]
    write_firsts(first_rows(deeds, actor=cast.chen, at=at))
    ours = rows(Entry)
    for entry in Entry.objects.filter(subject_id__in=[deed.id for deed in deeds]):
        assert entry.mac == mac(derived("journal"), signed(entry), "0" * 64)
    Entry.objects.filter(subject_id__in=[deed.id for deed in deeds])._raw_delete("default")
    record(*deeds, actor=cast.chen, at=at)
    assert rows(Entry) == ours


@pytest.mark.parametrize(
    "deed",
    [
        {"is_first": False},
        {"is_first": True, "before": {"a": 1}},
        {"is_first": True, "words": {"note": "x"}},
    ],
)
def test_what_is_no_bare_first_row_is_refused(cast: Cast, noon: datetime, deed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="first row"):
        first_rows([Deed("case", new_id(), "reported", **deed)], actor=SYSTEM, at=noon)


def test_a_subject_begins_once(cast: Cast, noon: datetime) -> None:
    deed = Deed("case", new_id(), "reported", is_first=True)
    with pytest.raises(ValueError, match="once"):
        first_rows([deed, deed], actor=SYSTEM, at=noon)


def test_voices_from_a_mould_are_what_receiving_would_have_stored(cast: Cast, noon: datetime) -> None:
    place = cast.town.row(cast.town.building)
    run = start_run("book-x", "0" * 64, actor=SYSTEM, at=noon)
    said = [
        Intake(
            "import", "路灯不亮", place.id, place.path, source="book-x", external_number="1", said_at=noon
        ),
        Intake("import", "井盖", category=catalogue.by_code("0501").id, source="book-x", external_number="2"),
    ]
    voices = Voices(run, channel="import", source="book-x", at=noon)
    ready = [voices.ready(one) for one in said]
    store(ready)
    ours = [{name: value for name, value in row.items() if name != "code_digest"} for row in rows(Report)]
    Report.objects.all()._raw_delete("default")
    receipts = receive_many(said, run, at=noon)
    theirs = [{name: value for name, value in row.items() if name != "code_digest"} for row in rows(Report)]
    assert ours == theirs
    left_out = {"text"}  # a digest keyed with the report's own id
    for one, receipt in zip(ready, receipts, strict=True):
        assert receipt.deed is not None
        assert {k: v for k, v in one.deed.after.items() if k not in left_out} == {
            k: v for k, v in receipt.deed.after.items() if k not in left_out
        }


def test_an_empty_batch_is_nothing(cast: Cast, noon: datetime) -> None:
    assert ready_many([], at=noon) == Batch([], [], [], [])
