"""Books are read one at a time, and a large one not for ever: who comes meanwhile waits, and his file is kept."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.channels import books as channel
from gezhi.kernel.refusal import NotFromHere
from gezhi.reports.models import IncomingBook, Report
from gezhi.web.desk import books_in, keeper
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_books_in import BOOKS, HEADS, ROWS, columns, csv, kept, sent
from tests.working import tick


def test_while_another_book_is_read_one_is_told_to_wait_and_nothing_is_lost(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    monkeypatch.setattr(keeper, "WAIT_SECONDS", 0.01)
    before = kept().fields
    with keeper.TURN:
        asked = [
            client.get(f"{BOOKS}{kept().id}/"),
            client.post(f"{BOOKS}{kept().id}/", columns(kept(), c6="note")),
            client.get(f"{BOOKS}{kept().id}/trial/"),
            client.get(f"{BOOKS}{kept().id}/findings/"),
        ]
        assert client.get(BOOKS).status_code == 200
    assert [answer.status_code for answer in asked] == [409, 409, 409, 409]
    assert all("正在读另一本，请稍等再试" in text(answer) for answer in asked)
    assert kept().fields == before
    assert client.post(f"{BOOKS}{kept().id}/", columns(kept(), c6="note")).status_code == 302


def waits(client: Any, monkeypatch: pytest.MonkeyPatch, data: bytes, name: str = "台账.csv") -> str:
    """Uploaded while another book is being read; the page that it waits on."""
    monkeypatch.setattr(keeper, "WAIT_SECONDS", 0.01)
    with keeper.TURN:
        page = str(sent(client, data, name)["Location"])
        for path in (page, f"{page}trial/", f"{page}findings/"):
            assert "正在读另一本台账，请稍等" in text(client.get(path, follow=True))
    return page


def test_a_file_sent_while_another_is_read_is_kept_and_gone_on_with(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(cast.chen)
    page = waits(client, monkeypatch, csv(HEADS, *ROWS))
    assert (kept().layout, kept().fields) == ("", [])
    assert "等着读" in text(client.get(BOOKS))  # whoever left the page finds it again
    asked = client.get(page, headers={"HX-Request": "true"})  # as the page does every three seconds
    assert (asked.status_code, asked.headers.get("HX-Redirect")) == (200, page)
    assert "表头在第 1 行，下面 3 行" in text(client.get(page))


def test_twin_without_keeping_it_he_would_choose_his_file_again(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **more: Any) -> Any:
        raise NotFromHere("another_is_read")

    monkeypatch.setattr(keeper, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(channel, "keep", refused)
    with keeper.TURN:
        assert sent(desk(cast.chen), csv(HEADS, *ROWS)).status_code == 422
    assert not IncomingBook.objects.exists()


@pytest.mark.parametrize("asked", [{}, {"HX-Request": "true"}])
def test_a_kept_file_that_cannot_be_read_is_told_and_gone(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    client = desk(cast.chen)
    page = waits(client, monkeypatch, b"x", "台账.xlsx")
    answer = client.get(page, headers=asked)
    assert (answer.status_code, "台账.xlsx" in text(answer)) == (200 if asked else 422, True)
    assert not IncomingBook.objects.exists()


def test_of_a_large_book_the_trial_judges_some_seconds_and_says_so(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(cast.chen)
    rows = [(str(at), "悦海花园3号楼", f"第 {at} 盏路灯不亮", "", "", "", "") for at in range(250)]
    sent(client, csv(HEADS, *rows, ("250", "", "", "", "", "", "")))
    client.post(f"{BOOKS}{kept().id}/", columns(kept()))
    whole = client.get(f"{BOOKS}{kept().id}/trial/")
    assert (whole.status_code, "核对了 251 行" in text(whole)) == (422, True)  # the last row says nothing
    monkeypatch.setattr(channel, "TRIAL_SECONDS", -1)
    cut = client.get(f"{BOOKS}{kept().id}/trial/")
    assert cut.status_code == 200
    assert "台账很大，先核对了前 200 行（共 251 行）" in text(cut)
    assert "核对全部 251 行并导入" in text(cut)
    table = client.get(f"{BOOKS}{kept().id}/findings/").content.decode("utf-8-sig")
    assert "只核对了前 200 行，其余的导入时逐行核对。" in table
    client.post(f"{BOOKS}{kept().id}/begin/")
    tick(noon)
    assert (kept().stage, Report.objects.count()) == ("failed", 0)  # all or nothing, as ever
    assert "第 252 行，问题描述：不能为空" in text(client.get(f"{BOOKS}{kept().id}/"))


def test_twin_without_turns_any_number_would_be_read_at_once(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_in, "in_turn", lambda read: read())
    with keeper.TURN:
        assert sent(desk(cast.chen), csv(HEADS, *ROWS)).status_code == 302


def test_a_book_that_cannot_be_read_gives_its_turn_back(cast: Cast, desk: Desk) -> None:
    sent(desk(cast.chen), b"x", "台账.xlsx")
    assert sent(desk(cast.chen), csv(HEADS, *ROWS)).status_code == 302
