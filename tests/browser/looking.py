"""What is wrong with the page in front of us: for people who cannot see, for narrow screens, and for the browser itself."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
# Width changes what stands where, night what it is painted with: every rule is asked by day on the wide screen and by night on the narrow one.
QUICK = {"resultTypes": ["violations"], "preload": False, "selectors": False}
# Of a long table or list axe gets the first ten rows: a hundred alike say nothing new and take five times as long.
SHORTEN = """() => {
  for (const rows of document.querySelectorAll("tbody, ul, ol"))
    for (const row of [...rows.children].slice(10)) if (!row.hidden) row.hidden = row.dataset.cut = true;
}"""
WHOLE = """() => {
  for (const row of document.querySelectorAll("[data-cut]")) row.hidden = false, delete row.dataset.cut;
}"""
OVERFLOW = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > room + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(-3);
}"""
WATCH_POLICY = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""


class Eye:
    """Listens to a page from its first moment; `heard` is what the browser complained about since the last asking."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._heard: list[str] = []
        page.add_init_script(WATCH_POLICY)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._heard.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def heard(self) -> list[str]:
        """Console errors, script errors, refused and failed requests."""
        found, self._heard = self._heard, []
        return found

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(
            "Failed to load resource"
        ):  # _answered knows
            self._heard.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (
            request.failure or ""
        ):  # whoever leaves a page drops what it still waits for
            self._heard.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._heard.append(f"{response.status}: {response.url}")


def findings(eye: Eye) -> list[str]:
    """Everything wrong with the page as it stands, day and night, narrow and wide, in large letters too.

    Leaves the page as it came: narrow, by day, in letters of normal size.
    """
    return [*eye.heard(), *_in_large_letters(eye.page), *_seen(eye.page), *eye.heard()]


def glance(eye: Eye) -> list[str]:
    """The same of a page that differs from one looked at in its fields alone: every rule once, every width, by day."""
    return [*eye.heard(), *_in_large_letters(eye.page), *too_wide(eye.page), *_by_day(eye.page), *eye.heard()]


def too_wide(page: Page) -> list[str]:
    """What sticks out of a narrow screen; the page stays narrow."""
    page.set_viewport_size(NARROW)
    return [f"sticks out at 390: {one}" for one in page.evaluate(OVERFLOW)]


def _seen(page: Page) -> Iterator[str]:
    yield from too_wide(page)
    yield from _by_day(page)
    page.emulate_media(color_scheme="dark")
    yield from violations(page, "night 390")
    page.emulate_media(color_scheme="light")
    page.evaluate(WHOLE)


def _by_day(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    page.evaluate(SHORTEN)
    page.set_viewport_size(WIDE)
    found = violations(page, "day 1440")
    page.set_viewport_size(NARROW)
    return found


def violations(page: Page, when: str) -> list[str]:
    """One line for each rule of axe that is broken. The page has axe's script (AXE_SCRIPT) already."""
    broken = page.evaluate("options => axe.run(document, options)", QUICK)["violations"]
    return [
        f"{when}: {one['id']} × {len(one['nodes'])}: {one['nodes'][0]['html'][:160]} {_why(one)}"
        for one in broken
    ]


def _why(violation: dict[str, Any]) -> str:
    node = violation["nodes"][0]
    checks = [*node["any"], *node["all"], *node["none"]]
    return str(checks[0]["message"]) if checks else str(violation["help"])


def _in_large_letters(page: Page) -> list[str]:
    page.evaluate("document.documentElement.dataset.size = 'large'")
    found = [f"large: {one}" for one in too_wide(page)]
    page.evaluate("delete document.documentElement.dataset.size")
    return found
