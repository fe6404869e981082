"""One voice is one report: double taps, two tabs, and forms that come back with everything in them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import deeds
from tests.browser.people import Town, broken_picture, camera

WHOLE_BROWSER = True  # people go back to the form they have sent


def _ready_form(town: Town, words: str, **more: object) -> Page:
    page = town.phone(**more)
    page.goto(f"/r/{deeds.place_code(page)}")
    deeds.fill_report(page, words, [camera(words)])
    return page


def _cases_about(town: Town, words: str) -> int:
    """How many cases chen's list shows for these words."""
    desk = town.page("chen")
    desk.goto("/desk/")
    desk.get_by_role("searchbox", name="搜索内容或编号").fill(words)
    desk.get_by_role("button", name="筛选").click()
    desk.wait_for_load_state()
    return desk.get_by_role("row").filter(has_text=words).count()


def test_a_double_tap_is_one_report(town: Town) -> None:
    page = _ready_form(town, "双击提交的玻璃")
    page.get_by_role("button", name="提交").dblclick()
    expect(page.get_by_role("heading", name="收到了，谢谢您")).to_be_visible()
    assert _cases_about(town, "双击提交的玻璃") == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_the_same_form_sent_from_two_tabs_is_one_report(town: Town, scripts: bool) -> None:
    """The second tab is a copy of the first: same address, same form key, same words and picture."""
    words = f"两个标签页{'有' if scripts else '无'}脚本"
    first = _ready_form(town, words, java_script_enabled=scripts)
    second = first.context.new_page()
    second.goto(first.url)
    key = first.locator("input[name=key]").input_value()
    deeds.fill_report(second, words, [camera(words)])
    second.locator("input[name=key]").evaluate("(input, key) => { input.value = key }", key)
    codes = {deeds.send(first), deeds.send(second)}
    assert len(codes) == 1
    assert _cases_about(town, words) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_going_back_and_sending_again_is_one_report(town: Town, scripts: bool) -> None:
    """As after an answer that got lost on the way: the form is still filled, and it is the same form."""
    page = _ready_form(town, "退回去再交一次", java_script_enabled=scripts)
    code = deeds.send(page)
    page.go_back(wait_until="commit")
    expect(page.get_by_label("怎么回事")).to_have_value("退回去再交一次")
    assert deeds.send(page) == code


def test_two_forms_are_two_reports(town: Town) -> None:
    """The twin of the tests above: without a common key nothing is taken for the same."""
    codes = {deeds.send(_ready_form(town, "两张不同的表")) for _ in range(2)}
    assert len(codes) == 2
    assert _cases_about(town, "两张不同的表") == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_a_form_with_a_broken_picture_keeps_words_chip_and_the_good_picture(
    town: Town, scripts: bool
) -> None:
    page = town.phone(java_script_enabled=scripts)
    page.goto(f"/r/{deeds.place_code(page)}")
    words = "好照片旁边有一张坏的"
    deeds.fill_report(page, words, [camera(words), broken_picture()])
    page.get_by_label("您的电话").fill("13800138000")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("其他内容都还在")
    expect(page.get_by_role("radio", name="门、玻璃坏了")).to_be_checked()
    expect(page.get_by_label("怎么回事")).to_have_value(words)
    expect(page.get_by_label("您的电话")).to_have_value("13800138000")
    expect(page.locator("input[name=kept_photos]")).to_have_count(1)
    code = deeds.send(page)
    page.goto(f"/t/{code}")
    expect(page.get_by_text(words)).to_be_visible()


ORDER = "12345热线工单\n工单编号：XZ1\n办理时限：2031-03-05 17:00\n诉求内容：下载以后还要能答复的路灯不亮"


def _order(town: Town) -> Page:
    page = town.page("zhou")
    page.goto("/desk/orders/new/")
    page.locator("#id_pasted").fill(ORDER)
    page.get_by_role("button", name="读出来核对").click()
    page.get_by_role("button", name="登记来件").click()
    page.wait_for_url("**/desk/orders/*-*/")
    return page


def test_after_a_file_was_taken_the_form_can_be_sent_at_once(town: Town) -> None:
    page = _order(town)
    page.locator("#id_answer_text").fill("路灯已修好")
    for suffix in (".docx", ".xlsx"):
        with page.expect_download() as taken:
            page.get_by_role("button", name=suffix).first.click()
        assert taken.value.suggested_filename.endswith(suffix)
    page.get_by_role("button", name="记为已答复").click()
    expect(page.get_by_role("alert")).to_contain_text("还没有记为已答复")
