"""Signs and names of the desk's map stand beside one another, each where its place is; the small map of a case comes when it is opened."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.looking import Eye, findings
from tests.browser.people import Town

SIGNS = ".leaflet-marker-pane .map-sign"
CROWD = 60
NAMES = 30
BESIDE_ONE_ANOTHER = """() => {
  const boxes = (what) => [...document.querySelectorAll(what)].map((one) => one.getBoundingClientRect());
  const meet = (a, b) => a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1;
  const [signs, names] = [boxes(".leaflet-marker-pane .map-sign"), boxes(".map-name")];
  const pairs = (found) => found.flatMap((one, at) => found.slice(at + 1).map((other) => [one, other]));
  const round = ([a, b]) => Math.hypot((a.left + a.right - b.left - b.right) / 2, (a.top + a.bottom - b.top - b.bottom) / 2) < (a.width + b.width) / 2;
  return {
    signs: signs.length,
    names: names.length > 0,
    signsOverSigns: pairs(signs).filter(round).length,
    namesOverNames: pairs(names).filter(([a, b]) => meet(a, b)).length,
    namesOverSigns: names.filter((name) => signs.some((sign) => meet(name, sign))).length,
  };
}"""


@pytest.fixture
def crowded(town: Town) -> Iterator[Page]:
    """The desk's map where sixty signs and thirty names want to stand close together, a few at the very same point."""
    page = town.page("zhou")

    def answer(route: Route) -> None:
        found = route.fetch().json()
        asked = parse_qs(urlsplit(route.request.url).query)["bbox"][0]
        west, south, east, north = map(float, asked.split(","))
        x, y = (east - west) / 40, (north - south) / 40
        lon, lat = west + 20 * x, south + 20 * y
        found["signs"] = [
            [lon + at % 8 // 2 * x, lat + at // 8 * y, [3, 1, at % 2, 0], 1, f"c{at}", f"{at}号楼", ""]
            for at in range(CROWD)
        ]
        found["names"] = [
            [lon + (at % 6 - 6) * x, lat + at // 6 * y, f"悦海{at}区", 1] for at in range(NAMES)
        ]
        route.fulfill(json=found)

    page.route("**/desk/map/points*", answer)
    yield page
    page.unroute_all(behavior="ignoreErrors")  # the map asks on until its page is closed


def _script(page: Page, was: str, now: str) -> None:
    """The script of maps with one thing in it changed."""

    def answer(route: Route) -> None:
        body = route.fetch().text()
        assert was in body
        route.fulfill(body=body.replace(was, now), content_type="text/javascript")

    page.route(re.compile(r"/gezhi/map(\.[0-9a-f]+)?\.js"), answer)


def test_however_crowded_signs_and_names_stand_beside_one_another(town: Town, crowded: Page) -> None:
    page = crowded
    page.goto("/desk/map/")
    expect(page.locator(SIGNS)).to_have_count(CROWD)
    assert page.evaluate(BESIDE_ONE_ANOTHER) == {
        "signs": CROWD,
        "names": True,
        "signsOverSigns": 0,
        "namesOverNames": 0,
        "namesOverSigns": 0,
    }
    assert town.served.complaints() == []


def test_twin_signs_that_are_not_moved_apart_cover_one_another(crowded: Page) -> None:
    page = crowded
    _script(page, "ROUNDS = 80", "ROUNDS = 0")
    page.goto("/desk/map/")
    expect(page.locator(SIGNS)).to_have_count(CROWD)
    assert page.evaluate(BESIDE_ONE_ANOTHER)["signsOverSigns"] > 0


OFF = """(isPushed) => {
  const marks = [...document.querySelectorAll(".map-mark")];
  if (isPushed) for (const one of marks) one.style.position = "relative";
  const pane = document.querySelector(".leaflet-marker-pane").getBoundingClientRect();
  return Math.max(...marks.map((one) => {
    const [x, y] = one.style.transform.match(/-?[0-9.]+/g).slice(1).map(Number);
    const box = one.getBoundingClientRect();
    return Math.max(Math.abs(box.x + box.width / 2 - pane.x - x), Math.abs(box.y + box.height / 2 - pane.y - y));
  }));
}"""


def test_a_sign_stands_where_its_place_is_however_many_stand_before_it(crowded: Page) -> None:
    page = crowded
    page.goto("/desk/map/")
    expect(page.locator(SIGNS)).to_have_count(CROWD)
    assert page.evaluate(OFF, False) < 2
    assert page.evaluate(OFF, True) > 100  # as it was once: each pushed down by the ones before


def test_the_map_says_what_places_are_called(town: Town) -> None:
    page = town.page("zhou")
    page.goto("/desk/map/")
    expect(page.locator(SIGNS).first).to_be_visible()
    # which of them has room hangs on the signs around: what happens in the town moves them
    expect(page.locator(".map-name").filter(has_text=re.compile("社区|花园|小区")).first).to_be_attached()


def test_the_small_map_of_a_case_comes_when_it_is_opened_and_moves_nothing_afterwards(town: Town) -> None:
    page = town.page("zhou")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto("/desk/")
    page.locator("#list-rows a, table a").first.click()
    box = page.locator("#sheet [data-small-map]")
    expect(box).to_be_attached()
    assert not [one for one in asked if "leaflet" in one]
    page.route("**/cases/*/map", lambda route: route.abort())
    box.locator("summary").click()
    expect(box.get_by_text("地图现在打不开")).to_be_visible()
    before = box.locator(".map").bounding_box()
    box.locator("summary").click()
    page.unroute("**/cases/*/map")
    box.locator("summary").click()
    expect(box.get_by_text("圆点：")).to_be_visible()
    expect(box.locator(".map-here")).to_be_visible()
    after = box.locator(".map").bounding_box()
    assert before
    assert after
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    assert findings(Eye(page)) == []
    assert town.served.complaints() == []
