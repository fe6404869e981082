"""S2: a spotter (啄木鸟) reports by the code on the building, a second voice comes through a program; one case answers both to its end."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import deeds, programs
from tests.browser.people import Town, camera

WORDS = "三单元进门的玻璃裂成了蜘蛛网"
SAME = "啄木鸟群里转来：9号楼三单元大门玻璃快掉下来了"
ASKED = "请看看办得怎么样，告诉我们。"
SPOTTER, NEIGHBOUR = "13806310001", "13806310002"
# What would make spotting a race: a score, a rank, a number of reports to reach.
COUNTED = re.compile(
    r"积分|得分|排名|排行|名次|指标|任务量|奖励|达人|\b(?:points|score|rank|quota|badge)s?\b", re.I
)


class Neighbour:
    """The second voice: what the programs' door says to whoever holds its code."""

    def __init__(self, town: Town, place: str) -> None:
        self._door = f"{town.served.url}/api/v1/reports"
        receipt = programs.sent(
            self._door, {"text": SAME, "place": place, "category": "0501", "contact": NEIGHBOUR}
        )
        self.code, self.page = receipt["code"], receipt["url"]

    def told(self) -> dict[str, Any]:
        """The answer of GET reports/{code}."""
        return programs.got(f"{self._door}/{self.code}")

    @property
    def number(self) -> str:
        """The case that answers for it now."""
        return str(self.told()["case"]["number"])


def test_a_spotter_by_code_and_a_neighbour_by_program_hear_of_one_case_to_its_end(town: Town) -> None:
    spotter, desk = town.phone(), town.page("chen")
    place = deeds.place_code(spotter)
    code, first = _spotted(spotter, place)
    deeds.act_on_desk(desk, first, "受理立案")
    neighbour = Neighbour(town, place)
    second = neighbour.number
    assert second != first
    _joined_by_one_press(desk, second, first)
    assert neighbour.told()["step"] == "being_solved"
    assert neighbour.number == first
    _taken_apart(desk, second)
    assert (neighbour.number, neighbour.told()["case"]["state"]) == (second, "reported")
    _joined_by_one_press(desk, second, first)
    _mended(town, desk, first)
    assert (neighbour.told()["step"], neighbour.number) == ("please_confirm", first)
    assert _owed_calls(desk) == 2
    _read(spotter, f"/t/{code}", ASKED, "别人反映的同一件事也合到这里", 2)
    _read(town.phone(), neighbour.page, ASKED, "您反映的和这件是同一件事，合在一起办", 2)
    expect(spotter.locator(".timeline").get_by_text("合过来的一件又分开单独办理")).to_have_count(1)
    spotter.get_by_role("button", name="办好了", exact=True).click()
    expect(spotter.get_by_text("谢谢，这件事办结了。")).to_be_visible()
    last = neighbour.told()
    assert (last["step"], last["ending"], last["case"]) == (
        "done",
        "solved",
        {"number": first, "state": "closed"},
    )
    _read(town.phone(), neighbour.page, "办好了，另一个人到现场看过。", "反映的人说办好了", 1)
    assert _owed_calls(desk) == 0
    assert list(_counted(spotter, [f"/t/{code}", f"/p/{place}", f"/r/{place}", "/"], json.dumps(last))) == []
    checked = town.served.command("check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert town.served.complaints() == []


def _spotted(page: Page, place: str) -> tuple[str, str]:
    """On the phone, from the address in the code on the building; (tracking code, case number)."""
    page.goto(f"/r/{place}")
    deeds.fill_report(page, WORDS, [camera(WORDS)])
    page.get_by_label("您的电话").fill(SPOTTER)
    code = deeds.send(page)
    return code, deeds.case_number(page)


def _joined_by_one_press(desk: Page, number: str, into: str) -> None:
    """The sheet of the second names the first among what may be the same; one press, and it is joined."""
    sheet = deeds.open_on_desk(desk, number)
    alike = (
        sheet.get_by_role("region", name="可能是同一件")
        .locator("form")
        .filter(has=desk.locator(f"[href*='{into}']"))
    )
    expect(alike).to_contain_text("同一处、同一类")
    alike.get_by_role("button", name="并入这件").click()
    expect(desk.get_by_text(f"{number}：已并入其他案件")).to_be_visible()


def _taken_apart(desk: Page, number: str) -> None:
    desk.goto(f"/desk/cases/{number}/")
    desk.get_by_role("button", name="撤销并案").click()
    expect(desk.get_by_text(f"{number}：并案已撤销")).to_be_visible()


def _mended(town: Town, desk: Page, number: str) -> None:
    """Through the hands of the company and of one who looks at it."""
    deeds.dispatch(desk, number)
    ding = town.phone("ding")
    deeds.open_on_phone(ding, WORDS)
    ding.get_by_role("button", name="签收", exact=True).click()
    expect(ding.get_by_role("heading", name="处置中")).to_be_visible()
    deeds.mend(ding, WORDS, "换了整块玻璃")
    deeds.act_on_desk(town.page("zhao"), number, "核查通过", 核查所见="玻璃是新的")


def _read(page: Page, address: str, now: str, told: str, times: int) -> None:
    """A reporter's page: what the step says that it has come to, and what he is told, so many times."""
    page.goto(address)
    expect(page.get_by_role("region", name="办到哪一步").get_by_text(now)).to_be_visible()
    expect(page.locator(".timeline").get_by_text(told)).to_have_count(times)


def _owed_calls(desk: Page) -> int:
    """Whoever left a number is rung up, too."""
    desk.goto("/desk/calls/")
    return desk.get_by_role("row").filter(has_text=WORDS).count()


def _counted(page: Page, addresses: list[str], answer: str) -> Iterator[str]:
    """Words of a race, on the pages that a spotter sees and in what a program is told."""
    for address in addresses:
        page.goto(address)
        yield from COUNTED.findall(page.locator("body").inner_text())
    yield from COUNTED.findall(answer)


@pytest.mark.parametrize("race", ["本月积分 12", "排名第三", "3 points", '{"rank": 1}'])
def test_words_of_a_race_would_be_found(town: Town, race: str) -> None:
    """The twin: the same search over a page that has one."""
    page = town.phone()
    page.goto("/")
    page.locator("h1").evaluate("(one, words) => { one.textContent = words }", race)
    assert COUNTED.search(page.locator("body").inner_text())
