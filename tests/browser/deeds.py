"""What people do on the screens, in the product's words. Each leaves the browser where the product leads it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Town, camera

PLACE = "悦海花园 9号楼"  # in the care of wei's grid team, chen's desk and ding's company
COMPANY = "悦海物业"
LEDGER_SECONDS = 15


def place_code(page: Page, name: str = PLACE) -> str:
    """The code on the poster of a place, found as a resident finds it: by name on the front page."""
    page.goto("/")
    page.get_by_label("在哪里").fill(name)
    page.get_by_role("button", name="找这个地方").click()
    address = page.get_by_role("list", name="找到的地点").get_by_role("link").first.get_attribute("href")
    assert address
    return address.removeprefix("/r/")


def fill_report(page: Page, words: str, photos: list, chip: str = "门、玻璃坏了") -> None:
    """A photo, a chip and words on the report form; nothing is sent yet."""
    page.locator("input[type=file]").first.set_input_files(photos)
    page.get_by_role("radio", name=chip).check()
    page.get_by_label("怎么回事").fill(words)


def send(page: Page) -> str:
    """Send the report, as a matter of its own where others have told of one like it; the tracking code on the receipt."""
    page.get_by_role("button", name="提交").click()
    taken = page.get_by_role("heading", name="收到了，谢谢您")
    apart = page.get_by_role("button", name="都不是，提交我的")
    expect(taken.or_(apart)).to_be_visible()
    if apart.is_visible():
        apart.click()
    expect(taken).to_be_visible()
    return (
        page.locator("[data-copy]").first.get_attribute("data-copy") or ""
    )  # folded where a phone number was left


def case_number(page: Page) -> str:
    """The case's number on a status page."""
    found = re.search(r"\d{6}-\d{4}-\d{7}", page.get_by_text("案件编号").last.inner_text())
    assert found
    return found[0]


def open_on_desk(page: Page, number: str) -> Locator:
    """Open a case by its number, which the desk's search leads to: other tests may have filled the first page of the list. What the page says."""
    page.goto(f"/desk/?q={number[7:]}")
    page.wait_for_url(f"**/desk/cases/{number}/**")
    case = page.locator("body")
    expect(case.get_by_text(number).first).to_be_visible()
    return case


def act_on_desk(page: Page, number: str, act: str, **said: str) -> None:
    """From list to sheet to form to deed. said: what is written, by the label of its field."""
    sheet = open_on_desk(page, number)
    sheet.get_by_role("link", name=act, exact=True).click()
    expect(sheet.get_by_role("heading", name=act, exact=True)).to_be_visible()
    for label, words in said.items():
        sheet.get_by_label(label).fill(words)
    sheet.get_by_role("button", name=act, exact=True).click()
    expect(page.get_by_text(f"{number}：")).to_be_visible()


def dispatch(page: Page, number: str, company: str = COMPANY) -> None:
    """To the company that the page offers for this place."""
    sheet = open_on_desk(page, number)
    sheet.get_by_role("radio", name=re.compile(company)).check(force=True)
    sheet.get_by_role("button", name="派遣", exact=True).click()
    expect(page.get_by_text(f"{number}：已派遣")).to_be_visible()


def open_on_phone(page: Page, words: str, view: str = "") -> None:
    """One matter out of 我的活."""
    page.goto(f"/my/{view}")
    page.get_by_role("link").filter(has_text=words).click()
    expect(page.get_by_text(words).first).to_be_visible()


def mend(page: Page, words: str, note: str) -> None:
    """Done, with a picture taken afterwards."""
    open_on_phone(page, words)
    page.get_by_role("link", name="处置完成").click()
    page.locator("input[type=file]").first.set_input_files([camera(note, "#6f9d7c")])
    page.get_by_label("情况说明").fill(note)
    page.get_by_role("button", name="处置完成").click()
    expect(page.get_by_text("待核查").first).to_be_visible()


def new_case(town: Town, words: str) -> tuple[str, str]:
    """A resident's report without script; (tracking code, case number)."""
    page = town.phone(java_script_enabled=False)
    page.goto(f"/r/{place_code(page)}")
    fill_report(page, words, [camera(words)])
    code = send(page)
    return code, case_number(page)


def ledger_line(page: Page, number: str, words: str) -> str:
    """The case's row in the ledger once it holds these words. The worker brings the ledger up within seconds."""
    row = page.get_by_role("row").filter(has_text=number[7:]).filter(has_text=words)
    for _ in range(LEDGER_SECONDS):
        page.goto(f"/desk/ledger/?words={number}")
        if row.count():
            break
        page.wait_for_timeout(1000)
    return row.inner_text()


def hang_wall(page: Page, name: str) -> str:
    """The address of a fresh wall screen, made by an administrator; it is shown this once."""
    page.goto("/desk/receivers/")
    page.get_by_role("link", name="大屏").click()
    page.get_by_role("link", name="添加大屏").first.click()
    page.get_by_label("这块屏叫什么").fill(name)
    page.get_by_role("button", name="生成地址").click()
    found = re.search(r"/wall/gzwall_[\w-]+", page.content())
    assert found
    return found[0]
