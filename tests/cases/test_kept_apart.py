"""What complains of a company is kept from it: by its words, by its number, and as long as nobody has said what it is about."""

from datetime import datetime
from ipaddress import ip_address
from typing import Any

import pytest

from gezhi.cases import policy, reading
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.likely import alike_to
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.channels.outward import may_reach
from gezhi.flows import reach_reporter
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import sealing
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger import actions as ledger
from gezhi.ledger import queries as book
from gezhi.ledger.queries import LineFilter
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from gezhi.web.logs import hidden
from tests.cast import Cast, walk

pytestmark = pytest.mark.django_db
COMPLAINT, LAMP = "1204", "0504"
SAID = "李四投诉物业骂人"


def sent_to_the_company(cast: Cast, at: datetime) -> Case:
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)))
    return walk(cast.lin_reports(at), *moves, at=at)


def read_by(actor: Actor, case: Case) -> str:
    """All that the story tells this actor: words, and numbers of others."""
    steps = cases.timeline(case, actor=actor)
    return " ".join(
        [*(text for step in steps for text in step.words.values())]
        + [step.entry.after.get("elsewhere", "") for step in steps]
    )


def told_apart(cast: Cast, at: datetime) -> tuple[Case, Case]:
    case = sent_to_the_company(cast, at)
    wish = Move("split", note=SAID, category=catalogue.by_code(COMPLAINT).id, place=case.place_id)
    advance(case.id, wish, actor=cast.chen, at=at)
    return case, Case.objects.get(split_from=case.id)


def test_the_company_does_not_read_of_a_complaint_that_was_split_off(cast: Cast, noon: datetime) -> None:
    case, child = told_apart(cast, noon)
    for reader in (cast.sun, cast.qian):
        assert SAID not in read_by(reader, case)
        assert child.number not in read_by(reader, case)
    assert (SAID in read_by(cast.chen, case), child.number in read_by(cast.chen, case)) == (True, True)


def test_twin_unfiltered_the_company_would_read_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = told_apart(cast, noon)
    monkeypatch.setattr(reading, "_kept", lambda step: step)
    assert SAID in read_by(cast.sun, case)


def joined(cast: Cast, at: datetime) -> tuple[Case, Case]:
    case = sent_to_the_company(cast, at)
    complaint = cast.lin_reports(at, "物业骂人", category=catalogue.by_code(COMPLAINT).id)
    advance(case.id, Move("join", into=complaint.id, note=SAID), actor=cast.chen, at=at)
    return Case.objects.get(id=case.id), complaint


def test_the_company_does_not_read_into_which_complaint_its_case_went(cast: Cast, noon: datetime) -> None:
    case, complaint = joined(cast, noon)
    assert (SAID in read_by(cast.sun, case), complaint.number in read_by(cast.sun, case)) == (False, False)
    assert cases.numbers([complaint.id], actor=cast.sun) == {}
    assert cases.numbers([complaint.id], actor=cast.chen) == {complaint.id: complaint.number}


def test_the_ledger_names_no_case_that_its_reader_may_not_open(cast: Cast, noon: datetime) -> None:
    case, complaint = joined(cast, noon)
    sealing.seal(at=noon)
    ledger.catch_up(at=noon)

    def joined_into(actor: Actor) -> dict[str, str]:
        found = book.lines(LineFilter(), actor=actor)
        rows = book.rows(found, actor=actor, language="zh-hans", at=noon)
        return {row.line.number: row.joined_into for row in rows}

    assert joined_into(cast.sun)[case.number] == ""
    assert joined_into(cast.chen)[case.number] == complaint.number


# ---- nobody has said yet what it is about ----


def unread(cast: Cast, at: datetime, channel: str = "qr") -> Case:
    row = cast.town.row(cast.town.stairwell)
    intake = Intake(
        channel, text="保安打人", place=row.id, place_path=row.path, key=f"unread-{channel}-000000"
    )
    received = receive_report(Voice(intake, row), actor=VISITOR, at=at)
    return cases.of_report(received.report_id)


def test_a_voice_that_nobody_has_sorted_is_kept_from_the_company_that_serves_there(
    cast: Cast, noon: datetime
) -> None:
    case = unread(cast, noon)
    for of_company in (cast.sun, cast.qian):
        assert policy.roles_for(of_company, case) == frozenset()
        with pytest.raises(NotFound):
            cases.by_id(case.id, actor=of_company)
        with pytest.raises(NotFound):
            advance(case.id, Move("accept", category=catalogue.by_code("0501").id), actor=of_company, at=noon)
    glass = Move("accept", category=catalogue.by_code("0501").id)
    assert advance(case.id, glass, actor=cast.chen, at=noon).complained_of_id is None
    assert cases.by_id(case.id, actor=cast.sun).number == case.number


