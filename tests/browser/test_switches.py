"""Language, letters and colours without script; and the whole product from the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, Town

ROOT = "html"


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(town: Town, request: pytest.FixtureRequest) -> Page:
    """A resident's phone."""
    opened = town.page(viewport=PHONE, java_script_enabled=request.param)
    opened.goto("/r/")
    return opened


def test_the_language_is_switched_and_stays_on_the_page(page: Page) -> None:
    for button, language, words in (
        ("English", "en", re.compile("^[A-Za-z ,?]+$")),
        ("繁體", "zh-hant", "哪裡有什麼問題？"),
        ("简体", "zh-hans", "哪里有什么问题？"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.locator(ROOT)).to_have_attribute("lang", language)
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        assert page.url.endswith("/r/")


def test_large_letters_are_large_and_stay(page: Page) -> None:
    def size() -> float:
        return float(page.locator("body").evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))

    letters = page.get_by_role("group", name="文字大小")
    assert size() == 16
    letters.get_by_role("button", name="大字").click()
    expect(page.locator(ROOT)).to_have_attribute("data-size", "large")
    page.goto("/")
    assert size() == 20
    letters.get_by_role("button", name="标准字").click()
    assert size() == 16


@pytest.mark.parametrize("letters", ["标准字", "大字"])
def test_once_something_dangerous_is_chosen_one_line_of_numbers_stays(page: Page, letters: str) -> None:
    page.get_by_role("group", name="文字大小").get_by_role("button", name=letters).click()
    numbers, danger = page.locator(".urgent-numbers"), page.locator("[data-danger]").first

    def at() -> tuple[float, float]:
        """Top and height of the numbers once the form is scrolled to its end."""
        page.get_by_label("您的电话").focus()
        box = numbers.bounding_box()
        assert box is not None
        return box["y"], box["height"]

    assert at()[0] < 0
    danger.check(force=True)
    top, height = at()
    assert (top, height <= 56) == (0, True)


def test_the_night_is_dark_and_the_day_is_light(page: Page) -> None:
    def brightness() -> int:
        colour = page.locator(ROOT).evaluate("one => getComputedStyle(one).backgroundColor")
        return sum(int(part) for part in colour.strip("rgb()").split(",")[:3])

    page.get_by_role("button", name="深色").click()
    expect(page.locator(ROOT)).to_have_attribute("data-theme", "night")
    dark = brightness()
    page.get_by_role("button", name="浅色").click()
    expect(page.locator(ROOT)).to_have_attribute("data-theme", "day")
    assert dark < 200 < 600 < brightness()


def test_the_first_tab_leads_past_the_frame_to_the_page(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_every_stop_of_the_tab_key_is_seen(page: Page) -> None:
    """Whatever the focus reaches on the report form shows it: an outline or a shadow of its own, or around its chip."""
    stops = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUS)
        assert is_seen, name
        stops.add(name)
    assert {"input:where", "textarea:text", "input:contact", "input:may_call", "button:提交"} <= stops


FOCUS = """() => {
  const one = document.activeElement;
  const marked = (node) => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const around = [one, one.nextElementSibling, one.closest("label")].filter(Boolean);
  const name = `${one.tagName.toLowerCase()}:${one.name || one.textContent.trim().slice(0, 20)}`;
  return [name, one === document.body || around.some(marked)];
}"""


def test_the_list_of_the_desk_is_walked_with_j_and_k_and_opened_with_enter(town: Town) -> None:
    page = town.page("chen")
    page.goto("/desk/")
    rows = page.locator("[data-keys] .row-link")
    for key, focused in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(focused)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet").get_by_role("heading").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet").get_by_role("heading")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type("j")
    expect(page.get_by_role("searchbox").first).to_have_value("j")
