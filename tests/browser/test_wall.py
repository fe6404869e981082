"""A wall screen through a day without network: the last figures stay with their moment, it never leaves its page, and it costs no memory."""

import re
from collections.abc import Callable
from itertools import count

from playwright.sync_api import Page, Route, expect

from tests.browser import deeds
from tests.browser.people import Town

WALL = {"width": 1920, "height": 1080}
DAY_MS = 24 * 3600 * 1000
_names = count()
NODES = "document.getElementsByTagName('*').length"


def hung(town: Town) -> str:
    """The address of a fresh screen."""
    return deeds.hang_wall(town.page("admin"), f"大厅{next(_names)}")


def on_the_wall(town: Town, address: str) -> Page:
    """Its page, with a clock that the test turns; it tells the test when it is left."""
    page = town.page(viewport=WALL)
    page.clock.install()
    page.goto(address)
    page.evaluate("window.stayed = true")
    return page


def turned(page: Page, milliseconds: int) -> None:
    """So much later by the page's clock: each timer that is due rings once, and its answer comes in."""
    page.clock.fast_forward(milliseconds)
    page.wait_for_timeout(50)


def turned_until(page: Page, is_so: Callable[[], bool], step: int) -> None:
    """Later and later, until something is so: an answer takes real time, however the page's clock runs."""
    for _step in range(150):
        if is_so():
            return
        page.clock.fast_forward(step)
        page.wait_for_timeout(100)
    raise AssertionError("it never came to that")


def test_a_day_without_network_leaves_the_last_figures_with_their_moment(town: Town) -> None:
    page = on_the_wall(town, hung(town))
    expect(page.get_by_text("件在办")).to_be_visible()
    figures = page.locator(".clocks").inner_text()
    page.context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def tried(least: int) -> Callable[[], bool]:
        return lambda: len(asked) >= least

    for hours in range(1, 25):
        turned(page, DAY_MS // 24)
        turned_until(page, tried(hours), 70_000)  # it goes on trying
    expect(page.get_by_text("连接中断")).to_be_visible()
    assert re.search(r"截至 \d\d-\d\d \d\d:\d\d，连接中断", page.locator("#line").inner_text())
    assert page.locator(".clocks").inner_text() == figures
    assert page.evaluate("window.stayed")
    page.context.set_offline(False)
    turned_until(page, lambda: page.locator("#line").is_hidden(), 2000)
    expect(page.get_by_text("件在办")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_neither_a_broken_server_nor_somebody_elses_page_wipes_it(town: Town) -> None:
    page = on_the_wall(town, hung(town))
    answers = [
        lambda route: route.fulfill(status=503, body="busy"),
        lambda route: route.fulfill(status=200, body="<h1>Wi-Fi log-in</h1>"),
        lambda route: route.fulfill(status=200, headers={"X-Gezhi-Wall": "1"}, body="<p>half"),
        lambda route: route.fulfill(status=404, body="not ours"),
        lambda route: route.abort(),
    ]
    for answer in answers:
        page.route("**/now", answer)
        turned(page, 70_000)
        turned_until(page, lambda: page.locator("#line").is_visible(), 9000)
        expect(page.get_by_text("连接中断")).to_be_visible()
        expect(page.get_by_text("件在办")).to_be_visible()
        page.unroute("**/now")


def test_hundreds_of_looks_leave_as_many_nodes_as_one(town: Town) -> None:
    page = on_the_wall(town, hung(town))
    kept = page.content()
    body = re.search(r'(?s)<div id="now".*?</div>(?=\s*</main>)', kept)
    assert body

    def answered(route: Route) -> None:
        route.fulfill(status=200, headers={"X-Gezhi-Wall": "1", "Content-Type": "text/html"}, body=body[0])

    page.route("**/now", answered)
    turned(page, 60_000)
    before = page.evaluate(NODES)
    for _look in range(40):
        turned(page, 120_000)
    assert page.evaluate(NODES) == before
    assert page.evaluate("window.stayed")


def test_a_screen_that_was_ended_shows_nothing_any_more(town: Town) -> None:
    address = hung(town)
    page = on_the_wall(town, address)
    desk = town.page("admin")
    desk.goto("/desk/receivers/walls/")
    desk.locator("tbody tr").first.get_by_role("button").click()
    turned_until(page, lambda: page.get_by_text("已经停用").count() > 0, 9000)
    expect(page.get_by_text("已经停用")).to_be_visible()
    expect(page.get_by_text("件在办")).to_have_count(0)


def test_it_fills_its_screen_and_holds_no_more_than_it(town: Town) -> None:
    page = on_the_wall(town, hung(town))
    for size in (WALL, {"width": 1366, "height": 768}, {"width": 3840, "height": 2160}):
        page.set_viewport_size(size)
        wide, high = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert (wide, high) == (size["width"], size["height"])
        cut = (
            "[...document.querySelectorAll('section')].filter(one => one.scrollHeight > one.clientHeight + 1)"
        )
        assert page.evaluate(f"{cut}.map(one => one.className)") == []
