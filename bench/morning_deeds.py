"""What a clerk does on a morning, on the product's own screens: the same for the test that holds it to its word and for the bench that measures it.

Playwright is a library for developers: it is read in at first use.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import morning_form

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WORDS = "积水"
VIEW = "早上先派的"  # what a clerk calls the view
FORM = "积水月报"
COMPANY = "悦海"
PLACE = "悦海花园 9号楼"
KIND = "路面积水"
SOME = 3  # cases dispatched together
MOST_LISTED = 1000  # beyond it lists say "1000+"
TOLD = ("地下车库入口积水，车开不进去", "楼前下水不畅，一下雨就积水", "单元门口低洼处积水，老人过不去")

Step = Callable[[str], AbstractContextManager[None]]  # what stands inside is one step of the morning


@dataclass(frozen=True, slots=True)
class Told:
    """What the screens said. Counts as they stand there; numbers: of the cases that were dispatched and taken back."""

    in_view: str
    view_listed: str
    found: str
    on_map: int
    apart: int
    rows_of_map: int
    cluster: tuple[int, str]
    back_in_list: str
    numbers: Sequence[str]
    dispatched: str
    undone: str
    states_after: Sequence[str]
    figure: int
    its_cases: str
    its_rows: int
    form_says: int
    form: bytes


def morning(page: "Page", step: Step) -> Told:
    """All of it, once. What `get_ready` does has been done before. It leaves the office as it was: what is dispatched is taken back."""
    with step("the list of cases"):
        page.goto("/desk/")
        _stands(page.locator("#rows tr").first)
    with step("a view of one's own"):
        link = page.get_by_role("link", name=re.compile(f"^{VIEW}"))
        in_view = link.locator(".count").inner_text()
        link.click()
        _stands(page.locator("#saved-views a[aria-current=page]"))
    view_listed = total(page)
    with step(f"search {WORDS} in it"):
        _search(page, WORDS)
    found = total(page)
    with step("the same on the map"):
        page.get_by_role("link", name="在地图上看").click()
        _stands(page.locator(".leaflet-marker-pane .map-sign").first)
    on_map, apart, rows_of_map = _of_map(page)
    cluster = _cluster(page)
    with step("from the map into the list"):
        page.locator("[data-map-here] a").click()
        _stands(page.locator("#rows tr").first)
    back_in_list = total(page)
    page.get_by_role("link", name="去掉条件“地图").click()
    _stands(page.locator("#rows tr").first)
    numbers, dispatched, undone, states_after = _dispatch_and_back(page, step)
    figure, its_cases, its_rows = _figures(page, step)
    form_says, form = _form(page, step)
    return Told(
        in_view, view_listed, found, on_map, apart, rows_of_map, cluster, back_in_list,
        numbers, dispatched, undone, states_after, figure, its_cases, its_rows, form_says, form,
    )  # fmt: skip


def _stands(one: "Locator") -> None:
    from playwright.sync_api import expect

    expect(one).to_be_visible()


def total(page: "Page") -> str:
    """How many a list says it has: "3", "1000+"."""
    found = re.search(r"共 ([0-9]+\+?) 件", page.locator("#pager").inner_text())
    return found[1] if found else ""


def _search(page: "Page", words: str) -> None:
    page.get_by_label("搜索内容或编号").fill(words)
    page.get_by_role("button", name="筛选", exact=True).click()
    _stands(page.get_by_label(f"去掉条件“内容或编号：{words}”"))
    _stands(page.locator("#rows tr").first)


# ---- the map ----


def _of_map(page: "Page") -> tuple[int, int, int]:
    """(all that is counted, of it at no point of the map, what the rows of the list beside it say together)."""
    inside, whole = re.findall(r"[0-9]+", page.locator("[data-map-sum]").inner_text())
    chips = page.locator("[data-map-rows] .clock").all_inner_texts()
    listed = sum(int(re.findall(r"[0-9]+$", one.strip())[0]) for one in chips)
    return int(whole), int(whole) - int(inside), listed


def _cluster(page: "Page") -> tuple[int, str]:
    """What one sign of several places counts, and what the list that it leads to says; the morning goes on at the map. (0, "") without one."""
    link = page.locator("[data-map-rows] a.link").first
    if not link.count():
        return 0, ""
    said = int(re.findall(r"[0-9]+", link.inner_text())[0])
    here = page.url
    link.click()
    _stands(page.locator("#rows tr").first)
    listed = total(page)
    page.goto(here)
    _stands(page.locator("[data-map-here] a"))
    return said, listed


# ---- three at once ----


def _dispatch_and_back(page: "Page", step: Step) -> tuple[Sequence[str], str, str, Sequence[str]]:
    numbers = _pick(page)
    with step("three cases chosen, looked at before"):
        page.get_by_role("button", name="派遣", exact=True).click()
        _stands(page.get_by_label("派给谁"))
    whom = page.get_by_label("派给谁")
    company = whom.locator("option").filter(has_text=COMPANY).first.get_attribute("value")
    with step("all of them to one company"):
        whom.select_option(company)
        _stands(page.get_by_role("heading", name=f"可以办的 {SOME} 件"))
    with step("dispatched by one press"):
        page.get_by_role("button", name="派遣勾选的").click()
        _stands(page.locator("#strip"))
    dispatched = page.locator("#strip .alert-title").inner_text()
    with step("taken back"):
        page.locator("#strip").get_by_role("button", name="撤销").click()
        _stands(page.get_by_text(f"撤销了 {SOME} 件", exact=True))
    undone = page.get_by_text(f"撤销了 {SOME} 件", exact=True).inner_text()
    return numbers, dispatched, undone, [_state(page, number) for number in numbers]


def _pick(page: "Page") -> list[str]:
    """The first three ticked that have time left: a clock that strikes meanwhile moves a case on, and it could not be taken back. Their numbers."""
    boxes = page.locator("#rows tr:has(.clock-in_time) input[name=cases]")
    for at in range(SOME):
        boxes.nth(at).check()
    return [boxes.nth(at).get_attribute("value") or "" for at in range(SOME)]


def _state(page: "Page", number: str) -> str:
    """What a case says of itself now; its number leads to it."""
    page.goto(f"/desk/?q={number}")
    page.wait_for_url("**/desk/cases/**")
    state = page.locator("main .tag-brand").first
    _stands(state)
    return state.inner_text()


# ---- figures ----


def _figures(page: "Page", step: Step) -> tuple[int, str, int]:
    """(a number of the page, how many cases the page behind it says it lists, how many rows there are on all its pages)."""
    with step("the figures of the subdistrict"):
        page.get_by_role("link", name="指标", exact=True).click()
        _stands(page.locator(".figure-beside a").first)
    with step("the figures of this month"):
        page.get_by_role("link", name="本月", exact=True).click()
        _stands(page.get_by_role("link", name="本月", exact=True).and_(page.locator("[aria-current=page]")))
    link, n = _number_to_open(page)
    with step("the cases behind one number"):
        link.click()
        _stands(page.locator("table tbody tr").first)
    said = re.search(r"这里列出 ([0-9]+\+?) 件", page.locator("main").inner_text())
    rows = page.locator("table tbody tr").count()
    while page.get_by_role("link", name="下一页").count():
        page.get_by_role("link", name="下一页").click()
        page.wait_for_load_state()
        rows += page.locator("table tbody tr").count()
    return n, said[1] if said else "", rows


def _number_to_open(page: "Page") -> "tuple[Locator, int]":
    """The largest number of the page that its list counts exactly within a few pages."""
    links = page.locator("a[href*='/figures/cases/']")
    texts = links.all_inner_texts()
    numbers = [
        int(found[0]) if (found := re.findall(r"(?<![0-9.])[0-9]+$", one.strip())) else 0 for one in texts
    ]
    few = [n for n in numbers if 0 < n <= MOST_LISTED // 5]
    n = max(few)
    return links.nth(numbers.index(n)), n


# ---- the superior's form ----


def _form(page: "Page", step: Step) -> tuple[int, bytes]:
    """(how many cases the page says it takes, the filled file)."""
    with step("the superior's form"):
        page.goto("/desk/ledger/forms/")
        page.get_by_role("link", name=FORM).first.click()
        _stands(page.get_by_label("哪个月收到的"))
    with step("filled and downloaded"), page.expect_download() as coming:
        page.get_by_role("button", name="填好，下载").click()
    file = Path(coming.value.path()).read_bytes()
    page.reload()
    said = re.search(r"按打开时的条件是 ([0-9]+) 件", page.locator("main").inner_text())
    return int(said[1]) if said else -1, file


# ---- what was done on earlier days ----


def get_ready(page: "Page") -> None:
    """A view kept, a form mapped and filled once, three cases to dispatch; each where it is not there yet."""
    page.goto("/desk/")
    if not page.get_by_role("link", name=re.compile(f"^{VIEW}")).count():
        _keep_view(page)
    page.goto("/desk/ledger/forms/")
    if not page.get_by_role("link", name=FORM).count():
        _map_form(page)
    for number in _fresh(page):
        _accept(page, number)


def _keep_view(page: "Page") -> None:
    page.goto("/desk/views/new/?view=opened&order=newest")
    page.get_by_label("名称").fill(VIEW)
    page.get_by_role("button", name="存").click()
    page.wait_for_url("**/desk/?*")


def _map_form(page: "Page") -> None:
    page.locator("input[type=file]").set_input_files(
        {
            "name": f"{FORM}.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": morning_form.as_sent(),
        }
    )
    page.get_by_role("button", name="上传，看看每一列").click()
    page.get_by_label("叫什么名字").fill(FORM)
    page.get_by_role("button", name="记住，去填表").click()
    _stands(page.get_by_label("哪个月收到的"))
    page.get_by_text("更多条件").click()
    page.get_by_label("内容或编号").fill(WORDS)
    with page.expect_download():
        page.get_by_role("button", name="填好，下载").click()


def _fresh(page: "Page") -> list[str]:
    """Numbers of cases taken down by telephone, as many as are missing for a press on three."""
    page.goto(f"/desk/?view=opened&q={WORDS}&clock=safe")
    missing = SOME - page.locator("#rows tr").count()
    return [_take_down(page, words) for words in TOLD[: max(0, missing)]]


def _take_down(page: "Page", words: str) -> str:
    page.goto("/desk/new/")
    page.locator("#id_text").fill(words)
    page.get_by_label("名称、编号或拼音首字母").fill(PLACE)
    page.get_by_role("radio", name=re.compile(PLACE.split()[-1])).first.check(force=True)
    page.get_by_role("button", name="登记", exact=True).click()
    _stands(page.get_by_role("heading", name="已登记"))
    said = page.locator("main").inner_text()
    found = re.search(r"\d{6}-\d{4}-\d{7}", said)
    if found is None:
        raise RuntimeError(f"no number of a case in {said!r}")
    return found[0]


def _accept(page: "Page", number: str) -> None:
    page.goto(f"/desk/cases/{number}/")
    page.get_by_role("link", name="受理立案", exact=True).first.click()
    page.get_by_role("radio", name=KIND).first.check(force=True)
    page.get_by_role("button", name="受理立案", exact=True).click()
    page.get_by_text(f"{number}：").wait_for()
