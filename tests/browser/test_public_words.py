"""From the menu to everybody: the desk looks at a case's words, sees what must go, publishes by keys, and a stranger reads them."""

from playwright.sync_api import expect

from tests.browser.people import Town

SAID = "单元门玻璃换好了，地上清干净了"


def test_from_the_list_of_what_waits_to_the_page_of_the_place(town: Town) -> None:
    desk = town.page("chen")
    desk.goto("/desk/")
    desk.get_by_role("link", name="待公开审核").first.click()
    card = desk.get_by_role("listitem").filter(has_text="已解决").first
    card.get_by_label("公开的一句话").fill("302室王先生说的，电话13800138000")
    card.get_by_role("button", name="发布").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("句子里有电话号码，不能公开")).to_be_visible()
    place = desk.locator(".row", has_text="已解决").first.inner_text()
    words = desk.get_by_label("一句话")
    words.fill("302室王先生说的")
    expect(desk.locator("mark").filter(has_text="王先生")).to_be_visible()
    expect(desk.get_by_label("标出的我看过，不指向任何人或住户")).to_be_visible()
    words.fill(SAID)
    expect(desk.locator("#public-seen").get_by_text(SAID)).to_be_visible()
    expect(desk.locator("mark")).to_have_count(0)
    desk.get_by_role("button", name="发布").click()
    desk.wait_for_url("**/desk/review/?next=1")
    number = place.split()[0]
    desk.goto(f"/desk/cases/{number}/")
    part = desk.get_by_role("region", name="公开说明")
    expect(part.get_by_text(SAID).first).to_be_visible()
    code = desk.locator("dl.facts a[href^='/desk/places/']").first.get_attribute("href").split("/")[-2]
    stranger = town.phone()
    stranger.goto(f"/p/{code}")
    expect(stranger.get_by_text(SAID)).to_be_visible()
    part.get_by_role("button", name="撤回").click()
    expect(desk.get_by_text("定了：不公开说明")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text(SAID)).to_have_count(0)
    assert town.served.complaints() == []
