"""Take the screenshots under docs/pictures from the running product: `python -m tests.pictures` (make pictures), or only those of some
shots: `python -m tests.pictures map wall`.

File names: page-language-width-look.png; look is day, night or large. Which page is shown in which language, width and look is
chosen in SHOTS; docs/pictures/README.md says why.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page

from tests.browser import deeds, people, served
from tests.browser.people import Town, camera

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = {"390": (390, 844), "1440": (1440, 900), "1920": (1920, 1080)}
COOKIES = {"night": ("gezhi_look", "night"), "large": ("gezhi_size", "large"), "day": ("gezhi_look", "day")}
LANGUAGES = {"zh": "zh-hans", "en": "en", "hant": "zh-hant"}
COLOURS = 128  # of a palette: screens have few
PHONE = ("zh-390-day",)
PHONE_ALL = ("zh-390-day", "zh-390-night", "zh-390-large", "en-390-day")
PHONE_TWO = ("zh-390-day", "en-390-day")
DESK = ("zh-1440-day",)
WALL = ("zh-1920-day", "zh-1920-night", "en-1920-day", "hant-1920-day")
SIZES_ALL = ("zh-1440-day", "zh-390-day", "zh-1920-day")
DESK_SIZES = (*SIZES_ALL, "en-1440-day", "hant-1440-day")
PUBLIC_SIZES = (*SIZES_ALL, "en-390-day", "hant-390-day")
DESK_ALL = ("zh-1440-day", "zh-1440-night", "en-1440-day", "zh-390-day", "zh-1920-day")
WITH_A_PAST = "悦海花园 3号楼"
WITH_A_LIFT = "富港花园 2号楼"
PICTURES_SECONDS = 60  # the worker prepares what the demonstration shows


class Shot(NamedTuple):
    """One page: its name, who looks at it, where, in which looks, and what he does there first."""

    name: str
    who: str
    path: str
    looks: tuple[str, ...]
    first: Callable[[Page], None] = lambda page: None


def main() -> None:
    """Every shot anew, or those that are named; what no shot takes any more is removed when all are taken."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="gezhi-pictures.") as folder, _town(Path(folder)) as town:
        some = [shot for shot in shots(town) if not wanted or shot.name in wanted]
        taken = {_take(town, shot, look) for shot in some for look in shot.looks}
    for old in FOLDER.glob("*.png"):
        if not wanted and old.name not in taken:
            old.unlink()
    size = sum(one.stat().st_size for one in FOLDER.glob("*.png"))
    print(f"{len(taken)} pictures, {size / 1e6:.1f} MB in {FOLDER}")


@contextmanager
def _town(folder: Path) -> Iterator[Town]:
    data = folder / "data"
    served.found(data)
    with served.served(data) as running, people.browser() as chromium:
        town = Town(chromium, running)
        _wait_for_pictures(town)
        yield town


def _wait_for_pictures(town: Town) -> None:
    page = town.page("chen")
    page.goto("/desk/?view=closed")
    page.goto(page.locator("tbody .row-link").first.get_attribute("href") or "")
    for _ in range(PICTURES_SECONDS):
        if not page.get_by_text("正在处理").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.context.close()


def shots(town: Town) -> Iterator[Shot]:
    """All of them. Numbers of cases are those of the demonstration's stories."""
    page = town.page("chen")
    code = deeds.place_code(page)
    codes = town.served.codes()
    number = {one[-2:]: one for one in codes}
    office = _link(page, "/desk/parties/", "悦海社区")
    lift = _fixture(page)
    yield from _of_residents(code, lift, {short: f"/t/{codes[whole]}" for short, whole in number.items()})
    yield from _of_the_desk(code, number, office)
    yield from _of_what_is_derived(deeds.place_code(page, WITH_A_PAST))
    yield Shot("fixture", "chen", f"/desk/fixtures/{lift}/", ("zh-1440-day", "zh-390-day"), _unfolded)
    yield Shot(
        "practice", "chen", f"/desk/cases/{number['01']}/", ("zh-1440-day", "zh-390-day"), _first_practice
    )
    yield from _of_the_pocket(code, number)
    address = deeds.hang_wall(town.page("admin"), "大厅")
    for look in WALL:  # a wall's look is in its address
        yield Shot("wall", "", f"{address}?look={look.rpartition('-')[2]}", (look,))


