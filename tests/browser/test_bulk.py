"""A clerk's morning in short: three cases dispatched by one press, with the keyboard, looked at before and taken back after."""

from playwright.sync_api import expect

from tests.browser import deeds
from tests.browser.looking import Eye, findings
from tests.browser.people import Town

WORDS = "楼顶水箱盖被风掀开"


def test_three_cases_are_dispatched_by_one_press_and_taken_back(town: Town) -> None:
    desk = town.page("chen")
    eye = Eye(desk)
    for place in ("东边", "西边", "中间"):
        _, number = deeds.new_case(town, f"{WORDS}{place}")
        deeds.act_on_desk(desk, number, "受理立案")
    desk.goto(f"/desk/?view=opened&q={WORDS}")
    expect(desk.get_by_role("row").filter(has_text=WORDS)).to_have_count(3)
    desk.set_viewport_size({"width": 1440, "height": 900})
    for key in ("j", "x", "j", "j", "Shift+X"):
        desk.keyboard.press(key)
    expect(desk.get_by_label("对哪些案件").locator("option").first).to_have_text("勾选的 3 件")
    desk.get_by_role("button", name="派遣", exact=True).click()
    expect(desk.get_by_role("heading", name="可以办的 3 件")).to_be_visible()
    expect(desk.get_by_role("cell").filter(has_text=f"派给{deeds.COMPANY}")).to_have_count(3)
    assert findings(eye) == []
    desk.get_by_label("附一句话").fill("周五前一起看")
    desk.get_by_role("button", name="派遣勾选的").click()
    strip = desk.locator("#strip")
    expect(strip).to_contain_text("3 件里派遣了 3 件")
    assert findings(eye) == []
    strip.get_by_role("button", name="撤销").click()
    expect(desk.get_by_text("撤销了 3 件", exact=True)).to_be_visible()
    assert findings(eye) == []
    desk.goto(f"/desk/?view=opened&q={WORDS}")
    expect(desk.get_by_role("row").filter(has_text=WORDS)).to_have_count(3)
    assert findings(eye) == []


def test_without_script_the_page_is_chosen_from_the_menu(town: Town) -> None:
    desk = town.page("chen", java_script_enabled=False)
    desk.goto("/desk/")
    expect(desk.locator("[data-pick-all]")).to_be_hidden()
    desk.get_by_label("对哪些案件").select_option("page")
    desk.get_by_role("button", name="导出", exact=True).click()
    expect(desk.get_by_role("heading", name="导出选中的案件")).to_be_visible()
    expect(desk.get_by_role("button", name="下载 .xlsx")).to_be_visible()
