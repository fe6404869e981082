"""S6: from a pasted group to codes in the clipboard, with nobody's name; and a call taken by keys alone."""

import base64
import re

from playwright.sync_api import Page, expect

from tests.browser.people import Town, camera

CHAT = """3-1-201李女士 2026/3/1 9:12:33
3号楼1单元门口的灯坏了，晚上看不见
3-1-201李女士 2026/3/1 9:12:50
[图片]
于海 2026/3/1 9:13:10
我家也是
物业孙 2026/3/1 9:13:41
收到[强]，马上安排师傅
"田"邀请"于"加入了群聊
田大爷 2026/3/1 10:15:20
@物业孙 垃圾桶满了没人清，田大爷天天扫
"""
DROP = """([form, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const bag = new DataTransfer();
  bag.items.add(new File([bytes], "image.png", { type }));
  document.querySelector(form).dispatchEvent(new DragEvent("drop", { dataTransfer: bag, bubbles: true, cancelable: true }));
}"""


def test_from_a_pasted_group_to_codes_in_the_clipboard(town: Town) -> None:
    desk = town.page("chen", permissions=["clipboard-read", "clipboard-write"])
    first = _made(desk)
    answer = str(desk.evaluate("navigator.clipboard.readText()"))
    lines = answer.splitlines()
    assert [line[:2] for line in lines] == ["1.", "2."]  # one for each case, not for each voice
    for name in ("李女士", "于海", "田大爷", "物业孙", "201"):
        assert name not in answer
    status = town.phone()
    status.goto(re.findall(r"/t/\S+", lines[1])[0])
    expect(status.get_by_role("heading", name="是什么事")).to_be_visible()
    expect(status.get_by_text("垃圾桶满了没人清")).to_have_count(0)  # a whole group holds the code
    desk.goto("/desk/paste/")
    desk.get_by_label("群里的话").fill(CHAT)
    desk.get_by_role("button", name="看看有哪些问题").click()
    expect(desk.get_by_text("3 条早就登记过")).to_be_visible()
    assert first == 2
    assert town.served.complaints() == []


def _made(desk: Page) -> int:
    """Pasted, a picture dropped beside it, looked at, taken in, copied: how many matters are on the list."""
    desk.goto("/desk/")
    desk.get_by_role("link", name="粘贴群聊").first.click()
    desk.get_by_label("群里的话").fill(CHAT)
    desk.get_by_label("哪个群").fill("悦海花园业主群")
    photo = camera("门口的灯")
    data = base64.b64encode(photo["buffer"]).decode()
    desk.evaluate(DROP, ["[data-drop]", "image/jpeg", data])
    desk.get_by_role("button", name="看看有哪些问题").click()
    lamp = desk.get_by_role("group", name="第 1 条", exact=True)
    expect(lamp.get_by_role("combobox", name="归哪一条")).to_have_value("0")
    expect(lamp.get_by_role("radio", name=re.compile("^悦海社区 .*3号楼"))).to_be_checked()
    expect(
        desk.get_by_role("group", name="第 2 条", exact=True).get_by_role("radio", name="和第 1 条是同一件")
    ).to_be_checked()
    desk.get_by_role("button", name="登记勾上的").click()
    desk.get_by_role("button", name="复制回复").click()
    expect(desk.get_by_role("button", name="已复制")).to_be_visible()
    return desk.get_by_label("回到群里的话").input_value().count("已登记")


def test_a_call_is_taken_by_keys_alone(town: Town) -> None:
    desk = town.page("chen")
    desk.goto("/desk/new/")
    keys = desk.keyboard
    expect(desk.get_by_label("反映的事")).to_be_focused()
    keys.type("路灯不亮很久了")
    expect(desk.get_by_text("像是这几类")).to_be_visible()
    keys.press("Tab")
    keys.type("yhhy 3 2")
    keys.press("Enter")
    expect(desk.locator("#place-options").get_by_role("radio").first).to_be_checked()
    keys.type("1")
    keys.press("Enter")
    keys.type("13800001234")
    keys.press("Control+Enter")
    expect(desk.get_by_text("已登记：371072-")).to_be_visible()
    expect(desk.get_by_label("反映的事")).to_be_focused()
    expect(desk.get_by_label("反映的事")).to_have_value("")
    number = re.findall(r"371072-\d{4}-\d{7}", desk.get_by_role("status").first.inner_text())[0]
    desk.goto(f"/desk/cases/{number}/")
    expect(desk.locator("main").get_by_text("悦海花园小区 3号楼 2单元").first).to_be_visible()
    expect(desk.locator("main").get_by_text("路灯不亮很久了").first).to_be_visible()


def test_the_arrows_reach_the_places_that_the_words_speak_of_and_the_buttons_stay_in_sight(
    town: Town,
) -> None:
    desk = town.page("chen")
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.goto("/desk/new/")
    desk.keyboard.type("悦海花园三号楼二单元楼道灯不亮")
    expect(desk.get_by_text("像是在这里")).to_be_visible()
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowDown")
    chosen = desk.locator("#suggested input[name=place]:checked")
    expect(chosen).to_have_count(1)
    assert "3号楼 2单元" in chosen.evaluate("one => one.closest('label').innerText")
    expect(desk.get_by_role("button", name="登记，开下一张")).to_be_in_viewport()
    desk.keyboard.press("ArrowDown")
    assert "2单元" not in chosen.evaluate("one => one.closest('label').innerText")


def test_a_call_whose_words_name_a_place_is_asked_about_and_one_key_takes_it(town: Town) -> None:
    desk = town.page("chen")
    desk.goto("/desk/new/")
    desk.keyboard.type("悦海花园三号楼二单元门口积水")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("没有选位置，是不是这里？")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status").first).to_contain_text("悦海花园小区 3号楼 2单元")