def _of_residents(code: str, lift: str, status: dict[str, str]) -> Iterator[Shot]:
    yield Shot("home", "", "/", PHONE_ALL)
    yield Shot("place", "", f"/p/{code}", PUBLIC_SIZES)
    yield Shot("public-map", "", "/map", PUBLIC_SIZES, _drawn)
    yield Shot("public-list", "", "/map", ("zh-390-day",), _listed)
    yield Shot("open-data", "", "/open-data/", SIZES_ALL)
    yield Shot("report-which", "", f"/r/{lift}", ("zh-390-day", "zh-390-large", "en-390-day"), _question)
    yield Shot("report", "", f"/r/{code}", PHONE_ALL)
    yield Shot("report-filled", "", f"/r/{code}", PHONE, _filled)
    yield Shot("report-receipt", "", f"/r/{code}", PHONE, _sent)
    for short, name in (
        ("07", "received"),
        ("05", "in-hand"),
        ("12", "paused"),
        ("04", "confirm"),
        ("01", "closed"),
    ):
        yield Shot(f"status-{name}", "", status[short], PHONE_ALL if name == "confirm" else PHONE)
    yield Shot("log-in", "", "/account/login/", ("zh-390-day", "en-1440-day"))


def _of_the_desk(code: str, number: dict[str, str], office: str) -> Iterator[Shot]:
    yield Shot("inbox", "chen", "/desk/", DESK_ALL)
    yield Shot(
        "inbox-sheet",
        "chen",
        "/desk/",
        ("zh-1440-day", "zh-1920-day", "zh-1440-night", "en-1440-day"),
        _opened,
    )
    yield Shot("case", "chen", f"/desk/cases/{number['04']}/", ("zh-1440-day", "en-1440-day", "zh-390-day"))
    yield Shot("move", "chen", f"/desk/cases/{number['07']}/move/accept/", DESK)
    yield Shot("calls", "chen", "/desk/calls/", DESK)
    yield Shot("new-report", "chen", "/desk/new/", DESK)
    yield Shot("paste", "chen", "/desk/paste/", DESK)
    yield Shot("ledger", "chen", "/desk/ledger/", ("zh-1440-day", "en-1440-day", "zh-1920-day"))
    yield Shot("catalogue", "admin", "/desk/catalogue/", DESK)
    yield Shot("category", "admin", "/desk/catalogue/0501/", DESK)
    yield Shot("places", "chen", "/desk/places/", DESK)
    yield Shot("poster", "chen", f"/desk/places/{code}/poster/", DESK)
    yield Shot("slip", "chen", f"/desk/cases/{number['05']}/slip/", DESK)
    yield Shot("parties", "chen", "/desk/parties/", DESK)
    yield Shot("party", "chen", office, DESK)
    yield Shot("accounts", "admin", "/desk/accounts/", DESK)


def _of_what_is_derived(past: str) -> Iterator[Shot]:
    yield Shot("views", "chen", "/desk/views/", SIZES_ALL)
    yield Shot("bulk", "chen", "/desk/", SIZES_ALL, _chosen)
    yield Shot("search", "chen", "/desk/?q=漏水", SIZES_ALL)
    yield Shot("map", "zhou", "/desk/map/", DESK_SIZES, _drawn)
    yield Shot("spot", "chen", f"/desk/spots/{past}/", DESK_SIZES)
    yield Shot("figures", "zhou", "/desk/figures/", DESK_SIZES)
    yield Shot("figures-low", "zhou", "/desk/figures/", ("zh-1440-day", "zh-390-day"), _hot)
    yield Shot("figure-cases", "zhou", "/desk/figures/cases/?count=closed", SIZES_ALL)
    yield Shot("months", "zhou", "/desk/ledger/months/", SIZES_ALL)
    yield Shot("month", "zhou", "/desk/ledger/months/", SIZES_ALL, _frozen)
    yield Shot("forms", "zhou", "/desk/ledger/forms/", SIZES_ALL)
    yield Shot("brief", "zhou", "/desk/brief/", DESK_SIZES)
    yield Shot("albums", "chen", "/desk/albums/", DESK_SIZES, _first_row)
    yield Shot("cells", "admin", "/desk/places/371072008015/cells/", DESK)


