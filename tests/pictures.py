"""Take the screenshots under docs/pictures from the running product: `python -m tests.pictures` (make pictures).

File names: page-language-width-look.png; look is day, night or large. Which page is shown in which language, width and look is
chosen in SHOTS; docs/pictures/README.md says why.
"""

import io
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
LANGUAGES = {"zh": "zh-hans", "en": "en"}
COLOURS = 128  # of a palette: screens have few
PHONE = ("zh-390-day",)
PHONE_ALL = ("zh-390-day", "zh-390-night", "zh-390-large", "en-390-day")
PHONE_TWO = ("zh-390-day", "en-390-day")
DESK = ("zh-1440-day",)
WALL = ("zh-1920-day", "zh-1920-night", "en-1920-day")
DESK_SIZES = ("zh-1440-day", "en-1440-day", "zh-390-day", "zh-1920-day")
DESK_ALL = ("zh-1440-day", "zh-1440-night", "en-1440-day", "zh-390-day", "zh-1920-day")
PICTURES_SECONDS = 60  # the worker prepares what the demonstration shows


class Shot(NamedTuple):
    """One page: its name, who looks at it, where, in which looks, and what he does there first."""

    name: str
    who: str
    path: str
    looks: tuple[str, ...]
    first: Callable[[Page], None] = lambda page: None


def main() -> None:
    """Every shot anew; what no shot takes any more is removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gezhi-pictures.") as folder, _town(Path(folder)) as town:
        taken = {_take(town, shot, look) for shot in shots(town) for look in shot.looks}
    for old in FOLDER.glob("*.png"):
        if old.name not in taken:
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
    yield from _of_residents(code, {short: f"/t/{codes[whole]}" for short, whole in number.items()})
    yield from _of_the_desk(code, number, office)
    yield from _of_what_is_derived(code)
    yield from _of_the_pocket(code, number)
    address = deeds.hang_wall(town.page("admin"), "大厅")
    for look in WALL:  # a wall's look is in its address
        yield Shot("wall", "", f"{address}?look={look.rpartition('-')[2]}", (look,))


def _of_residents(code: str, status: dict[str, str]) -> Iterator[Shot]:
    yield Shot("home", "", "/", PHONE_ALL)
    yield Shot("place", "", f"/p/{code}", PHONE_TWO)
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
    yield Shot("brief", "zhou", "/desk/brief/", DESK)
    yield Shot("albums", "chen", "/desk/albums/", DESK, _first_album)
    yield Shot("parties", "chen", "/desk/parties/", DESK)
    yield Shot("party", "chen", office, DESK)
    yield Shot("accounts", "admin", "/desk/accounts/", DESK)


def _of_what_is_derived(code: str) -> Iterator[Shot]:
    yield Shot("views", "chen", "/desk/views/", DESK)
    yield Shot("bulk", "chen", "/desk/", ("zh-1440-day", "zh-390-day"), _chosen)
    yield Shot("map", "zhou", "/desk/map/", DESK_SIZES, _drawn)
    yield Shot("spot", "chen", f"/desk/spots/{code}/", DESK_SIZES)
    yield Shot("figures", "zhou", "/desk/figures/", DESK_SIZES)
    yield Shot("months", "zhou", "/desk/ledger/months/", DESK)
    yield Shot("forms", "zhou", "/desk/ledger/forms/", DESK)
    yield Shot("cells", "admin", "/desk/places/371072008015/cells/", DESK)


def _of_the_pocket(code: str, number: dict[str, str]) -> Iterator[Shot]:
    yield Shot("my-work", "ding", "/my/", PHONE_ALL)
    yield Shot("my-case", "ding", f"/my/cases/{number['05']}/", PHONE_TWO)
    yield Shot("my-done", "ding", f"/my/cases/{number['05']}/done/", PHONE)
    yield Shot("found", "wei", "/my/found/", PHONE)
    yield Shot("found-form", "wei", f"/my/found/?place={code}", ("zh-390-day", "zh-390-large"))
    yield Shot("duty", "sun", "/my/duty/", PHONE)
    yield Shot("me", "sun", "/my/me/", PHONE)


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


def _first_album(page: Page) -> None:
    page.locator("tbody .row-link").first.click()
    page.wait_for_load_state()


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
