"""Who sits in front of the browser: screens by size, people with their log-in, pictures from a camera."""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    StorageState,
    expect,
    sync_playwright,
)

from tests.browser.served import Served

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WAIT_MS = 15_000
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")
SHELL = "chromium-headless-shell"  # quicker, and without the memory of pages that one comes back to
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
expect.set_options(timeout=WAIT_MS)  # a machine that tests two databases at once is slow, not wrong


@contextmanager
def browser(whole: bool = False) -> Iterator[Browser]:
    """The system's Chromium without a window. Ends with the block, and with it every context. whole: keeps pages that were left."""
    with sync_playwright() as player:
        yield started(player, whole)


def started(player: Playwright, whole: bool = True) -> Browser:
    """Chromium under an open playwright: the whole one (CHROMIUM first), or its shell where the system has it."""
    shell = None if whole else shutil.which(SHELL)
    path = shell or os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium on this machine: name one by CHROMIUM=/its/path"
    arguments = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    # people go back in browsers that keep the page they left
    return player.chromium.launch(
        executable_path=path, args=arguments, ignore_default_args=["--disable-back-forward-cache"]
    )


@dataclass(frozen=True)
class Town:
    """A browser in front of one Gezhi."""

    browser: Browser
    served: Served

    def context(self, who: str = "", **more: Any) -> BrowserContext:
        """A screen of its own, logged in when somebody is named; a desk unless said otherwise."""
        if who and who not in self.served.states:
            self.served.states[who] = self._logged_in(who)
        wanted: dict[str, Any] = {"viewport": DESK, "locale": "zh-CN", "reduced_motion": "reduce"}
        wanted |= {"timezone_id": "Asia/Shanghai", "storage_state": self.served.states.get(who)}
        # the pages are the same without it, and each context would fetch the whole shell
        wanted |= {"service_workers": "block"}
        opened = self.browser.new_context(base_url=self.served.url, **wanted | more)
        opened.set_default_timeout(WAIT_MS)
        return opened

    def page(self, who: str = "", **more: Any) -> Page:
        """A fresh page on a screen of its own."""
        return self.context(who, **more).new_page()

    def phone(self, who: str = "", **more: Any) -> Page:
        """A fresh page on a phone."""
        return self.page(who, viewport=PHONE, has_touch=True, is_mobile=True, **more)

    def _logged_in(self, who: str) -> StorageState:
        page = self.page()
        log_in(page, who, self.served.passwords[who])
        state = page.context.storage_state()
        page.context.close()
        return state


def log_in(page: Page, who: str, password: str) -> None:
    """Through the form, as anybody."""
    page.goto("/account/login/")
    page.get_by_label("登录名").fill(who)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


@lru_cache(maxsize=32)
def camera(words: str, colour: str = "#7c9aa5") -> dict[str, Any]:
    """A JPEG as a file input takes it; the same words, the same picture."""
    picture = Image.new("RGB", (1024, 768), colour)
    ImageDraw.Draw(picture).text((40, 40), words, fill="white", font_size=40)
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def broken_picture() -> dict[str, Any]:
    """Half a JPEG: it begins like one and ends in the middle."""
    whole = camera("half of it")
    return whole | {"name": "half.jpg", "buffer": whole["buffer"][: len(whole["buffer"]) // 2]}
