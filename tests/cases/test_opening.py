"""Cases opened by hundreds from moulds stand there as if each had been opened by itself, and so do their first rows in the journal."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
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
from gezhi.reports import staging
from gezhi.reports.actions import receive_many, start_run
from gezhi.reports.contact import tail_digest, unseal
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.reports.receipts import Own, digest_of, new_report, own_values
from gezhi.reports.staging import Voice, Voices, store
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


def in_order() -> None:
    problems = (*check.findings(), *journal_check.findings())
    assert [one for one in problems if "report" not in str(one)] == []
    for case in Case.objects.all():
        assert Entry.objects.get(subject_id=case.id).after == snapshot(case)


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
        in_order()
        transaction.set_rollback(True)
    return found


def test_cases_from_moulds_are_what_each_would_have_been(cast: Cast, noon: datetime) -> None:
    some = openings(cast, noon)
    assert stands(from_moulds, some, noon) == stands(one_by_one, some, noon)


CLOCKS = ("make_safe_due", "fix_due", "due_at")


def clocks(stand: Mapping[str, Any], number: int) -> list[datetime | None]:
    return [stand["cases"][number][name] for name in CLOCKS]


def test_twin_without_the_limits_in_its_likeness_a_case_would_get_the_clocks_of_another_category(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    some, likeness = openings(cast, noon), opening.likeness
    right, (window, lamp) = stands(one_by_one, some, noon), (CODES.index("0501"), CODES.index("0101"))
    assert clocks(right, window) != clocks(right, lamp)
    monkeypatch.setattr(
        opening, "likeness", lambda one, limits, calendar, at: likeness(one, opening.Limits(), calendar, at)
    )
    wrong = stands(from_moulds, some, noon)
    assert clocks(wrong, window) == clocks(right, window)
    assert clocks(wrong, lamp) == clocks(right, window)


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


def said_in_a_book(cast: Cast, noon: datetime) -> list[Intake]:
    """Rows that between them fill in every field that a row of a book may have."""
    place = cast.town.row(cast.town.building)
    own: dict[str, Any] = {"source": "book-x"}
    lamp = catalogue.by_code("0501").id
    return [
        Intake("import", "路灯不亮", place.id, place.path, external_number="1", said_at=noon, **own),
        Intake("import", "井盖", category=lamp, external_number="2", **own),
        Intake("import", "水管", external_number="3", contact="13812345678", may_call=True, **own),
        Intake("import", "噪声", external_number="4", contact="06315551234", may_call=False, **own),
    ]


def voices(cast: Cast, noon: datetime, run: UUID) -> list[Voice]:
    mould = Voices(run, channel="import", source="book-x", at=noon)
    return [mould.ready(one) for one in said_in_a_book(cast, noon)]


def told(report: Report) -> dict[str, Any]:
    """A report's row as what it says: what is keyed with its own id is opened, or compared with what it must be."""
    row = {
        field.attname: getattr(report, field.attname)
        for field in Report._meta.concrete_fields
        if field.attname not in OWN
    }
    assert row.pop("code_digest") == digest_of(report.id)
    sealed, key, tail = row.pop("contact"), row.pop("contact_key"), row.pop("contact_tail")
    if sealed is None:
        assert (key, tail) == (None, "")
        return row | {"phone": None}
    phone = unseal(report.id, bytes(sealed), bytes(key))
    assert tail == tail_digest(report.id, phone[-4:])
    return row | {"phone": phone}


def stored() -> list[dict[str, Any]]:
    return [told(one) for one in Report.objects.order_by("external_number")]


def test_voices_from_a_mould_are_what_receiving_would_have_stored(cast: Cast, noon: datetime) -> None:
    run = start_run("book-x", "0" * 64, actor=SYSTEM, at=noon)
    ready = voices(cast, noon, run)
    store(ready)
    ours = stored()
    assert ours == [told(new_report(row, noon, run)) for row in said_in_a_book(cast, noon)]
    assert [one["phone"] for one in ours] == [None, None, "13812345678", "06315551234"]
    Report.objects.all()._raw_delete("default")
    receipts = receive_many(said_in_a_book(cast, noon), run, at=noon)
    assert ours == stored()
    left_out = {"text"}  # a digest keyed with the report's own id
    for one, receipt in zip(ready, receipts, strict=True):
        assert receipt.deed is not None
        assert {k: v for k, v in one.deed.after.items() if k not in left_out} == {
            k: v for k, v in receipt.deed.after.items() if k not in left_out
        }


@pytest.mark.parametrize("pair", [("contact", "contact_key"), ("text", "external_number")])
def test_twin_two_values_of_a_row_that_changed_places_are_seen(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str]
) -> None:
    one, other = pair

    def mixed_up(said: Intake) -> Own:
        own = own_values(said)
        return own._replace(**{one: getattr(own, other), other: getattr(own, one)})

    said, run = said_in_a_book(cast, noon), start_run("book-x", "0" * 64, actor=SYSTEM, at=noon)
    monkeypatch.setattr(staging, "own_values", mixed_up)
    store(voices(cast, noon, run))
    with pytest.raises((AssertionError, InvalidTag)):
        assert stored() == [told(new_report(row, noon, run)) for row in said]


def test_an_empty_batch_is_nothing(cast: Cast, noon: datetime) -> None:
    assert ready_many([], at=noon) == Batch([], [], [], [])
