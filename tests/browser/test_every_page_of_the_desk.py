"""Every page of the desk, looked at by whoever may open it: axe, the browser's own complaints, and narrow screens."""

from tests.browser import deeds
from tests.browser.people import Town
from tests.browser.walking import Walk, names, unmet

STARTS = {
    "chen": ("/desk/", "/desk/?view=closed"),
    "zhou": ("/desk/", "/desk/?view=closed"),
    "admin": ("/desk/", "/desk/catalogue/0501/", "/desk/places/371072008015/cells/"),
    "sun": ("/desk/",),
    "ding": ("/desk/",),
    "zhao": ("/desk/",),
}


def test_every_page_of_the_desk_is_for_everybody(town: Town) -> None:
    somebody_waits_for_a_call(town)
    a_category_and_a_cell_have_ended(town)
    another_system_is_told(town)
    an_order_has_come(town)
    closed = a_party_and_a_place_have_ended(town)
    walk = Walk(town)
    for who, starts in STARTS.items():
        walk.by(who, starts, within="/desk/")
    walk.by("zhou", [_roster_of_the_office(town)], within="/desk/shifts/")
    for address in ("/desk/catalogue/0107/", *closed):
        walk.by("admin", [address], within=address)
    assert not walk.wrong, "\n".join(walk.wrong)
    assert unmet((name for name in names() if name.startswith("desk:")), walk.met) == []


def somebody_waits_for_a_call(town: Town) -> None:
    """Who rang up (the demonstration's street lamps) hears of the acceptance by a call: now the desk owes one."""
    page = town.page("chen")
    page.goto("/desk/")
    short = page.get_by_role("row").filter(has_text="门口路灯坏了两盏").get_by_role("cell").last.inner_text()
    deeds.act_on_desk(page, f"371072-{short}", "受理立案")


def an_order_has_come(town: Town) -> None:
    """Pasted by the officer, read, and taken in without a place."""
    page = town.page("zhou")
    page.goto("/desk/orders/new/")
    page.get_by_label("来件文字").fill(
        "工单编号：WH17\n诉求内容：楼前路灯不亮\n办理时限：2031-03-05 17:00\n12345热线"
    )
    page.get_by_role("button", name="读出来核对").click()
    page.get_by_role("button", name="登记来件").click()
    page.get_by_text("来件已登记。").wait_for()


def a_category_and_a_cell_have_ended(town: Town) -> None:
    """Where nothing was reported: now both can be taken back."""
    page = town.page("admin")
    for address in ("/desk/catalogue/0107/close/", "/desk/places/371072008015/cells/371072008015-03/close/"):
        page.goto(address)
        page.get_by_label("理由").fill("没有用过")
        page.get_by_role("button", name="停用").click()
        page.get_by_text("已停用：").wait_for()


def another_system_is_told(town: Town) -> None:
    """At an address where nothing may be sent: it fails, and the page says why."""
    page = town.page("admin")
    page.goto("/desk/receivers/new/")
    page.get_by_label("名称").fill("区城管平台")
    page.get_by_label("接收地址").fill("https://127.0.0.1/hook")
    page.get_by_role("button", name="添加").click()
    page.get_by_text("只显示这一次").wait_for()


def a_party_and_a_place_have_ended(town: Town) -> list[str]:
    """Both made for this, so that nobody misses them. Returns the addresses of their pages."""
    page = town.page("admin")
    page.goto("/desk/parties/new/")
    page.get_by_label("名称").fill("楼长队（试）")
    page.get_by_label("代码").fill("LZD")
    page.get_by_label("24 小时电话").fill("0631-000-0198")
    page.get_by_role("button", name="添加").click()
    page.get_by_role("link", name="停用", exact=True).click()
    party = page.url.removesuffix("close/")
    page.get_by_role("button", name="停用单位").click()
    page.get_by_text("已停用 ").wait_for()
    page.goto("/desk/places/371072008015/add/")
    page.get_by_label("种类").select_option("street")
    page.get_by_label("名称").fill("小巷")
    page.get_by_label("网格").select_option(index=1)
    page.get_by_role("button", name="添加").click()
    page.get_by_role("link", name="悦海社区 小巷").click()
    page.get_by_role("link", name="停用", exact=True).click()
    place = page.url.removesuffix("close/")
    page.get_by_role("button", name="停用位置").click()
    page.get_by_text("已停用：").wait_for()
    return [one.removeprefix(town.served.url) for one in (party, place)]


def _roster_of_the_office(town: Town) -> str:
    page = town.page("zhou")
    page.goto("/desk/parties/")
    address = page.get_by_role("link", name="皇冠街道办事处", exact=True).get_attribute("href")
    assert address
    return address
