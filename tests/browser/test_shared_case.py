"""A case that its lead cannot solve alone: three log-ins, one share each, from the report to the ledger line, and the books hold."""

from playwright.sync_api import Page, expect

from tests.browser import deeds
from tests.browser.people import PHONE, Town, camera

WORDS = "单元门口的弱电箱歪了，线垂到地上"
SHARE = "把箱子扶正，线收进管"
AGENCY = "区综合行政执法局"


def test_a_lead_shares_a_case_and_all_of_it_reaches_the_ledger(town: Town) -> None:
    code, number = deeds.new_case(town, WORDS)
    chen, sun, gao, zhao = (town.page(who) for who in ("chen", "sun", "gao", "zhao"))
    deeds.act_on_desk(chen, number, "受理立案")
    deeds.dispatch(chen, number)
    _take(sun, number)
    _share(sun, number)
    expect(sun.get_by_text("还有 1 家没办完")).to_be_visible()
    expect(sun.get_by_role("link", name="处置完成")).to_have_count(0)  # not while a share is under way
    _does_his_share(gao, number)
    sun.goto(f"/desk/cases/{number}/")
    expect(sun.get_by_text("都办完了")).to_be_visible()
    _done(sun, number)
    deeds.act_on_desk(zhao, number, "核查通过", 核查所见="箱子正了，没有垂线")
    _confirm(town.phone(), code)
    _stands_in_the_ledger(chen, number)
    checked = town.served.command("check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert town.served.complaints() == []


def _take(page: Page, number: str) -> None:
    deeds.open_on_desk(page, number)
    page.get_by_role("button", name="签收", exact=True).click()
    expect(page.get_by_text(f"{number}：")).to_be_visible()


def _share(page: Page, number: str) -> None:
    """One row filled, one more asked for and taken back by leaving it empty; one press sends it."""
    page.goto(f"/desk/cases/{number}/")
    page.get_by_role("link", name="还要谁一起办").click()
    row = page.get_by_role("group", name="第 1 家")
    party = row.get_by_label("请哪家")
    expect(party).to_be_visible()
    party.select_option(label=AGENCY)
    row.get_by_label("办什么").fill(SHARE)
    page.get_by_role("button", name="再加一家").click()
    expect(page.get_by_role("group", name="第 2 家")).to_be_visible()
    expect(page.get_by_role("group", name="第 1 家").get_by_label("办什么")).to_have_value(SHARE)
    page.get_by_role("button", name="派出").click()
    expect(page.get_by_text("已派出 1 份协办。")).to_be_visible()


def _does_his_share(page: Page, number: str) -> None:
    """On a phone's screen: take, then finish with a picture. Of the case he reads nothing a reporter said."""
    page.set_viewport_size(PHONE)
    page.goto("/desk/tasks/")
    page.get_by_role("link", name=SHARE).click()
    expect(page.get_by_role("heading", name=SHARE)).to_be_visible()
    assert WORDS not in page.content()
    assert page.request.get(f"/desk/cases/{number}/").status == 404
    page.get_by_role("button", name="接单").click()
    expect(page.get_by_role("link", name="办完了")).to_be_visible()
    page.get_by_role("link", name="办完了").click()
    page.locator("input[type=file]").first.set_input_files([camera(SHARE, "#6f9d7c")])
    if page.get_by_label("情况说明").count():
        page.get_by_label("情况说明").fill("扶正了，线进了管")
    page.get_by_role("button", name="办完了").click()
    expect(page.locator(".tag-brand").first).to_have_text("办好了")


def _done(page: Page, number: str) -> None:
    page.get_by_role("link", name="处置完成").click()
    expect(page.get_by_role("heading", name="处置完成", exact=True)).to_be_visible()
    page.locator("input[type=file]").first.set_input_files([camera("收好了", "#6f9d7c")])
    page.get_by_label("情况说明").fill("箱子扶正，线收好了")
    page.get_by_role("button", name="处置完成", exact=True).click()
    expect(page.get_by_text(f"{number}：")).to_be_visible()


def _confirm(page: Page, code: str) -> None:
    page.goto(f"/t/{code}")
    expect(page.get_by_text("请几家一起办").first).to_be_visible()
    page.get_by_role("button", name="办好了", exact=True).click()
    expect(page.get_by_text("谢谢，这件事办结了。")).to_be_visible()


def _stands_in_the_ledger(page: Page, number: str) -> None:
    """Among what is closed. The worker brings the ledger up within seconds."""
    line = page.get_by_role("row").filter(has_text=number[7:])
    for _ in range(deeds.LEDGER_SECONDS):
        page.goto(f"/desk/ledger/?state=closed&words={number}")
        if line.count():
            break
        page.wait_for_timeout(1000)
    expect(line).to_have_count(1)
