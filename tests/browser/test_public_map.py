"""The public map under real fingers: a sign comes closer until it is one place, and that place's list is read; without script the list is there."""

import re
from contextlib import suppress

from playwright.sync_api import TimeoutError, expect

from tests.browser.looking import Eye, findings
from tests.browser.people import Town

SIGNS = ".leaflet-marker-pane .map-sign"
ONE_PLACE = re.compile(r"\?place=")
MOST_TAPS, NEXT_MS = 30, 700


def test_a_sign_leads_closer_and_at_last_to_the_list_of_one_place(town: Town) -> None:
    page = town.page()
    page.goto("/map")
    for _tap in range(MOST_TAPS):
        page.locator(SIGNS).first.click()
        with suppress(TimeoutError):  # it came closer, or the sign was about to go: tapped once more
            page.wait_for_url(ONE_PLACE, timeout=NEXT_MS)
            break
    expect(page).to_have_url(ONE_PLACE)
    expect(page.locator("#id_place")).not_to_have_value("")
    expect(page.locator("#list article").first).to_be_visible()
    assert town.served.complaints() == []


def test_on_a_telephone_nothing_is_wrong_and_the_map_may_be_skipped(town: Town) -> None:
    page = town.phone()
    eye = Eye(page)
    page.goto("/map")
    expect(page.locator(SIGNS).first).to_be_visible()
    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_be_focused()
    assert findings(eye) == []


def test_without_script_the_list_is_all_of_it(town: Town) -> None:
    page = town.phone(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="看看办好了什么").click()
    page.get_by_text("按地方、事情或月份看").click()
    page.get_by_role("textbox", name="在哪里").fill("悦海花园")
    page.get_by_role("button", name="看一看").click()
    expect(page.locator("#list article").first).to_contain_text("悦海花园")
    page.get_by_text("订阅“悦海社区 悦海花园小区”的进展").click()
    expect(page.get_by_text("手机或电脑上装了订阅阅读器")).to_be_visible()


def test_the_list_is_narrowed_to_what_the_map_shows_by_keys_and_widened_again(town: Town) -> None:
    page = town.page()
    page.goto("/map")
    expect(page.locator(SIGNS).first).to_be_visible()
    every = page.locator("[data-map-sum]").inner_text()
    page.locator(".map").focus()
    for _ in range(20):  # a key pressed while the map still moves is not heard
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(300)
        if page.locator("[data-map-sum]").inner_text().startswith("这一块地图上 0 件"):
            break
    narrow = page.get_by_role("link", name="只列图上现在这一块")
    narrow.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("按下按钮时图上的 0 件")).to_be_visible()
    expect(page.locator("#list")).to_be_focused()
    assert "box=" in page.url
    page.reload()
    expect(page.get_by_text("按下按钮时图上的 0 件")).to_be_visible()
    page.get_by_role("link", name="列出全部").click()
    expect(page.locator("#list article").first).to_be_visible()
    expect(page.locator("[data-map-sum]")).to_have_text(every)
    assert findings(Eye(page)) == []
    assert town.served.complaints() == []
