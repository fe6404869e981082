"""A reporter's phone number: sealed at rest, shown for a reason that the reporter reads, gone when erased."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from gezhi.journal import check as journal_check
from gezhi.journal.queries import story
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.reports import actions, queries
from gezhi.reports.actions import reveal_contact
from gezhi.reports.contact import seal, unseal
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import city_scope

NUMBER = "13800138000"
LIN = Intake("qr", "楼道灯不亮", contact="138-0013-8000", may_call=True)
WHY = "上门前联系"


def everything_stored() -> str:
    """All that the database holds of reports and the journal, as one text."""
    found = []
    with city_scope("a stolen database is read as a whole"), connection.cursor() as cursor:
        for table in ("reports_report", "journal_entry", "journal_words"):
            cursor.execute(f"SELECT * FROM {table}")
            found += [
                "|".join(bytes(v).hex() if isinstance(v, bytes | memoryview) else str(v) for v in row)
                for row in cursor.fetchall()
            ]
    return "\n".join(found)


def is_hidden(stored: str) -> bool:
    """Whether neither the number, nor its tail, nor its bytes are found."""
    return not any(sign in stored for sign in (NUMBER, "138-0013-8000", NUMBER.encode().hex()))


def test_the_number_stands_nowhere_in_clear(take_in, chen, noon):
    received = take_in(LIN)
    reveal_contact(received.report_id, WHY, actor=chen, at=noon)
    assert is_hidden(everything_stored())


def test_twin_a_number_stored_plainly_is_noticed(take_in, monkeypatch):
    from gezhi.reports import contact

    monkeypatch.setattr(contact, "_shut", lambda key, plain, report_id: plain)
    take_in(LIN)
    assert not is_hidden(everything_stored())


def test_the_same_number_is_sealed_differently_each_time(take_in):
    take_in(LIN)
    take_in(LIN)
    first, second = Report.objects.values("contact", "contact_key", "contact_tail")
    assert all(bytes(first[f]) != bytes(second[f]) for f in ("contact", "contact_key"))
    assert first["contact_tail"] != second["contact_tail"]


def test_a_sealed_number_moved_to_another_report_opens_nothing(office):
    one, other = new_id(), new_id()
    sealed = seal(one, NUMBER)
    assert unseal(one, sealed.number, sealed.key) == NUMBER
    with pytest.raises(InvalidTag):
        unseal(other, sealed.number, sealed.key)
    with pytest.raises(InvalidTag):
        unseal(one, sealed.number[:-1] + bytes([sealed.number[-1] ^ 1]), sealed.key)


def test_a_reveal_is_journalled_and_the_reporter_sees_it(take_in, chen, noon):
    received = take_in(LIN)
    assert reveal_contact(received.report_id, f"  {WHY} ", actor=chen, at=noon) == NUMBER
    (seen,) = queries.reveals(received.report_id)
    assert seen == queries.Reveal(noon, chen.id, ("clerk",), tuple(chen.parties()), f"  {WHY} ")
    assert list(journal_check.findings()) == []


def journalled_reveals(take_in, chen, noon):
    """(numbers given out, lines the reporter sees)."""
    received = take_in(LIN)
    given = [reveal_contact(received.report_id, WHY, actor=chen, at=noon) for _ in range(2)]
    return len(given), len(queries.reveals(received.report_id))


def test_every_number_given_out_has_its_line(take_in, chen, noon):
    given, seen = journalled_reveals(take_in, chen, noon)
    assert given == seen == 2


def test_twin_a_reveal_without_the_journal_is_noticed(take_in, chen, noon, monkeypatch):
    monkeypatch.setattr(actions, "record", lambda *deeds, actor, at: [])
    given, seen = journalled_reveals(take_in, chen, noon)
    assert given != seen


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_no_reason_no_number(take_in, chen, noon, reason):
    received = take_in(LIN)
    with pytest.raises(Missing) as refusal:
        reveal_contact(received.report_id, reason, actor=chen, at=noon)
    assert refusal.value.facts == ("reason",)
    assert queries.reveals(received.report_id) == []


def test_a_journal_that_takes_nothing_gives_no_number(take_in, chen, noon, monkeypatch):
    received = take_in(LIN)

    def full(*deeds, actor, at):
        raise OSError("no space")

    monkeypatch.setattr(actions, "record", full)
    with pytest.raises(OSError, match="no space"):
        reveal_contact(received.report_id, WHY, actor=chen, at=noon)


def test_who_left_no_number_has_none_to_reveal(take_in, chen, noon):
    silent = take_in(Intake("qr", "楼道灯不亮"))
    with pytest.raises(Invalid) as refusal:
        reveal_contact(silent.report_id, WHY, actor=chen, at=noon)
    assert (refusal.value.field, refusal.value.code) == ("contact", "none")
    with pytest.raises(NotFound):
        reveal_contact(new_id(), WHY, actor=chen, at=noon)
    assert [step.entry.event for step in story("report", silent.report_id)] == ["received"]


@pytest.mark.parametrize(
    ("tail", "found"), [("8000", True), ("0000", False), ("", False), ("800", False), ("８０００", False)]
)
def test_who_asks_by_phone_names_the_last_four_digits(take_in, tail, found):
    silent, left = take_in(Intake("qr", "楼道灯不亮")), take_in(LIN)
    row = queries.by_tail([silent.report_id, left.report_id], tail)
    assert (row.id if row else None) == (left.report_id if found else None)


def test_handlers_and_desk_rows_have_no_number(take_in):
    received = take_in(LIN)
    (copy,), (row,) = queries.for_handlers([received.report_id]), queries.for_desk([received.report_id])
    assert "contact" not in copy._fields
    assert (row.has_contact, row.may_call, copy.may_call) == (True, True, True)
    assert is_hidden(f"{copy}{row}")
