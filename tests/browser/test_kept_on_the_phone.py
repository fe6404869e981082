"""Whoever pressed submit without network sees that it is safe, and fills in nothing twice; the way to the form leads to the form."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import deeds
from tests.browser.deeds import fill_report
from tests.browser.offline import KEPT, back, cut, ready, submit, until
from tests.browser.people import camera


def test_what_is_safe_stands_in_place_of_the_form_and_says_how_much_of_it(phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    ready(page, path)
    other = page.context.new_page()
    other.goto("/unsent/")
    cut(page)
    page.reload()
    fill_report(page, "不要填两遍", [camera("一"), camera("二")])
    submit(page)
    expect(page.get_by_text("已存在手机里，有网就自动发出（含 2 张照片）")).to_be_visible()
    page.reload()
    expect(page.get_by_text("已存在手机里，有网就自动发出（含 2 张照片）")).to_be_visible()
    assert (page.locator("#report").is_visible(), page.get_by_role("button", name="提交").count()) == (
        False,
        0,
    )
    expect(other.get_by_text("不要填两遍")).to_be_visible()
    back(page)
    expect(page.get_by_text("发出去了，编号在上面")).to_be_visible()
    expect(other.get_by_text("已收到，编号")).to_be_visible()
    page.get_by_role("button", name="再写一件").click()
    expect(page.get_by_label("怎么回事")).to_be_visible()


def test_the_form_for_any_place_opens_although_nobody_has_opened_it_before(phone: Callable) -> None:
    page = phone()
    ready(page, "/")
    until(page, KEPT, "/r/")
    cut(page)
    page.goto("/unsent/")
    expect(page.get_by_text("这一页手机里也没有存")).to_be_hidden()
    page.goto("/p/371072")
    expect(page.get_by_text("这一页手机里也没有存")).to_be_visible()
    page.get_by_role("link", name="反映问题").click()
    expect(page.get_by_label("怎么回事")).to_be_visible()
    expect(page.get_by_text("离线 · 上次更新")).to_be_visible()
