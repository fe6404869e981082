"""Without network on a day's work: what was fetched is there, deeds wait in the phone, and only whoever did them sees them."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import deeds
from tests.browser.offline import KEPT, READY, back, cut, entries, found_by_desk, on_walk, until
from tests.browser.people import Town, camera, log_in


def test_on_the_spot_in_a_cellar_at_a_place_that_was_never_opened(town: Town, phone: Callable) -> None:
    page = phone("wei")
    on_walk(page)
    cut(page)
    page.get_by_role("link", name="随手办").first.click()
    expect(page.get_by_text("离线 · 上次更新")).to_be_visible()
    page.get_by_label("名称或位置编号").fill("悦海花园 3号楼")
    page.get_by_role("button", name="找", exact=True).click()
    place = page.locator("[data-places] a:visible").nth(1)
    name, number = place.locator(".cell-place").inner_text(), place.get_attribute("data-number") or ""
    place.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.locator("#id_after").set_input_files([camera("地下室修好了")])
    page.get_by_role("radio", name="门、玻璃坏了").check()
    page.get_by_label("说一句").fill("地下室的门")
    page.get_by_label("楼门海报上的位置编号").fill(number)
    page.get_by_role("button", name="修好了，办结").last.click()
    expect(page.locator("#unsent").get_by_text(f"{name} · 地下室的门")).to_be_visible()
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    back(page)
    expect(page.get_by_text("已收到，编号")).to_be_visible()
    page.get_by_role("link", name="查看").click()
    expect(page.locator("dd").get_by_text(name)).to_be_visible()
    expect(page.locator("#unsent li")).to_have_count(0)


def test_deeds_wait_with_the_version_they_saw_and_who_was_too_late_keeps_his_words(
    town: Town, phone: Callable
) -> None:
    _, number = deeds.new_case(town, "离线办理的玻璃")
    deeds.act_on_desk(town.page("chen"), number, "受理立案")
    deeds.dispatch(town.page("chen"), number)
    page = phone("ding")
    on_walk(page)
    until(page, KEPT, f"/my/cases/{number}/")
    cut(page)
    page.goto(f"/my/cases/{number}/")
    expect(page.get_by_text("离线办理的玻璃").first).to_be_visible()
    page.get_by_role("button", name="签收").click()
    expect(page.locator("#unsent").get_by_text("签收")).to_be_visible()
    back(page)
    expect(page.get_by_text(f"已收到，编号 {number}")).to_be_visible()

    page.goto(f"/my/cases/{number}/done/")
    until(page, KEPT, f"/my/cases/{number}/done/")
    cut(page)
    page.reload()
    page.locator("input[type=file]").first.set_input_files([camera("换好的玻璃")])
    page.get_by_label("情况说明").fill("换了一块玻璃")
    page.get_by_role("button", name="处置完成").click()
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    other = town.phone("ding")
    other.goto(f"/my/cases/{number}/done/")
    other.locator("input[type=file]").first.set_input_files([camera("另一张")])
    other.get_by_label("情况说明").fill("先到一步")
    other.get_by_role("button", name="处置完成").click()
    expect(other.get_by_text("待核查").first).to_be_visible()
    back(page)
    expect(page.get_by_text("没有收下：情况刚刚有了变化，您写的都还在")).to_be_visible()
    assert next(one["fields"] for one in entries(page) if one["state"] == "refused")[-1] == [
        "note",
        "换了一块玻璃",
    ]


def test_an_ended_session_loses_nothing(town: Town, phone: Callable) -> None:
    page = phone("wei")
    page.goto("/my/found/?pick=" + deeds.place_code(page))
    page.evaluate(READY)
    page.reload()
    cut(page)
    page.get_by_label("说一句").fill("登录过期也不丢")
    page.get_by_role("radio", name="门、玻璃坏了").check()
    page.locator("#id_after").set_input_files([camera("过期")])
    page.get_by_role("button", name="修不了，交给社区").click()
    expect(page.get_by_text("还没有发送 · 刚刚")).to_be_visible()
    page.context.clear_cookies()
    back(page)
    expect(page.get_by_text("请先登录，登录后会发出")).to_be_visible()
    page.get_by_role("link", name="登录").click()
    page.get_by_label("登录名").fill("wei")
    page.get_by_label("密码").fill(town.served.passwords["wei"])
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("已收到，编号")).to_be_visible()
    assert found_by_desk(town, "登录过期也不丢") == 1


def test_log_out_clears_the_copies_and_nobody_else_sees_what_waits(town: Town, phone: Callable) -> None:
    page = phone()
    log_in(page, "wei", town.served.passwords["wei"])
    on_walk(page)
    page.goto("/my/found/?pick=" + deeds.place_code(page))
    page.evaluate("""async () => outbox.put({ id: outbox.freshId(), key: outbox.random(), who: outbox.whoIs(), action: "/my/found/", address: "/my/found/",
      form: "found", title: "魏的草稿", fields: [["text", "x"]], state: "refused", said: "不行", made_at: Date.now(), tried_at: 0 }, [])""")
    expect(page.get_by_text("魏的草稿")).to_be_visible()
    page.goto("/my/me/")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/")
    until(page, "async () => !(await caches.has('mine-1'))")
    page.goto("/unsent/")
    expect(page.get_by_role("heading", name="没有等着发送的内容")).to_be_visible()
    expect(page.get_by_text("魏的草稿")).to_have_count(0)
    cut(page)
    page.goto("/my/")
    expect(page.get_by_text("现在没有网络，这一页手机里也没有存")).to_be_visible()
    page.evaluate("async () => (await caches.open('public-1')).delete('/unsent/')")
    page.goto("/unsent/")  # its plain one is always there
    expect(page.get_by_role("heading", name="未发送的内容")).to_be_visible()
    expect(page.get_by_text("现在没有网络，这一页手机里也没有存")).to_be_hidden()
    back(page)
    log_in(page, "wei", town.served.passwords["wei"])
    page.goto("/my/me/")
    expect(page.get_by_text("魏的草稿")).to_be_visible()
