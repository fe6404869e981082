"""Where it is, said by a resident of seventy: an address first and then the map, large letters, and a form that was sent empty."""

from playwright.sync_api import Page, expect

from tests.browser.people import Town


def _chosen(page: Page, words: str) -> None:
    page.get_by_label("在哪里").press_sequentially(words)
    page.locator("[data-where-found] button").first.click()
    expect(page.locator("[data-where-said]")).to_contain_text("选好了")


def test_an_address_chosen_before_the_map_is_opened_is_where_the_map_begins(town: Town) -> None:
    page = town.phone()
    page.goto("/r/")
    _chosen(page, "悦海花园")
    page.get_by_text("在地图上点一下在哪里").click()
    expect(page.locator("[data-pin-said]")).to_contain_text("点在这里")
    assert page.locator("#id_lon").input_value()


def test_an_address_that_was_given_up_again_is_not_shown_on_the_map(town: Town) -> None:
    page = town.phone()
    page.goto("/r/")
    _chosen(page, "悦海花园")
    page.get_by_label("在哪里").fill("说不清")
    page.get_by_text("在地图上点一下在哪里").click()
    expect(page.locator("[data-pin-said]")).to_contain_text("还没有点")


def test_in_large_letters_the_one_button_stays_at_hand_where_there_is_room(town: Town) -> None:
    page = town.phone()
    page.goto("/r/")
    page.evaluate("document.documentElement.dataset.size = 'large'")
    submit = page.locator(".action-bar button")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(submit).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 420})
    expect(submit).not_to_be_in_viewport()


def test_a_form_that_was_sent_empty_is_not_brought_back_as_if_something_stood_in_it(town: Town) -> None:
    page = town.phone()
    page.goto("/r/")
    page.locator(".action-bar button").click()
    expect(page.get_by_text("请写一句话").first).to_be_visible()
    page.goto("/")
    page.goto("/r/")
    page.wait_for_function("async () => !(await outbox.all()).length")
    expect(page.get_by_text("上次没写完的")).to_have_count(0)
