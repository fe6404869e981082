"""The reporter presses twice, thinks again within minutes, or is overtaken by the desk: nothing he says is lost, nothing counts twice."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import reporter_speaks as flow
from gezhi.reports import queries as reports
from gezhi.web.public import status as status_view
from tests.cast import Cast, done, walk
from tests.evidence.pictures import file_of, scene
from tests.web.public.conftest import picture, report

pytestmark = pytest.mark.django_db
OTHER = file_of(scene(64, 48))


@pytest.fixture
def now() -> datetime:
    """The views read the clock, so the moves of these tests are made at the real moment."""
    return datetime.now(UTC)


@pytest.fixture
def asked(door: Client, here: str, cast: Cast, now: datetime) -> str:
    """The page of a reporter who is asked whether it is done well."""
    page = report(door, here)
    case = walk(
        Case.objects.get(),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        at=now,
    )
    walk(
        case,
        (cast.sun, Move("take")),
        (cast.sun, done(now)),
        (cast.zhao, Move("pass_check", note="看过")),
        at=now,
    )
    return page


def said_no(**more: Any) -> dict[str, Any]:
    version = {"version": Case.objects.get().version}
    return {"event": "unsatisfied", "reason": "partly", "text": "只换了一块"} | version | more


def added(page: str) -> list[tuple[str, int]]:
    """Words added to his report, and how many pictures with them."""
    report_id = reports.by_code(page.rsplit("/", 1)[1]).id
    return [(one.text, len(one.evidence)) for one in reports.added(report_id)]


def test_a_no_twice_is_one_no(door: Client, asked: str) -> None:
    first = said_no()
    for sent in (first, first | {"photos_unsatisfied": []}):
        assert door.post(asked, sent).status_code == 303
    assert (added(asked), len(of_event("unsatisfied"))) == ([("只换了一块", 0)], 1)


def of_event(event: str) -> list[str]:
    story = cases.timeline(Case.objects.get())
    return [step.words.get("reason", "") for step in story if step.entry.event == event]


def think_again(door: Client, page: str) -> None:
    """A no; and within minutes another reason, other words and another picture. The second is pressed twice."""
    first = said_no()
    door.post(page, first | {"photos_unsatisfied": [picture()]})
    for _ in range(2):
        second = first | {
            "reason": "again",
            "text": "又碎了\r\n两块",
            "photos_unsatisfied": [picture(), picture(data=OTHER)],
        }
        assert door.post(page, second).status_code == 303


def test_other_words_within_minutes_are_added_once(door: Client, asked: str) -> None:
    think_again(door, asked)
    assert added(asked) == [("只换了一块", 1), ("修好又坏了\n又碎了\n两块", 1)]
    assert of_event("unsatisfied") == ["只修了一部分"]


def test_sabotage_without_the_second_look_other_words_would_be_thanked_for_and_lost(
    door: Client, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "_keep_more", lambda *said: None)
    think_again(door, asked)
    assert added(asked) == [("只换了一块", 1)]


def test_whoever_reopens_and_explains_a_moment_later_is_heard(door: Client, asked: str) -> None:
    door.post(asked, {"event": "satisfied", "version": Case.objects.get().version})
    sent = {"event": "reopen", "version": Case.objects.get().version, "reason": "again"}
    door.post(asked, sent)
    door.post(asked, sent | {"text": "今早又掉了"})
    assert (added(asked), len(of_event("reopen"))) == ([("今早又掉了", 0)], 1)


def test_words_of_several_lines_twice_are_added_once(door: Client, here: str) -> None:
    page = report(door, here)
    for _ in range(2):
        door.post(page, {"event": "add", "text": "门也坏了\r\n两扇 "})
    assert added(page) == [("门也坏了\n两扇 ", 0)]


def overtaken(door: Client, page: str, cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Any:
    """He adds something; between the look at his case and its lock the desk has joined it into another."""
    seen, real = [Case.objects.get()], cases.of_report
    other = cast.lin_reports(at)
    advance(seen[0].id, Move("join", into=other.id), actor=cast.chen, at=at)
    monkeypatch.setattr(flow.cases, "of_report", lambda id: seen.pop() if seen else real(id))
    return door.post(page, {"event": "add", "text": "门也坏了"})


def test_whose_matter_is_joined_meanwhile_reads_that_it_changed(
    door: Client, here: str, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = overtaken(door, report(door, here), cast, now, monkeypatch)
    assert answer.status_code == 409
    assert ("请看最新情况" in answer.content.decode(), "门也坏了" in answer.content.decode()) == (True, True)


def test_sabotage_without_the_translation_it_would_seem_never_reported(
    door: Client, here: str, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_view, "OVERTAKEN", ())
    assert overtaken(door, report(door, here), cast, now, monkeypatch).status_code == 404


def kept(html: str) -> list[str]:
    return re.findall(r'name="kept_photos" value="([^"]+)"', html)


def test_too_many_deeds_keep_the_pictures_that_were_there(
    door: Client, asked: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = said_no(key="a-form-shown-once-000")
    first = door.post(asked, sent | {"reason": "", "photos_unsatisfied": [picture()]})
    settings.GEZHI_LIMITS = True
    monkeypatch.setattr(status_view, "MOST_PER_HOUR", 0)
    again = door.post(asked, sent | {"kept_photos": kept(first.content.decode())})
    html = again.content.decode()
    assert (again.status_code, len(kept(html)), "只换了一块" in html) == (429, 1, True)
    assert int(again["Retry-After"]) > 0
