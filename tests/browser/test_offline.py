"""Without network: the form opens, what is filled in is kept and told with its age, and becomes one report once somebody answers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route, expect

from tests.browser import deeds
from tests.browser.deeds import fill_report
from tests.browser.offline import SEVERAL, back, cut, found_by_desk, queued, ready, submit, until
from tests.browser.people import Town, camera

LATER_MS = 21_000  # a page from the server is believed to have a network for twenty seconds


def test_a_report_written_without_network_is_kept_and_becomes_one_report(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    ready(page, path)
    cut(page)
    page.reload()
    expect(page.get_by_text("离线 · 上次更新")).to_be_visible()
    fill_report(page, "离线写的：楼道灯不亮", [camera("离线的灯")])
    submit(page)
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    expect(page.get_by_label("怎么回事")).to_have_value("")
    page.reload()
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    back(page)
    expect(page.get_by_text(re.compile(r"已收到，编号 \d{6}-\d{4}-\d{7}"))).to_be_visible()
    page.get_by_role("link", name="查看").click()
    expect(page.get_by_text("离线写的：楼道灯不亮").first).to_be_visible()
    expect(page.locator(".thumb")).to_have_count(1)
    assert found_by_desk(town, "离线写的") == 1


def test_a_network_that_comes_back_during_a_try_is_not_overlooked(phone: Callable) -> None:
    page, held = phone(), list[Route]()
    path = f"/r/{deeds.place_code(page)}"
    page.clock.install()
    page.goto(path)
    page.clock.pause_at(datetime.now(UTC) + timedelta(days=1))  # no timer helps: what is asked must do
    page.context.route("**/unsent/token", lambda route: route.continue_() if held else held.append(route))
    page.evaluate(SEVERAL, [path, 1])
    page.evaluate(
        "async () => { const [one] = await outbox.all(); await outbox.put({ ...one, state: 'waiting' }, []); outbox.flush(); }"
    )
    while not held:
        page.wait_for_timeout(50)
    page.evaluate("dispatchEvent(new Event('online'))")
    held[0].abort()
    expect(page.get_by_text("已收到，编号")).to_be_visible()


def test_when_answers_stop_although_the_phone_believes_in_its_network(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    page.clock.install()
    page.goto(path)
    page.clock.fast_forward(LATER_MS)
    page.context.route("**/*", lambda route: route.abort())
    fill_report(page, "信号满格也发不出", [camera("满格")])
    submit(page)
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    page.clock.fast_forward(130_000)
    expect(page.get_by_text("还没有发送 · 2 分钟前")).to_be_visible()
    page.context.unroute("**/*")
    page.get_by_role("button", name="现在发送").click()
    expect(page.get_by_text("已收到，编号")).to_be_visible()
    assert found_by_desk(town, "信号满格也发不出") == 1


def test_a_form_lost_on_its_way_is_sent_by_the_next_page(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    page.goto(path)
    fill_report(page, "半路上断了", [camera("半路")])
    until(page, "async () => (await outbox.all()).length === 1")
    page.context.route(
        "**/r/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    submit(page)
    page.wait_for_url("chrome-error://**")
    page.context.unroute("**/r/*")
    page.goto("/")
    expect(page.get_by_text("已收到，编号")).to_be_visible()
    assert found_by_desk(town, "半路上断了") == 1


def test_a_report_sent_as_ever_leaves_nothing_on_the_phone(phone: Callable) -> None:
    page = phone()
    page.goto(f"/r/{deeds.place_code(page)}")
    fill_report(page, "一切正常", [camera("正常")])
    until(page, "async () => (await outbox.all()).length === 1")
    deeds.send(page)
    until(page, "async () => (await outbox.all()).length === 0")


def test_what_was_typed_comes_back_after_the_page_was_closed(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    page.goto(path)
    fill_report(page, "写到一半", [camera("一半")])
    until(
        page,
        """async () => {
      const [one] = await outbox.all();
      return one?.fields.some(([, said]) => said === "写到一半") && (await outbox.files(one.id)).length === 1;
    }""",
    )
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(path)
    expect(again.get_by_text("上次没写完的，已经放回来了")).to_be_visible()
    expect(again.get_by_label("怎么回事")).to_have_value("写到一半")
    expect(again.locator("[data-photos-list] li")).to_have_count(1)
    deeds.send(again)
    expect(again.locator(".thumb")).to_have_count(1)
    again.goto(path)
    expect(again.get_by_label("怎么回事")).to_have_value("")
    assert found_by_desk(town, "写到一半") == 1


def test_several_drafts_wait_are_deleted_and_undone_and_outlive_the_page(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    ready(page, path)
    cut(page)
    page.reload()
    queued(page, "草稿甲")
    queued(page, "草稿乙")
    expect(page.get_by_role("heading", name="未发送（2）")).to_be_visible()
    page.locator("#unsent li").filter(has_text="草稿甲").get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", name="未发送（1）")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name="未发送（2）")).to_be_visible()
    page.locator("#unsent li").filter(has_text="草稿甲").get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", name="未发送（1）")).to_be_visible()
    context = page.context
    page.close()
    back_again = context.new_page()
    context.set_offline(False)
    back_again.goto("/unsent/")
    expect(back_again.locator("li").filter(has_text="草稿乙").get_by_text("已收到，编号")).to_be_visible()
    assert (found_by_desk(town, "草稿甲"), found_by_desk(town, "草稿乙")) == (0, 1)


def test_what_is_refused_says_why_and_opens_again_with_everything_in_it(town: Town, phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    ready(page, path)
    cut(page)
    page.reload()
    queued(page, "电话写错了", 您的电话="12ab")
    back(page)
    expect(page.get_by_text("没有收下：")).to_be_visible()
    page.get_by_role("link", name="改一改").click()
    expect(page.get_by_label("怎么回事")).to_have_value("电话写错了")
    expect(page.locator("[data-photos-list] li")).to_have_count(1)
    page.get_by_label("您的电话").fill("13800001234")
    deeds.send(page)
    until(page, "async () => (await outbox.all()).length === 0")
    assert found_by_desk(town, "电话写错了") == 1


def test_a_full_phone_says_so_and_the_form_stays(phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    ready(page, path)
    cut(page)
    page.reload()
    page.evaluate("outbox.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError')); 0")
    fill_report(page, "存不下的话", [camera("存不下")])
    submit(page)
    expect(page.get_by_text("手机存不下了")).to_be_visible()
    expect(page.get_by_label("怎么回事")).to_have_value("存不下的话")


DRAFTS, REPLAYS = 25, 3
REPLAY = """async (isKeyed) => {
  const all = (await outbox.all()).sort(() => Math.random() - 0.5);
  window.drafts ??= structuredClone(all);
  for (const [place, one] of [...window.drafts].sort(() => Math.random() - 0.5).entries()) {
    const fields = isKeyed ? one.fields : one.fields.map(([name, value]) => [name, name === "key" ? outbox.random() : value]);
    await outbox.put({ ...one, fields, id: String(place).padStart(4, "0"), state: "waiting" }, []);
    await outbox.drop(one.id);
  }
  for (let tries = 0; tries < 300; tries += 1) {
    await outbox.flush();
    if ((await outbox.all()).every((one) => one.state === "sent")) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return (await outbox.all()).map((one) => one.number);
}"""


def replayed(page: Page, path: str, *, times: int, drafts: int, is_keyed: bool = True) -> list[str]:
    """The numbers that the outbox was told, over all replays in random order, by two pages at once."""
    page.goto(path)
    page.evaluate(SEVERAL, [path, drafts])
    told = []
    for _ in range(times):
        found = page.evaluate(REPLAY, is_keyed)
        assert len(found) == drafts
        told += found
    return told


def test_25_drafts_replayed_three_times_in_random_order_are_25_reports(phone: Callable) -> None:
    page = phone()
    path = f"/r/{deeds.place_code(page)}"
    other = page.context.new_page()
    other.goto("/unsent/")  # a second page of the same phone, which sends whenever it may
    told = replayed(page, path, times=REPLAYS, drafts=DRAFTS)
    assert (len(told), len(set(told)), "" in told) == (DRAFTS * REPLAYS, DRAFTS, False)


def test_without_its_key_every_replay_would_be_another_report(phone: Callable) -> None:
    page = phone()
    told = replayed(page, f"/r/{deeds.place_code(page)}", times=2, drafts=3, is_keyed=False)
    assert len(set(told)) == 6
