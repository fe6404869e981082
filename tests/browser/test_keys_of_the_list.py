"""The desk's list by keys alone, and its rows renewed under the reader's eyes: his place, his ticks and what he types stay."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import Town

ROWS = "#rows > tr"
FOCUS = "document.activeElement.closest('#rows > tr')?.id ?? ''"


@pytest.fixture
def desk(town: Town) -> Page:
    """Zhou's list."""
    page = town.page("zhou")
    page.goto("/desk/")
    expect(page.locator("html")).to_have_class(re.compile("js"))
    return page


def ids(page: Page) -> list[str]:
    found: list[str] = page.locator(ROWS).evaluate_all("rows => rows.map(row => row.id)")
    return found


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUS))


def test_keys_go_from_row_to_row_and_open_it(desk: Page) -> None:
    rows = ids(desk)
    for key, place in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
        desk.keyboard.press(key)
        assert focused(desk) == rows[place]
    desk.keyboard.press("o")
    expect(desk.locator("#sheet h2").first).to_be_focused()
    expect(desk.locator(f"#{rows[0]}")).to_have_class("is-open")
    desk.keyboard.press("Escape")
    expect(desk.locator("#sheet h2")).to_have_count(0)


def test_t_goes_to_the_button_and_does_nothing_by_itself(desk: Page) -> None:
    desk.goto("/desk/?view=reported")
    desk.keyboard.press("j")
    desk.keyboard.press("t")
    field = desk.locator("#sheet form[action$='/move/accept/']").locator(
        "input:not([type=hidden]), select, textarea"
    )
    expect(field.first).to_be_focused()
    assert desk.locator(ROWS).count() == len(ids(desk))


def test_d_opens_the_form_of_the_dispatch_with_its_first_field(desk: Page) -> None:
    desk.goto("/desk/?view=opened")
    desk.keyboard.press("j")
    desk.keyboard.press("d")
    form = desk.locator("#sheet form[action$='/move/dispatch/']")
    expect(form.locator(":focus")).to_have_count(1)


def test_what_is_not_his_is_said_and_read_aloud(desk: Page) -> None:
    desk.goto("/desk/?view=to_confirm")
    desk.keyboard.press("j")
    desk.keyboard.press("d")
    expect(desk.get_by_role("status").filter(has_text="不由您派遣")).to_be_visible()


def test_while_somebody_types_keys_are_letters(desk: Page) -> None:
    desk.keyboard.press("/")
    box = desk.get_by_role("searchbox", name="搜索内容或编号")
    expect(box).to_be_focused()
    desk.keyboard.type("jkotd?")
    expect(box).to_have_value("jkotd?")
    expect(desk.locator("#keys")).not_to_be_visible()
    expect(desk.locator("#sheet h2")).to_have_count(0)


def test_a_question_mark_shows_the_keys_and_escape_closes_them_alone(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("o")
    expect(desk.locator("#sheet h2").first).to_be_focused()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="键盘操作")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).not_to_be_visible()
    expect(desk.locator("#sheet h2").first).to_be_visible()


# ---- anew ----

NEW = '<tr id="case-new"><td class="cell-pick"></td><td><a class="row-link" href="/desk/">新到的一件</a></td></tr>'


def renewed(page: Page, change: str = NEW) -> None:
    """The list says itself anew, with a row more at its top."""

    def answer(route: Route) -> None:
        body = route.fetch().text()
        route.fulfill(body=re.sub(r'(<tbody id="rows">)', rf"\1{change}", body))

    page.route("**/desk/?*part=rows*", answer)
    live = "document.querySelector('[data-live]').getAttribute('hx-get')"
    page.evaluate(f"htmx.ajax('GET', {live}, {{source: '[data-live]', swap: 'none'}})")
    expect(page.locator("#case-new")).to_be_visible()


def ticked(page: Page) -> list[str]:
    found: list[str] = page.locator("#rows input:checked").evaluate_all(
        "boxes => boxes.map(box => box.closest('tr').id)"
    )
    return found


@pytest.fixture
def ticking(desk: Page) -> Page:
    """The list with its third row ticked and that row's link in focus."""
    desk.locator("#rows input").nth(2).check()
    desk.locator(f"{ROWS} .row-link").nth(2).focus()
    return desk


def test_a_row_more_moves_nothing_under_the_reader(ticking: Page) -> None:
    row = ids(ticking)[2]
    top = ticking.locator(f"#{row}").bounding_box()
    ticking.evaluate("scrollTo(0, 60)")
    before = ticking.evaluate("id => document.getElementById(id).getBoundingClientRect().top", row)
    renewed(ticking)
    after = ticking.evaluate("id => document.getElementById(id).getBoundingClientRect().top", row)
    assert top is not None
    assert abs(after - before) < 2
    assert (focused(ticking), ticked(ticking)) == (row, [row])
    assert ids(ticking)[0] == "case-new"


def test_a_ticked_row_that_is_gone_from_the_list_stays_until_the_page_is_opened_again(ticking: Page) -> None:
    row = ids(ticking)[2]

    def answer(route: Route) -> None:
        body = route.fetch().text()
        gone = re.sub(rf'<tr id="{row}">.*?</tr>', NEW, body, flags=re.S)
        route.fulfill(body=gone)

    ticking.route("**/desk/?*part=rows*", answer)
    live = "document.querySelector('[data-live]').getAttribute('hx-get')"
    ticking.evaluate(f"htmx.ajax('GET', {live}, {{source: '[data-live]', swap: 'none'}})")
    expect(ticking.locator("#case-new")).to_be_visible()
    assert (ticked(ticking), focused(ticking)) == ([row], row)


def test_twin_swapped_as_any_fragment_the_tick_and_the_focus_are_gone(ticking: Page) -> None:
    ticking.locator("#rows").evaluate("body => { body.innerHTML = body.innerHTML }")
    assert (ticked(ticking), focused(ticking)) == ([], "")


def test_a_renewed_row_is_opened_beside_the_list_as_before(desk: Page) -> None:
    renewed(desk)
    desk.locator(f"{ROWS} .row-link").nth(1).click()
    expect(desk.locator("#sheet h2").first).to_be_focused()
    assert desk.url.endswith("/desk/")


# ---- the sheet follows ----


def test_from_an_open_row_the_next_key_goes_to_the_next_row_and_the_sheet_follows(desk: Page) -> None:
    rows = ids(desk)
    for _step in range(3):
        desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator("#sheet h2").first).to_be_focused()
    for key, place in (("j", 3), ("j", 4), ("k", 3)):
        desk.keyboard.press(key)
        expect(desk.locator(f"#{rows[place]}")).to_have_class("is-open")
        expect(desk.locator("tr.is-open")).to_have_count(1)
        expect(desk.locator("#sheet")).to_contain_text(rows[place].removeprefix("case-"))


def test_pressed_faster_than_the_sheet_comes_the_last_row_is_shown(desk: Page) -> None:
    rows = ids(desk)
    desk.keyboard.press("j")
    desk.keyboard.press("o")
    expect(desk.locator("#sheet h2").first).to_be_focused()
    for _step in range(3):
        desk.keyboard.press("j")
    expect(desk.locator(f"#{rows[3]}")).to_have_class("is-open")
    expect(desk.locator("#sheet")).to_contain_text(rows[3].removeprefix("case-"))


def test_with_the_sheet_closed_the_keys_open_nothing(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("o")
    expect(desk.locator("#sheet h2").first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#sheet h2")).to_have_count(0)
    desk.keyboard.press("j")
    expect(desk.locator("#sheet h2")).to_have_count(0)