def test_twin_sorted_as_something_else_the_company_sees_it_at_once(cast: Cast, noon: datetime) -> None:
    assert cases.by_id(cast.lin_reports(noon).id, actor=cast.sun).complained_of_id is None


def test_what_nobody_has_sorted_may_join_an_ordinary_matter(cast: Cast, noon: datetime) -> None:
    known, same = sent_to_the_company(cast, noon), unread(cast, noon)
    assert advance(same.id, Move("join", into=known.id), actor=cast.chen, at=noon).ending == "duplicate"


# ---- names and numbers of people ----


def where_it_may_go(cast: Cast, noon: datetime) -> list[bool]:
    """Whether the voice of a complaint is offered, joined, and split off to a matter that its company reads."""
    about, plain = catalogue.by_code(COMPLAINT).id, catalogue.by_code(LAMP).id
    complaint, other = (cast.lin_reports(noon, SAID, category=one) for one in (about, plain))
    more = cast.lin_reports(noon, "李四又投诉", category=about)
    [second] = cases.report_ids([more.id])[more.id]
    advance(more.id, Move("join", into=complaint.id), actor=cast.chen, at=noon)
    moves = (Move("split", reports=(second,), note="灯", category=plain), Move("join", into=other.id))
    offered = other.id in [one.case.id for one in alike_to(complaint, actor=cast.chen, limit=9)]
    return [offered, *(taken(complaint, move, cast.chen, noon) for move in moves)]


def taken(case: Case, move: Move, actor: Actor, at: datetime) -> bool:
    try:
        advance(case.id, move, actor=actor, at=at)
    except Invalid:
        return False
    return True


def test_a_complaint_goes_only_where_its_company_cannot_read_it(cast: Cast, noon: datetime) -> None:
    assert where_it_may_go(cast, noon) == [False, False, False]


def test_twin_were_it_no_complaint_it_would_go_everywhere(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.complaint.is_complaint", lambda _case: False)
    assert where_it_may_go(cast, noon) == [True, True, True]


def test_a_case_is_called_without_numbers_of_people_and_by_the_desks_words_once_it_has_some(
    cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon, "我叫吴九，电话13912345678，灯坏了")
    assert "13912345678" not in case.title
    [report] = cases.report_ids([case.id])[case.id]
    assert "13912345678" not in reports.for_handlers([report])[0].text
    reach_reporter.restate(case.id, report, "楼道灯坏了", actor=cast.chen, at=noon)
    assert Case.objects.get(id=case.id).title == "楼道灯坏了"


def test_words_split_from_words_are_erased_with_the_reporter(cast: Cast, noon: datetime) -> None:
    case, lamp = sent_to_the_company(cast, noon), catalogue.by_code(LAMP).id
    first = Move("split", note="王小明又说灯不亮", category=lamp, place=case.place_id)
    advance(case.id, first, actor=cast.chen, at=noon)
    child = Case.objects.get(split_from=case.id)
    second = Move("split", note="王小明还说门不关", category=lamp, place=case.place_id)
    advance(child.id, second, actor=cast.chen, at=noon)
    [report] = cases.report_ids([case.id])[case.id]
    reach_reporter.forget(case.id, report, "本人要求", actor=cast.chen, at=noon)
    assert set(Case.objects.values_list("title", flat=True)) == {""}
    grandchild = Case.objects.get(split_from=child.id)
    assert "王小明" not in "".join(read_by(cast.chen, one) for one in (case, child, grandchild))


CODE = "371072-" + "2345678abcdefghjkmnpqrstuvw"


@pytest.mark.parametrize(
    "address", ["/t/{}", "/T/{}", "/t//{}", "/r/{}", "/{}", "/api/v1/report/{}", "/x?c={}"]
)
def test_no_log_keeps_a_tracking_code_however_the_address_was_mistyped(address: str) -> None:
    said: Any = hidden(f"Not Found: {address.format(CODE)}")
    assert CODE[7:] not in said
    assert (
        hidden("Not Found: /desk/cases/371072-2026-0000001/") == "Not Found: /desk/cases/371072-2026-0000001/"
    )


@pytest.mark.parametrize("address", ["fec0::1", "3fff::1", "192.0.0.8"])
def test_no_message_goes_to_an_address_that_is_no_public_machines(address: str) -> None:
    assert not may_reach(ip_address(address), ())
