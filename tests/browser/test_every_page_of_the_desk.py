"""Every page of the desk, looked at by whoever may open it: axe, the browser's own complaints, and narrow screens."""

from tests.browser import deeds
from tests.browser.people import Town
from tests.browser.walking import Walk, names, unmet

STARTS = {
    "chen": ("/desk/", "/desk/?view=closed"),
    "zhou": ("/desk/", "/desk/?view=closed"),
    "admin": ("/desk/", "/desk/catalogue/0501/"),
    "sun": ("/desk/",),
    "ding": ("/desk/",),
    "zhao": ("/desk/",),
}


def test_every_page_of_the_desk_is_for_everybody(town: Town) -> None:
    somebody_waits_for_a_call(town)
    walk = Walk(town)
    for who, starts in STARTS.items():
        walk.by(who, starts, within="/desk/")
    walk.by("zhou", [_roster_of_the_office(town)], within="/desk/shifts/")
    assert not walk.wrong, "\n".join(walk.wrong)
    assert unmet((name for name in names() if name.startswith("desk:")), walk.met) == []


def somebody_waits_for_a_call(town: Town) -> None:
    """A resident left a phone number and was accepted: the desk owes a call."""
    page = town.phone()
    page.goto(f"/r/{deeds.place_code(page)}")
    deeds.fill_report(page, "请打电话告诉我", [])
    page.get_by_label("您的电话").fill("13800138000")
    deeds.send(page)
    deeds.act_on_desk(town.page("chen"), deeds.case_number(page), "受理立案")


def _roster_of_the_office(town: Town) -> str:
    page = town.page("zhou")
    page.goto("/desk/parties/")
    address = page.get_by_role("link", name="皇冠街道办事处", exact=True).get_attribute("href")
    assert address
    return address
