"""One case from the QR code on the door to the ledger, through every pair of hands, and the office's books are true afterwards."""

import re
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser import deeds
from tests.browser.people import Town, camera

WORDS = "二单元门上的玻璃碎了一地"
LEDGER_SECONDS = 15


def test_a_case_goes_from_the_code_on_the_door_to_the_ledger(town: Town, tmp_path: Path) -> None:
    resident = town.phone(java_script_enabled=False)
    code, number = _report(resident)
    desk, ding, zhao = town.page("chen"), town.phone("ding"), town.page("zhao")
    deeds.act_on_desk(desk, number, "受理立案")
    deeds.dispatch(desk, number)
    deeds.act_on_desk(
        town.page("sun"), number, "退回", **{"自己写，或补充几句": "这扇门还在保修，请先找开发商"}
    )
    deeds.dispatch(desk, number)
    _take(ding)
    deeds.mend(ding, WORDS, "换了玻璃")
    deeds.act_on_desk(zhao, number, "核查不通过", 理由="地上还有碎片")
    deeds.mend(ding, WORDS, "碎片扫干净了")
    deeds.act_on_desk(zhao, number, "核查通过", 核查所见="门是新玻璃，地上干净")
    _confirm(resident, code)
    assert _line_in_workbook(desk, number, tmp_path)[-1] == "已结案"
    checked = town.served.command("check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert town.served.complaints() == []


def _report(page: Page) -> tuple[str, str]:
    """Without account and script: a photo, a chip, words. No personal field is filled."""
    page.goto(f"/r/{deeds.place_code(page)}")
    deeds.fill_report(page, WORDS, [camera(WORDS)])
    code = deeds.send(page)
    expect(page.locator("[aria-current=step]")).to_contain_text("已收到")
    return code, deeds.case_number(page)


def _take(page: Page) -> None:
    deeds.open_on_phone(page, WORDS)
    page.get_by_role("button", name="签收", exact=True).click()
    expect(page.get_by_role("heading", name="处置中")).to_be_visible()


def _confirm(page: Page, code: str) -> None:
    """On the status page, again without script; the pictures of the mended door are shown beside the question."""
    page.goto(f"/t/{code}")
    expect(page.locator("[aria-current=step]")).to_contain_text("请您确认")
    expect(page.get_by_role("heading", name="办好了吗？")).to_be_visible()
    page.get_by_role("button", name="办好了", exact=True).click()
    expect(page.get_by_text("谢谢，这件事办结了。")).to_be_visible()


def _line_in_workbook(page: Page, number: str, folder: Path) -> list[str]:
    """The words of the case's line in the ledger's workbook, its state last. The worker brings the ledger up within seconds."""
    for _ in range(LEDGER_SECONDS):
        page.goto(f"/desk/ledger/?state=closed&words={number}")
        if page.get_by_role("row").filter(has_text=number[7:]).count():
            break
        page.wait_for_timeout(1000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 Excel").click()
    assert re.fullmatch(r"问题处理台账-\d{8}-\d{4}\.xlsx", waiting.value.suggested_filename)
    waiting.value.save_as(folder / "ledger.xlsx")
    sheet = load_workbook(BytesIO((folder / "ledger.xlsx").read_bytes())).worksheets[0]
    lines = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    (line,) = [line for line in lines if number in line]
    return sorted(line, key="已结案".__eq__)
