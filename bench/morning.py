"""A clerk's morning in a real browser, at an office of so many cases: what each step takes until the next thing can be done."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.load import HOST
from bench.morning_deeds import Told, get_ready, morning
from bench.office import Office
from bench.offices import filled, sizes
from bench.table import Table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

USUAL = (10_000,)  # the larger ones are asked for by name
MORNINGS = 3
PATIENCE_MS = 60_000
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(slots=True)
class Watch:
    """Milliseconds and bytes of each step, a row a morning."""

    page: "Page"
    took: dict[str, list[float]] = field(default_factory=dict)
    weighed: dict[str, list[float]] = field(default_factory=dict)
    bytes: float = 0

    def __post_init__(self) -> None:
        wire = self.page.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda told: self._came(told))

    def _came(self, told: dict[str, Any]) -> None:
        self.bytes += told["encodedDataLength"]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.page.wait_for_load_state("networkidle")  # what the step before still fetches is not this one's
        self.bytes, begun = 0, time.perf_counter()
        yield
        self.took.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        self.page.wait_for_load_state("networkidle")
        self.weighed.setdefault(name, []).append(self.bytes)


def measure(office: Office) -> Table:
    """Three mornings at each size, with server and worker; the office is left as it was."""
    notes = [
        f"Median of {MORNINGS} mornings by one clerk, until the next thing can be done. Kilobytes of the first morning, styles and scripts in them, and of the last.",
        "Undone at the end: the three cases stand where they stood. The view, the form and the three calls of earlier days stay for the next time.",
    ]
    rows: list[tuple[str, ...]] = []
    for size in sizes(USUAL):
        with filled(office, size, notes) as full:
            rows += _rows(size, _mornings(full, notes))
    heads = ("step", "cases", "ms, median", "ms, longest", "kB the first time", "kB the last time")
    return Table("A clerk's morning", heads, rows, tuple(notes))


def _rows(size: int, watch: Watch) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{size:,}",
            f"{median(took):.0f}",
            f"{max(took):.0f}",
            f"{watch.weighed[name][0] / 1000:.0f}",
            f"{watch.weighed[name][-1] / 1000:.0f}",
        )
        for name, took in watch.took.items()
    ]


def _mornings(office: Office, notes: list[str]) -> Watch:
    kept = office.inside("log_in", "zhou")
    with office.serving(), office.working(), _chromium() as browser:
        earlier = _screen(browser, office, kept)
        get_ready(earlier)
        earlier.context.close()
        watch = Watch(_screen(browser, office, kept))  # nothing of the product lies in its memory yet
        for _ in range(MORNINGS):
            told = morning(watch.page, watch.step)
        notes.append(_said(told))
    return watch


def _screen(browser: "Browser", office: Office, kept: dict[str, str]) -> "Page":
    """A desk of its own, logged in by these cookies."""
    address = f"http://{HOST}:{office.port}"
    context = browser.new_context(
        base_url=address,
        viewport={"width": 1440, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        service_workers="block",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in kept.items()])
    return context.new_page()


def _said(told: Told) -> str:
    return (
        f"The view has {told.in_view}, the search {told.found}, the map {told.on_map}, the list behind it {told.back_in_list}; {told.dispatched}, {told.undone};"
        f" the figure says {told.figure}, its list {told.its_cases} and shows {told.its_rows}; the form took {told.form_says}."
    )


@contextmanager
def _chromium() -> "Iterator[Browser]":
    """The system's, without a window. CHROMIUM names another one. Raises RuntimeError where there is none."""
    from playwright.sync_api import expect, sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        raise RuntimeError("no Chromium on this machine: name one by CHROMIUM=/its/path")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as player:
        arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = player.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
