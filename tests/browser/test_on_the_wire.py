"""What a browser loads that opens a page for the first time: page, styles, scripts, icons and what they fetch, as they come packed. Pictures of
cases apart: they come when one looks at them.
"""

from typing import Final

import pytest
from playwright.sync_api import Page, Request

from tests.browser import deeds
from tests.browser.people import Town

DESK_BYTES, MAP_BYTES, FIGURES_BYTES = 150_000, 200_000, 300_000
APART: Final = "/photo/"
PAGES = (
    ("chen", "/desk/", DESK_BYTES),
    ("chen", "/desk/views/", DESK_BYTES),
    ("chen", "/desk/?q=漏水", DESK_BYTES),
    ("chen", "/desk/ledger/", DESK_BYTES),
    ("zhou", "/desk/ledger/months/", DESK_BYTES),
    ("zhou", "/desk/ledger/forms/", DESK_BYTES),
    ("zhou", "/desk/brief/", DESK_BYTES),
    ("chen", "/desk/albums/", DESK_BYTES),
    ("zhou", "/desk/figures/cases/?count=closed", DESK_BYTES),
    ("zhou", "/desk/figures/", FIGURES_BYTES),
    ("zhou", "/desk/map/", MAP_BYTES),
    ("", "/map", MAP_BYTES),
    ("", "/open-data/", DESK_BYTES),
)


def loaded(page: Page, path: str, *, is_packed: bool = True) -> int:
    """Bytes on the wire, heads and all, until nothing is loaded any more. is_packed False: as if nothing had been packed."""
    asked: list[Request] = []
    page.on("requestfinished", lambda one: asked.append(one))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    mine = [one for one in asked if APART not in one.url and one.url.startswith("http")]
    if not is_packed:
        return sum(len(answer.body()) for one in mine if (answer := one.response()) and answer.ok)
    sizes = [one.sizes() for one in mine]
    return sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes)


@pytest.mark.parametrize(("who", "path", "most"), PAGES)
def test_a_page_is_light_when_it_is_opened_first(who: str, path: str, most: int, town: Town) -> None:
    page = town.page(who)
    assert 10_000 < loaded(page, path) <= most
    page.context.close()


def test_a_case_and_a_place_with_its_past_are_as_light(town: Town) -> None:
    page = town.page("chen")
    code = deeds.place_code(page)
    page.goto("/desk/")
    case = page.locator("tbody .row-link").first.get_attribute("href") or ""
    page.context.close()
    for path in (case, f"/desk/spots/{code}/"):
        page = town.page("chen")
        assert loaded(page, path) <= DESK_BYTES
        page.context.close()


def test_sabotage_were_nothing_packed_no_page_would_be_light(town: Town) -> None:
    page = town.page("chen")
    assert loaded(page, "/desk/", is_packed=False) > DESK_BYTES
    page.context.close()
