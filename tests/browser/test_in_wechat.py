"""A resident who scans the code with WeChat stays in WeChat's own browser: no service worker, no new window, no download, no location from
the browser, no clipboard; old WeChat may not even have our script. The report gets through all the same.
"""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import deeds
from tests.browser.people import PHONE, WAIT_MS, Town, camera

WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; V2241A Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MicroMessenger/8.0.49.2600(0x28003133) "
    "WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"
)
WITHOUT = """
delete Navigator.prototype.serviceWorker;
delete Navigator.prototype.clipboard;
delete Navigator.prototype.geolocation;
delete Navigator.prototype.share;
delete window.showOpenFilePicker;
window.open = () => { throw new Error('WeChat opens no window'); };
"""


def in_wechat(town: Town, *, has_script: bool) -> BrowserContext:
    """WeChat's browser, as far as it lacks something."""
    context = town.browser.new_context(
        base_url=town.served.url,
        viewport=PHONE,
        user_agent=WECHAT,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        service_workers="block",
        accept_downloads=False,
        java_script_enabled=has_script,
    )
    context.set_default_timeout(WAIT_MS)
    if has_script:
        context.add_init_script(WITHOUT)
    return context


@pytest.mark.parametrize("has_script", [True, False], ids=["with our script", "without"])
def test_a_report_with_a_photo_gets_through_in_one_window(town: Town, has_script: bool) -> None:
    context = in_wechat(town, has_script=has_script)
    page, opened, wrong = context.new_page(), list[object](), list[str]()
    context.on("page", lambda one: opened.append(one))
    page.on("download", lambda one: opened.append(one))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"/r/{deeds.place_code(page, '悦海花园 10号楼')}")
    html = page.content()
    assert not re.search(r'target="_blank"|\bdownload(=|[\s>])', html)
    assert page.locator("input[type=file]").first.get_attribute("accept") is not None
    deeds.fill_report(page, "楼道玻璃碎了，从微信里拍的", [camera("从微信里拍的")])
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="收到了，谢谢您")).to_be_visible()
    page.reload()
    expect(page.get_by_text("案件编号").last).to_be_visible()
    assert (opened, wrong, len(context.pages)) == ([], [], 1)


def test_what_was_typed_and_taken_is_still_there_after_a_refusal(town: Town) -> None:
    page = in_wechat(town, has_script=False).new_page()
    page.goto(f"/r/{deeds.place_code(page, '悦海花园 10号楼')}")
    deeds.fill_report(page, "楼道玻璃碎了", [camera("碎玻璃")])
    page.locator("#id_contact").fill("不是号码")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_label("怎么回事")).to_have_value("楼道玻璃碎了")
    expect(page.locator("input[name=kept_photos]")).to_have_count(1)
