"""Two neighbours, one dark stair: the second is asked, taps once, and his words and picture come along; the desk joins him in one press."""

import pytest
from playwright.sync_api import expect

from tests.browser import deeds
from tests.browser.people import Town, camera

LIGHT = "楼道灯不亮"


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_one_tap_takes_along_what_was_typed(town: Town, scripts: bool) -> None:
    first, second = town.phone(), town.phone(java_script_enabled=scripts)
    place = deeds.place_code(first)
    first.goto(f"/r/{place}")
    deeds.fill_report(first, f"一楼到二楼全黑 {scripts}", [camera("一楼到二楼全黑")], chip=LIGHT)
    deeds.send(first)
    number = deeds.case_number(first)
    desk = town.page("chen")
    deeds.act_on_desk(desk, number, "受理立案")
    second.goto(f"/r/{place}")
    mine = f"灯又不亮了，老人摔了一跤 {scripts}"
    deeds.fill_report(second, mine, [camera(mine)], chip=LIGHT)
    second.get_by_role("button", name="提交").click()
    expect(second.get_by_role("heading", name="是不是同一件事？")).to_be_visible()
    second.locator(f"button[name=same][value='{number}']").click()
    expect(second.get_by_role("heading", name="收到了，谢谢您")).to_be_visible()
    tap = deeds.case_number(second)
    sheet = deeds.open_on_desk(desk, tap)
    expect(sheet.get_by_text(mine)).to_be_visible()
    for _look in range(12):  # the worker makes the copies that are shown
        if sheet.locator("section img").count():
            break
        desk.wait_for_timeout(3000)
        sheet = deeds.open_on_desk(desk, tap)
    expect(sheet.locator("section img").first).to_be_visible()
    sheet.get_by_role("button", name="并入这件").first.click()
    expect(desk.get_by_text(f"{tap}：已并入其他案件")).to_be_visible()
