"""At a case: what worked elsewhere, what keeps coming back here, and what may be learned from it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case, RootCause
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.models import Practice
from gezhi.flows import practices as flow
from gezhi.web.casework import learned
from tests.cases.test_series import again
from tests.cast import Cast, solved, walk
from tests.web.desk.conftest import Desk, address, text

DAY = timedelta(days=1)


@pytest.fixture
def before(cast: Cast, noon: datetime) -> Case:
    """Solved a month ago at the same spot."""
    return solved(cast, noon - 30 * DAY)


@pytest.fixture
def case(cast: Cast, before: Case, noon: datetime) -> Case:
    """The same again."""
    return again(cast, noon)


def test_the_desk_is_asked_about_a_cure_and_raises_one(
    cast: Cast, before: Case, case: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    said = text(client.get(address(case)))
    for words in ("这里反复出现，要不要根治？", "一年内办结过 1 次", before.number[7:], "现在不"):
        assert words in said
    form = client.get(f"{address(case)}cure/")
    assert before.number in text(form)
    assert "根治：悦海社区 悦海花园 3号楼 2单元" in form.content.decode()
    answer = client.post(f"{address(case)}cure/", {"note": "根治：换整扇门", "meeting": "2026-03-09T14:00"})
    cure = Case.objects.get(split_from=case)
    assert (answer.status_code, answer["Location"]) == (302, address(cure))
    assert cure.state == "in_hand"
    assert cure.number in text(client.get(address(case)))
    assert "这是根治件" in text(client.get(address(cure)))
    assert client.post(f"{address(case)}cure/", {"note": "再来"}).status_code == 409
    assert client.get(f"{address(case)}cure/").status_code == 409


def test_what_was_typed_stands_there_when_it_is_refused(cast: Cast, case: Case, desk: Desk) -> None:
    answer = desk(cast.chen).post(f"{address(case)}cure/", {"note": "根治：换整扇门", "meeting": "下周"})
    assert (answer.status_code, "根治：换整扇门" in text(answer)) == (422, True)
    assert not Case.objects.filter(split_from=case).exists()


def test_not_now_is_kept_and_not_asked_again(cast: Cast, case: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    assert client.post(f"{address(case)}cure/", {"act": "not_now"}).status_code == 302
    said = text(client.get(address(case)))
    assert ("要不要根治" in said, "受理席答复过：现在不根治" in said) == (False, True)
    assert client.post(f"{address(case)}cure/", {"act": "not_now"}).status_code == 409


def test_who_is_not_its_desk_is_not_asked(cast: Cast, case: Case, desk: Desk) -> None:
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=case.received_at)
    client = desk(cast.sun)
    assert "反复出现" not in text(client.get(address(case)))
    assert client.get(f"{address(case)}cure/").status_code == 403
    assert client.post(f"{address(case)}cure/", {"act": "not_now"}).status_code == 403
    assert RootCause.objects.count() == 0


def test_a_closed_case_is_written_down_in_one_step_and_offered_where_the_same_opens(
    cast: Cast, before: Case, case: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    page = client.get(address(before))
    assert "把这次的做法记下来" in text(page)
    assert "已更换玻璃</textarea>" in page.content.decode()  # what was noted when it was done
    assert client.get(f"{address(before)}practice/").status_code == 200
    answer = client.post(f"{address(before)}practice/", {"practice": "王师傅换钢化玻璃"})
    made = Practice.objects.get()
    assert (answer["Location"], made.text, made.state) == (address(before), "某师傅换钢化玻璃", "offered")
    assert client.post(f"{address(before)}practice/", {"practice": "又一条"}).status_code == 422
    assert "某师傅换钢化玻璃" in text(client.get(address(case)))
    assert client.post(f"{address(case)}practice/{made.id}/", {"helped": "1"}).status_code == 302
    assert "这一件用了，有用" in text(client.get(address(case)))
    assert "某师傅换钢化玻璃" in text(
        client.get(f"/desk/catalogue/{catalogue.category(case.category_id).code}/")
    )
    made.refresh_from_db()
    assert made.useful == 1


def test_whoever_goes_out_reads_it_in_the_pocket_and_says_whether_it_helped(
    cast: Cast, before: Case, case: Case, desk: Desk, noon: datetime
) -> None:
    made = flow.learn(before.id, "换钢化玻璃", actor=cast.chen, at=noon)
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client, here = desk(cast.qian), f"/my/cases/{case.number}/"
    assert "换钢化玻璃" in text(client.get(here))
    assert client.post(f"{here}practice/{made.id}/", {"helped": "0"})["Location"] == here
    assert "这一件用了，没用" in text(client.get(here))


def test_a_practice_is_changed_with_history_and_withdrawn(
    cast: Cast, before: Case, desk: Desk, noon: datetime
) -> None:
    made = flow.learn(before.id, "换钢化玻璃", actor=cast.qian, at=noon)
    client, here = desk(cast.chen), f"/desk/practices/{made.id}/"
    assert "草稿，等受理席放出来" in text(client.get(here))
    assert client.post(here, {"act": "offer", "revision": "1"}).status_code == 302
    assert (
        client.post(here, {"act": "save", "revision": "2", "practice": "换钢化玻璃，包胶"}).status_code == 302
    )
    said = text(client.get(here))
    for words in ("同类的案件里会提示", "放出来", "修改", "换钢化玻璃，包胶", "陈"):
        assert words in said
    stale = client.post(here, {"act": "save", "revision": "1", "practice": "我改的"})
    assert (stale.status_code, "我改的" in text(stale)) == (422, True)
    assert client.post(here, {"act": "withdraw", "revision": "1"}).status_code == 409
    assert client.post(here, {"act": "withdraw", "revision": "3"}).status_code == 302
    assert desk(cast.qian).post(here, {"act": "offer", "revision": "4"}).status_code == 403


@pytest.mark.parametrize("who", ["chen", "qian"])
@pytest.mark.parametrize("closed", [1, 5])
def test_a_case_page_costs_one_statement_more_at_most(
    who: str, closed: int, cast: Cast, case: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(closed):
        done = solved(cast, noon - (20 - number) * DAY)
        flow.learn(done.id, f"做法 {number}", actor=cast.chen, at=noon)
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client = desk(getattr(cast, who))
    here = address(case) if who == "chen" else f"/my/cases/{case.number}/"

    def cost() -> int:
        client.get(here)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(here).status_code == 200
        return len(asked)

    learning = cost()
    nothing: dict[str, Any] = {"practices": [], "series": {}, "lesson": {}}
    monkeypatch.setattr(learned, "context", lambda *args: nothing)
    assert learning - cost() == (1 if who == "chen" else 0)