def _of_the_pocket(code: str, number: dict[str, str]) -> Iterator[Shot]:
    yield Shot("my-work", "ding", "/my/", PHONE_ALL)
    yield Shot("my-case", "ding", f"/my/cases/{number['05']}/", PHONE_TWO)
    yield Shot("my-done", "ding", f"/my/cases/{number['05']}/done/", PHONE)
    yield Shot("found", "wei", "/my/found/", PHONE)
    yield Shot("found-form", "wei", f"/my/found/?place={code}", ("zh-390-day", "zh-390-large"))
    yield Shot("duty", "sun", "/my/duty/", PHONE)
    yield Shot("me", "sun", "/my/me/", PHONE)


def _fixture(page: Page) -> str:
    """The code of a lift."""
    page.goto(f"/desk/places/{deeds.place_code(page, WITH_A_LIFT)}/")
    return (page.locator('a[href*="/fixtures/"]').first.get_attribute("href") or "").split("/")[-2]


def _listed(page: Page) -> None:
    _drawn(page)
    page.locator("#list").evaluate("one => one.scrollIntoView()")


def _link(page: Page, path: str, name: str) -> str:
    page.goto(path)
    return page.get_by_role("link", name=name, exact=True).get_attribute("href") or path


def _filled(page: Page) -> None:
    deeds.fill_report(page, "二单元门的玻璃碎了，地上有碎片", [camera("二单元门")])
    page.wait_for_timeout(500)  # the small picture is being drawn


def _sent(page: Page) -> None:
    _filled(page)
    deeds.send(page)


def _chosen(page: Page) -> None:
    boxes = page.locator('input[name="cases"]')
    for place in (0, 3, 4):
        boxes.nth(place).check()
    page.locator('button[name="deed"][value="dispatch"]').click()
    page.wait_for_load_state()


def _drawn(page: Page) -> None:
    page.locator(".leaflet-marker-icon").first.wait_for()
    page.wait_for_timeout(500)


def _first_row(page: Page) -> None:
    page.locator("tbody a").first.click()
    page.wait_for_load_state()


def _frozen(page: Page) -> None:
    """A month is frozen by the first who looks."""
    if not page.locator('a[href*="/months/"]').count():
        page.get_by_role("button", name="冻结这个月").first.click()
        page.wait_for_load_state()
    if page.url.endswith("/months/"):
        page.locator("main a[href*='/months/']").first.click()
        page.wait_for_load_state()


def _unfolded(page: Page) -> None:
    page.get_by_text("贴在上面的二维码").click()


def _first_practice(page: Page) -> None:
    page.locator('a[href*="/practices/"]').first.click()
    page.wait_for_load_state()


def _hot(page: Page) -> None:
    page.get_by_role("heading", name="热点").evaluate("one => one.scrollIntoView()")


def _question(page: Page) -> None:
    page.locator("#id_fixture").evaluate("one => one.scrollIntoView({block: 'center'})")


def _opened(page: Page) -> None:
    page.locator("tbody .row-link").nth(2).click()
    page.locator("#sheet h2").first.wait_for()
    page.wait_for_timeout(500)


def _take(town: Town, shot: Shot, look: str) -> str:
    """One picture of the screen as it is met, not of the whole page; its file name."""
    language, width, style = look.split("-")
    wide, high = SIZES[width]
    context = town.context(shot.who, viewport={"width": wide, "height": high})
    said = (COOKIES[style], ("django_language", LANGUAGES[language]))
    context.add_cookies([{"name": name, "value": value, "url": town.served.url} for name, value in said])
    page = context.new_page()
    page.goto(shot.path)
    shot.first(page)
    page.wait_for_load_state("networkidle")
    name = f"{shot.name}-{look}.png"
    _keep(page.screenshot(), FOLDER / name)
    context.close()
    return name


def _keep(png: bytes, to: Path) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)


if __name__ == "__main__":
    main()
