"""Who speaks instead of typing: sees that it is on, listens before he sends, and loses nothing when he presses submit while speaking."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import deeds
from tests.browser.people import Town

# a microphone for pages without one: a tone, which the browser's own recorder takes
TONE = """navigator.mediaDevices.getUserMedia = async () => {
  const sound = new AudioContext(), tone = sound.createOscillator(), out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  return out.stream;
};"""


@pytest.fixture
def phone(town: Town) -> Callable[[], Page]:
    def opened() -> Page:
        page = town.phone("")
        page.add_init_script(TONE)
        page.goto(f"/r/{deeds.place_code(page)}")
        return page

    return opened


def begin(page: Page) -> None:
    page.get_by_role("button", name="按一下，开始说").click()
    expect(page.get_by_text("正在录音")).to_be_visible()
    expect(page.get_by_text("0:01 / 1:00")).to_be_visible()


def test_submit_ends_the_recording_and_sends_it(phone: Callable[[], Page]) -> None:
    page = phone()
    begin(page)
    page.get_by_role("button", name="提交").last.click()
    page.wait_for_url("**/t/**")
    expect(page.get_by_text("秒的录音")).to_be_visible()


def test_what_was_said_is_heard_before_it_is_sent_and_may_be_thrown_away(phone: Callable[[], Page]) -> None:
    page = phone()
    begin(page)
    page.get_by_role("button", name="停", exact=True).click()
    expect(page.get_by_text("录好了")).to_be_visible()
    page.get_by_role("button", name="听一遍").click()
    expect(page.get_by_role("button", name="不听了")).to_be_visible()
    page.get_by_role("button", name="不要这段").click()
    expect(page.get_by_text("录好了")).to_be_hidden()
    assert page.locator("#id_voice").evaluate("one => one.files.length") == 0


def test_danger_is_said_while_it_is_typed(phone: Callable[[], Page]) -> None:
    page = phone()
    page.get_by_label("怎么回事").fill("楼道里有煤气味")
    expect(page.locator("[data-danger-call]")).to_be_visible()
    page.get_by_label("怎么回事").fill("路灯不亮")
    expect(page.locator("[data-danger-call]")).to_be_hidden()
