"""The twins of the walks through every page: what each protection is for, put into a page, is found."""

import pytest
from playwright.sync_api import Page

from tests.browser.looking import AXE_SCRIPT, Eye, findings, glance, too_wide, violations
from tests.browser.people import PHONE, Town
from tests.browser.walking import names, unmet

FRAME = "<!doctype html><html lang=zh-hans><title>一页</title><main><h1>一页</h1>{}</main></html>"


@pytest.fixture
def page(town: Town) -> Page:
    """Narrow, empty, ours."""
    return town.page(viewport=PHONE)


def _rules(page: Page, body: str) -> list[str]:
    page.set_content(FRAME.format(body))
    page.evaluate(AXE_SCRIPT)
    return [one.partition(" ×")[0] for one in violations(page, "day")]


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ("<label>电话 <input></label>", []),
        ("<input>", ["day: label"]),
        ("<img src=data:,>", ["day: image-alt"]),
        ("<p style='color: #aaa; background: #fff'>看不清</p>", ["day: color-contrast"]),
        ("<h3>跳级</h3>", ["day: heading-order"]),
    ],
)
def test_axe_finds_what_shuts_people_out(page: Page, body: str, rules: list[str]) -> None:
    assert _rules(page, body) == rules


@pytest.mark.parametrize(
    ("when", "style", "found"),
    [
        ("prefers-color-scheme: dark", "color: #333; background: #222", "night 390: color-contrast"),
        ("prefers-color-scheme: light", "color: #aaa; background: #fff", "day 1440: color-contrast"),
        ("max-width: 400px", "display: none", "night 390: label"),
        ("min-width: 1000px", "display: none", "day 1440: label"),
    ],
)
def test_each_width_and_the_night_are_looked_at(page: Page, when: str, style: str, found: str) -> None:
    body = f"<style>@media ({when}) {{ .it {{ {style} }} }}</style><p class=it>几个字</p><label><b class=it>名</b><input></label>"
    page.set_content(FRAME.format(body))
    assert [one.partition(" ×")[0] for one in findings(Eye(page))] == [found]


def test_of_a_long_list_ten_rows_are_looked_at_and_all_are_left(page: Page) -> None:
    rows = ["<li>一行</li>"] * 10 + ["<li><img src=data:,></li>"]
    page.set_content(FRAME.format(f"<ul>{''.join(rows)}</ul>"))
    assert findings(Eye(page)) == []
    assert page.locator("li:visible").count() == 11
    page.set_content(FRAME.format(f"<ul>{''.join(rows[1:])}</ul>"))
    assert [one.partition(" ×")[0] for one in findings(Eye(page))] == [
        "day 1440: image-alt",
        "night 390: image-alt",
    ]


def test_a_glance_finds_by_day_what_a_look_finds(page: Page) -> None:
    page.set_content(FRAME.format("<input><p style='width: 420px; color: #aaa; background: #fff'>看不清</p>"))
    seen = [one.partition(" ×")[0].partition(": <")[0] for one in glance(Eye(page))]
    assert seen == [
        "large: sticks out at 390",
        "sticks out at 390",
        "day 1440: color-contrast",
        "day 1440: label",
    ]


def test_what_sticks_out_of_a_narrow_screen_is_named(page: Page) -> None:
    page.set_content(FRAME.format("<p style='width: 380px'>x</p>"))
    assert too_wide(page) == []
    page.set_content(FRAME.format("<p style='width: 420px'>x</p>"))
    assert too_wide(page) == ['sticks out at 390: <p style="width: 420px">x</p>']


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (
            "document.head.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "policy: script-src",
        ),
        (
            "document.body.style.cssText; document.body.setAttribute('style', 'color: red')",
            "policy: style-src",
        ),
        ("fetch('https://example.org/').catch(() => 0)", "policy: connect-src"),
        ("fetch('/nowhere').catch(() => 0)", "404: "),
        ("setTimeout(() => { throw new Error('broken') })", "error: broken"),
        ("console.error('said')", "console: said"),
    ],
)
def test_what_the_browser_complains_about_is_heard(page: Page, script: str, complaint: str) -> None:
    eye = Eye(page)
    page.goto("/")
    assert eye.heard() == []
    page.evaluate(script)
    page.wait_for_timeout(300)
    assert any(complaint in one for one in eye.heard())


def test_a_page_of_ours_passes(page: Page) -> None:
    eye = Eye(page)
    page.goto("/")
    assert findings(eye) == []


def test_a_page_that_nobody_looked_at_is_named() -> None:
    met = names() - {"desk:case"}
    assert unmet(names(), met | {"desk:move accept"}) == ["desk:case"]
