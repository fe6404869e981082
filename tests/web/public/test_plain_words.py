"""What the reporter's page says in plain words: what silence means, what is late, why it rests, how to look it up again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM
from gezhi.web import times
from gezhi.web.public import progress
from gezhi.web.punctuation import fours
from tests.cast import Cast, done, walk
from tests.web.public.conftest import picture, report

pytestmark = pytest.mark.django_db
PAUSED = "现在还不能办：等玻璃到货。3月16日再看能不能办，这段不算时间。"


@pytest.fixture
def now() -> datetime:
    """The views read the clock, so the moves of these tests are made at the real moment."""
    return datetime.now(UTC)


def in_hand(cast: Cast, at: datetime) -> Case:
    """The only case there is, accepted, given to the property company and taken."""
    case = walk(Case.objects.get(), (cast.chen, Move("accept")), at=at)
    return walk(case, (cast.chen, Move("dispatch", party=cast.property)), (cast.sun, Move("take")), at=at)


def to_confirm(cast: Cast, at: datetime) -> Case:
    return walk(in_hand(cast, at), (cast.sun, done(at)), (cast.zhao, Move("pass_check", note="看过")), at=at)


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_whoever_is_asked_reads_what_his_silence_means(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    case = to_confirm(cast, now)
    until = times.moment(now + timedelta(days=7), now)
    meant = f"到 {until} 没有答复，就先算办好；之后觉得没办好，还能请重新办。"
    assert (meant in words(door.get(page)), case.due_at) == (True, now + timedelta(days=7))
    door.post(page, {"event": "unsatisfied", "version": case.version, "reason": "partly"})
    assert "没有答复，就先算办好" not in words(door.get(page))


def test_a_second_chance_is_promised_only_where_there_is_one(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon)
    case = to_confirm(cast, noon)
    monkeypatch.setattr("gezhi.cases.queries.REPORTER_MAY_REOPEN", frozenset())
    assert progress.silence(case, noon) == "到 3月9日 12:00 没有答复，就先算办好。"


def test_the_yes_claims_no_more_than_that_it_is_done(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    to_confirm(cast, now)
    said = words(door.get(page))
    assert (" 办好了 " in said, "满意" in said) == (True, False)


def here_text(case: Case, at: datetime, *, may_urge: bool = True) -> str:
    """The text of the step where the case is."""
    why = progress.paused_for(cases.pauses(case))
    rows = progress.steps(case, cases.timeline(case), at, paused_for=why, may_urge=may_urge)
    return "".join(row["text"] for row in rows if row["state"] == "now")


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        (0, "超过时间了。"),
        (1, "超过时间了，已提醒办理单位的负责人。"),
        (2, "超过时间了，已报上一级督办。"),
    ],
)
def test_what_is_late_is_said_with_the_rung_that_was_reached(
    rungs: int, said: str, cast: Cast, noon: datetime
) -> None:
    cast.lin_reports(noon)
    case, late = in_hand(cast, noon), noon + timedelta(days=20)
    assert here_text(case, noon) == "有人正在办。"
    parties = (cast.property, cast.desk_a)[:rungs]
    case = walk(case, *((SYSTEM, Move("escalate", party=party)) for party in parties), at=late)
    assert here_text(case, late) == f"{said}可以催一下，或打下面的电话。"
    assert here_text(case, late, may_urge=False) == f"{said}着急的话，请打下面的电话。"


def test_a_desk_that_has_not_looked_in_time_promises_nothing_more(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert "预计" in here_text(case, noon)
    assert here_text(case, noon + timedelta(days=9)) == "超过时间了。可以催一下，或打下面的电话。"


def test_a_pause_is_said_with_its_reason_and_its_end(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    wait = Move("carry_forward", reason="等玻璃到货。", until=noon + timedelta(days=14))
    case = walk(in_hand(cast, noon), (cast.zhou, wait), at=noon)
    later = noon + timedelta(days=30)
    assert [here_text(case, at) for at in (noon, later)] == [PAUSED, PAUSED]


def test_one_pause_has_no_sum_of_pauses(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    case, later = in_hand(cast, noon), noon + timedelta(hours=2)
    sums = []
    for at in (noon, later):
        wait = Move("carry_forward", reason="等玻璃到货", until=at + timedelta(days=14))
        case = walk(case, (cast.zhou, wait), at=at)
        case = walk(case, (cast.sun, Move("resume")), at=at + timedelta(hours=1))
        sums.append(progress.pauses(cases.pauses(case), later)[1])
    assert sums == ["", "2 小时"]


def test_before_and_now_stand_side_by_side(door: Client, here: str, cast: Cast, now: datetime) -> None:
    page = report(door, here, photos=[picture()])
    version = to_confirm(cast, now).version
    beside = []
    for _ in range(2):
        html = door.get(page).content.decode()
        beside.append(re.findall(r'class="field-label">([^<]+)<', html.partition('"before-after"')[2]))
        door.post(page, {"event": "satisfied", "version": version})
    assert beside == [["以前", "现在"]] * 2


def test_where_no_picture_was_sent_the_new_one_stands_alone(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    to_confirm(cast, now)
    html = door.get(page).content.decode()
    assert re.findall(r'class="field-label">([^<]+)<', html.partition('"before-after"')[2]) == ["现在"]


def test_the_code_is_read_in_groups_and_found_as_it_is_read(door: Client, here: str) -> None:
    page = report(door, here)
    code = page.rsplit("/", 1)[1]
    receipt = door.get(f"{page}?new=1").content.decode()
    shown = re.search(r'id="code">([^<]+)<', receipt)
    assert shown is not None
    assert (shown[1], [len(part) for part in shown[1].split()]) == (fours(code), [6, 4, 4, 4, 4, 4, 4, 3])
    assert receipt.index("请报编号") < receipt.index('id="code"')
    for typed in (shown[1], shown[1].upper(), shown[1].replace(" ", "\u00a0")):
        answer = door.post("/find", {"code": typed})
        assert (answer.status_code, answer["Location"]) == (303, page)


def test_a_place_is_called_by_the_number_on_its_poster(door: Client, here: str, cast: Cast) -> None:
    row = cast.town.row(cast.town.stairwell)
    for path in (f"/p/{row.code}", "/?q=2单元"):
        said = words(door.get(path))
        assert (f"位置编号 {row.number}" in said, row.code in said) == (True, False)
