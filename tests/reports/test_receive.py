"""A voice becomes a report: kept as said, with one code for ever, in as few statements as can be."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gezhi.evidence import queries as evidence
from gezhi.evidence.actions import keep
from gezhi.journal.actions import Deed
from gezhi.journal.queries import story
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.reports import intake, queries
from gezhi.reports.actions import receive
from gezhi.reports.intake import Intake, text_digest
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import scope
from gezhi.tenancy.keys import derived
from gezhi.tenancy.models import Jurisdiction
from tests.evidence.pictures import Sent, photo

GLASS = "3号楼2单元的玻璃碎了，\n孩子会踩到。"
LIN = Intake("qr", GLASS)


def test_what_was_said_is_kept_as_said(take_in, district, category, noon):
    said = replace(
        LIN,
        place=district.id,
        place_path=district.path,
        category=category.id,
        lon=122.18,
        lat=37.4,
        said_at=noon - timedelta(hours=1),
    )
    received = take_in(said)
    assert queries.by_code(received.code) == queries.ReportRow(
        id=received.report_id,
        text=GLASS,
        channel="qr",
        place_id=district.id,
        place_path=district.path,
        lon=122.18,
        lat=37.4,
        category_id=category.id,
        said_at=noon - timedelta(hours=1),
        received_at=noon,
        has_contact=False,
        may_call=False,
        source="",
        external_number="",
        run_id=None,
        restatement="",
        erased_at=None,
    )


@pytest.mark.parametrize(
    ("key", "statements"), [(None, 1), ("k" * 16, 2)]
)  # a key is looked for, as it was stored before
def test_a_report_without_a_photo_costs_one_statement_and_journals_nothing_itself(
    office, noon, django_assert_num_queries, key, statements
):
    queries.tracking_code(new_id())  # the office's own row is remembered from now on
    with transaction.atomic(), django_assert_num_queries(statements):
        received = receive(replace(LIN, key=key, contact="13800138000"), at=noon)
    assert story("report", received.report_id) == []


@pytest.mark.parametrize("photos", [1, 3])
def test_a_report_with_photos_costs_two_statements(office, noon, photos):
    kept = keep([Sent(photo()) for _ in range(photos)], at=noon)
    said = replace(LIN, evidence=tuple(one.id for one in kept))
    queries.tracking_code(new_id())  # the office's own row is remembered from now on
    with transaction.atomic(), CaptureQueriesContext(connection) as log:
        received = receive(said, at=noon)
    assert [entry["sql"].split()[0] for entry in log.captured_queries] == ["INSERT", "UPDATE"]
    assert {row.id for row in evidence.of("report", received.report_id)} == set(said.evidence)


def test_the_deed_names_no_person(office, noon):
    with transaction.atomic():
        received = receive(replace(LIN, contact="13800138000", may_call=True), at=noon)
    assert received.deed == Deed(
        "report",
        received.report_id,
        "received",
        after={
            "channel": "qr",
            "place": None,
            "category": None,
            "text": text_digest(derived("report-text"), received.report_id, GLASS),
            "evidence": [],
        },
        is_first=True,
    )


def test_a_picture_of_somebody_else_s_report_takes_the_whole_report_back(take_in, noon):
    (kept,) = keep([Sent(photo())], at=noon)
    take_in(replace(LIN, evidence=(kept.id,)))
    with pytest.raises(Invalid) as refusal:
        take_in(replace(LIN, text="另一件事", evidence=(kept.id,)))
    assert (refusal.value.field, refusal.value.code) == ("evidence", "not_claimable")
    assert Report.objects.count() == 1


# ---- the code ----


def test_the_code_has_128_bits_and_stands_nowhere_in_the_database(take_in):
    received = take_in(LIN)
    assert re.fullmatch(r"371072-[2-9a-hjkmnp-z]{27}", received.code)
    assert queries.tracking_code(received.report_id) == received.code
    (row,) = Report.objects.values()
    assert received.code[7:] not in str(row)


def spellings(code):
    """The same code as people type, read out and paste it."""
    return [
        code.upper(),
        f"  {code}\n",
        code.replace("-", ""),
        code.replace("-", "—"),
        " ".join(code),
        "\u200b".join(code),
        "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ]


def test_a_code_is_found_however_it_is_typed(take_in):
    received = take_in(LIN)
    assert {queries.by_code(code).id for code in spellings(received.code)} == {received.report_id}


@pytest.mark.parametrize(
    "code",
    [
        "",
        "371072",
        "371072-",
        "x" * 10_000,
        "371072-" + "2" * 27,
        "371072-" + "0" * 27,
        "%",
        "\0",
        "٣" * 33,
        "371072-林",
    ],
)
def test_a_wrong_code_finds_nothing(take_in, code):
    take_in(LIN)
    with pytest.raises(NotFound):
        queries.by_code(code)


def test_another_office_does_not_find_the_code(take_in, noon):
    received = take_in(LIN)
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id), pytest.raises(NotFound):
        queries.by_code(received.code)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"channel": "fax"}, "channel", "unknown"),
        ({"text": "坏\0字"}, "text", "nul"),
        ({"text": "坏\ud800字"}, "text", "surrogate"),
        ({"text": "坏\uffff字"}, "text", "noncharacter"),
        ({"text": "长" * 5001}, "text", "too_long"),
        ({"contact": "12"}, "contact", "not_a_phone"),
        ({"contact": "林"}, "contact", "not_a_phone"),
        ({"lon": 122.0}, "point", "half"),
        ({"lat": 37.0}, "point", "half"),
        ({"lon": float("nan"), "lat": 37.0}, "point", "out_of_range"),
        ({"lon": 122.0, "lat": float("inf")}, "point", "out_of_range"),
        ({"lon": 4_000_000.0, "lat": 500_000.0}, "point", "out_of_range"),
        ({"lon": 37.5, "lat": 122.1}, "point", "out_of_range"),
        ({"key": "short"}, "key", "malformed"),
        ({"key": "k" * 256}, "key", "malformed"),
        ({"key": "键" * 16}, "key", "malformed"),
        ({"key": "k" * 16 + " "}, "key", "malformed"),
        ({"evidence": tuple(new_id() for _ in range(10))}, "evidence", "too_many"),
        ({"evidence": (new_id(),) * 2}, "evidence", "named_twice"),
        ({"evidence": (new_id(),)}, "evidence", "not_claimable"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_leaves_nothing(take_in, change, field, code):
    with pytest.raises(Invalid) as refusal:
        take_in(replace(LIN, **change))
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert not Report.objects.exists()


def test_sabotage_without_the_check_of_the_point_a_report_could_lie_beyond_the_pole(take_in, monkeypatch):
    monkeypatch.setattr(intake, "point", lambda lon, lat: None)
    assert take_in(replace(LIN, lon=37.5, lat=122.1)).is_new


@pytest.mark.parametrize("text", ["", "  \n\t　"])
def test_a_report_says_something_or_shows_something(take_in, noon, text):
    with pytest.raises(Missing) as refusal:
        take_in(replace(LIN, text=text))
    assert refusal.value.facts == ("text_or_photo",)
    (kept,) = keep([Sent(photo())], at=noon)
    assert queries.by_code(take_in(replace(LIN, text=text, evidence=(kept.id,))).code).text == ""


@pytest.mark.parametrize(
    "text", ["长" * 5000, "👨‍👩‍👧‍👦" * 5000, "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u202e倒"]
)
def test_strange_but_honest_words_are_kept(take_in, text):
    assert queries.by_code(take_in(replace(LIN, text=text)).code).text == text


def test_a_tick_to_call_without_a_number_means_nothing(take_in):
    assert queries.by_code(take_in(replace(LIN, may_call=True)).code).may_call is False
