"""The map under real fingers: list and map in step, keys, a pin without dragging, borders drawn, tiles that fail and tiles that are shifted."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.looking import Eye, findings
from tests.browser.people import Town

ON_THE_WIRE = 200_000  # bytes of the first load
SIGNS = ".leaflet-marker-pane .map-sign"
HOST = "https://tile.example.org"
CELLS = "/desk/places/371072008015/cells/draw/"


def _counted(page: Page) -> tuple[int, int]:
    """(what the signs say together, what the rows of the list say together)."""
    on_map = sum(map(int, page.locator(SIGNS).all_inner_texts()))
    chips = page.locator("[data-map-rows] .clock").all_inner_texts()
    return on_map, sum(int(re.findall(r"[0-9]+$", one.strip())[0]) for one in chips)


def test_the_list_beside_the_map_says_the_same_wherever_one_looks(town: Town) -> None:
    page = town.page("zhou")
    page.goto("/desk/map/")
    expect(page.locator(SIGNS).first).to_be_visible()
    on_map, listed = _counted(page)
    assert on_map == listed > 0
    before = page.locator("[data-map-sum]").inner_text()
    for _ in range(3):
        page.get_by_role("button", name="放大", exact=True).click()
    page.wait_for_function(
        "(was) => document.querySelector('[data-map-sum]').textContent !== was", arg=before
    )
    on_map, listed = _counted(page)
    assert on_map == listed
    page.locator(".map").focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("这一块地图上没有")).to_be_visible()
    assert town.served.complaints() == []


def test_by_keys_alone_from_the_list_to_the_sheet_of_a_case(town: Town) -> None:
    page = town.page("zhou")
    page.goto("/desk/map/")
    expect(page.locator(SIGNS).first).to_be_visible()
    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-list")).to_be_focused()
    for _ in range(8):  # closer, until a row is one place
        row = page.locator("[data-map-rows] button").first
        if "放大看" not in row.inner_text():
            break
        said = page.locator("[data-map-rows]").inner_text()
        row.focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            "(was) => document.querySelector('[data-map-rows]').innerText !== was", arg=said
        )
    page.locator("[data-map-rows] button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-map-spot-title]")).to_be_focused()
    expect(page.locator(".map-chosen")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet").get_by_role("heading").first).to_be_visible()
    assert findings(Eye(page)) == []


def test_a_sign_opens_by_a_click_and_the_months_slide(town: Town) -> None:
    page = town.page("zhou")
    page.goto("/desk/map/")
    page.locator(SIGNS).first.click()
    slide = page.locator("[data-map-slide]")
    slide.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("select[name=month]")).not_to_have_value("")
    expect(page.locator("select[name=mode]")).to_be_visible()
    expect(page.locator("[data-map-rows] .clock-received").first).to_be_visible()
    page.locator("select[name=mode]").select_option("open")
    expect(page.locator("[data-map-rows] .clock-open").first).to_be_visible()
    page.keyboard.press("Escape")
    assert town.served.complaints() == []


def test_the_first_load_is_light(town: Town) -> None:
    page = town.page("zhou")
    wire = page.context.new_cdp_session(page)
    sizes: list[float] = []
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto("/desk/map/")
    expect(page.locator(SIGNS).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 50_000 < sum(sizes) < ON_THE_WIRE


def test_a_pin_is_put_without_dragging_and_goes_with_the_report(town: Town) -> None:
    page = town.phone()
    page.goto("/r/")
    page.get_by_text("在地图上点一下在哪里").click()
    expect(page.locator(".map .leaflet-control-zoom")).to_be_visible()
    page.get_by_label("在哪里", exact=True).fill("悦海花园3栋")
    page.get_by_role("button", name="3号楼").first.click()
    expect(page.get_by_text("选好了")).to_be_visible()
    lat = float(page.locator("#id_lat").input_value())
    page.get_by_role("button", name="向上一点").click()
    assert float(page.locator("#id_lat").input_value()) > lat
    expect(page.locator(".map-pin")).to_have_count(1)
    assert findings(Eye(page)) == []
    box = page.locator("[data-pin] .map").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 200, box["y"] + 120)
    expect(page.locator("[data-pin-said]")).to_contain_text("点在这里")
    page.get_by_label("怎么回事").fill("楼前路面塌了一块")
    page.get_by_role("button", name="提交", exact=True).last.click()
    page.wait_for_url(re.compile("/t/|/r/"))
    if "/r/" in page.url:  # asked whether it is one of these
        assert page.locator("#id_lat").input_value()
    assert town.served.complaints() == []


REFUSED = "Geolocation.prototype.getCurrentPosition = (found, lost) => lost({ code: 1 });"
SILENT = "Geolocation.prototype.getCurrentPosition = (found) => { window.answer = found; };"


def test_without_a_position_the_form_says_what_to_do(town: Town) -> None:
    page = town.phone()
    page.add_init_script(REFUSED)
    page.goto("/r/")
    page.get_by_text("在地图上点一下在哪里").click()
    page.get_by_role("button", name="我的位置").click()
    expect(page.get_by_text("没有得到您的位置")).to_be_visible()


def test_a_question_of_the_browser_that_nobody_answers_ends_and_a_late_answer_is_taken(town: Town) -> None:
    page = town.phone()
    page.add_init_script(SILENT)
    page.clock.install()
    page.goto("/r/")
    page.get_by_text("在地图上点一下在哪里").click()
    page.get_by_role("button", name="我的位置").click()
    expect(page.get_by_text("正在找您的位置")).to_be_visible()
    page.clock.fast_forward(10_000)
    expect(page.get_by_text("没有得到您的位置")).to_be_visible()
    page.evaluate("answer({coords: {longitude: 122.05, latitude: 37.2}})")
    expect(page.locator("[data-pin-said]")).to_contain_text("点在这里")


def test_until_the_map_listens_there_is_no_button_to_tap_in_vain(town: Town) -> None:
    page = town.phone()
    held: list[Route] = []
    page.route("**/pin*.js", lambda route: held.append(route))
    page.goto("/r/")
    with page.expect_request("**/pin*.js"):
        page.get_by_text("在地图上点一下在哪里").click()
    here = page.get_by_text("我的位置", exact=True)
    expect(here).to_be_attached()
    expect(here).to_be_hidden()
    expect(page.locator("[data-pin] .map")).to_be_visible()
    held[0].continue_()
    expect(here).to_be_visible()


def test_where_the_map_cannot_be_had_the_form_goes_on_without(town: Town) -> None:
    page = town.phone()
    page.route("**/find/map*", lambda route: route.abort())
    page.goto("/r/")
    page.get_by_text("在地图上点一下在哪里").click()
    expect(page.get_by_text("地图现在打不开。写明在哪里就行。")).to_be_visible()


def test_a_corner_is_moved_by_hand_and_by_number_and_taken_back(town: Town) -> None:
    page = town.page("admin")
    page.goto(CELLS)
    corner = page.locator(".map-corner").first
    expect(corner).to_be_visible()
    field = page.locator("[data-corners]").first
    before = field.input_value()
    box = corner.bounding_box()
    assert box
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 70, steps=6)
    page.mouse.up()
    assert field.input_value() != before
    page.get_by_role("button", name="退回一步").click()
    assert field.input_value() == before
    page.get_by_label("第 1 个角 经度").fill("122.2")
    page.keyboard.press("Tab")
    assert field.input_value().startswith("122.2, ")
    page.get_by_role("button", name="退回一步").click()
    page.get_by_role("button", name="去掉", exact=True).nth(1).click()
    assert len(field.input_value().split("\n")) == len(before.split("\n")) - 1
    assert findings(Eye(page)) == []


def test_a_cell_is_cut_on_the_map_and_looked_at(town: Town) -> None:
    page = town.page("admin")
    page.goto(CELLS)
    expect(page.locator(".map-corner").first).to_be_visible()
    page.get_by_role("button", name="画一条切线").click()
    area = page.locator("path.map-drawn").bounding_box()
    assert area
    middle = area["y"] + area["height"] / 2
    for x in (area["x"] - 40, area["x"] + area["width"] + 40):
        page.mouse.click(x, middle)
    page.get_by_role("button", name="切开", exact=True).click()
    expect(page.locator("textarea[name=corners-new]")).not_to_have_value("")
    page.get_by_label("新网格的名称").fill("悦海新格")
    page.get_by_label("理由").fill("太大")
    page.get_by_role("button", name="先看看会怎样").click()
    expect(page.get_by_text(re.compile("请看一下再保存|可以保存"))).to_be_visible()
    assert town.served.complaints() == []


@pytest.fixture
def tiles(town: Town) -> Any:
    """Sets the office's background, and takes it away again."""

    def put(page: Page, address: str, system: str = "wgs84") -> None:
        page.goto("/desk/map/background/")
        page.get_by_label("底图地址").fill(address)
        page.get_by_label("来源说明").fill("© 示例底图")
        page.get_by_label("底图的坐标系").select_option(system)
        page.get_by_role("button", name="保存底图").click()
        expect(page.get_by_text("底图已保存")).to_be_visible()

    yield put
    page = town.page("admin")
    put(page, "")


def _tile(route: Route) -> None:
    file = io.BytesIO()
    Image.new("RGB", (256, 256), "#dfe8e0").save(file, "PNG")
    route.fulfill(body=file.getvalue(), content_type="image/png")


def test_tiles_that_fail_leave_the_map_usable_with_a_sentence(town: Town, tiles: Any) -> None:
    page = town.page("admin")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.context.route(f"{HOST}/**", refuse)
    tiles(page, f"{HOST}/{{z}}/{{x}}/{{y}}.png")
    desk = town.page("zhou")
    desk.context.route(f"{HOST}/**", lambda route: route.abort())
    desk.goto("/desk/map/")
    expect(desk.get_by_text("底图暂时打不开")).to_be_visible()
    expect(desk.locator(SIGNS).first).to_be_visible()
    expect(desk.get_by_text("© 示例底图")).to_be_visible()
    assert asked


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_shifted_tiles_shift_the_map_and_what_is_tapped_comes_back_unshifted(
    system: str, town: Town, tiles: Any
) -> None:
    page = town.page("admin")
    asked: list[str] = []

    def keep(route: Route) -> None:
        asked.append(route.request.url)
        _tile(route)

    page.context.route(f"{HOST}/**", keep)
    tiles(page, f"{HOST}/{{z}}/{{x}}/{{y}}.png", system)
    page.goto("/desk/places/371072008015/")
    code = page.locator("a[href^='/desk/places/371072-']").first.get_attribute("href")
    assert code
    page.goto(f"{code}pin/")
    asked.clear()
    lon, lat = 122.2086, 37.4032
    page.get_by_label("经度").fill(str(lon))
    page.get_by_label("纬度").fill(str(lat))
    page.keyboard.press("Tab")
    pin = page.locator(".map-pin").bounding_box()
    assert pin
    page.mouse.click(pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] - 0.5)
    found = [float(page.get_by_label(name).input_value()) for name in ("经度", "纬度")]
    assert found == pytest.approx([lon, lat], abs=3e-5)  # a pixel
    assert asked


def test_a_plan_is_laid_by_taps(town: Town) -> None:
    page = town.page("admin")
    page.goto("/desk/map/background/")
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "#eeddcc").save(file, "JPEG")
    page.locator("#id_plan").set_input_files(
        {"name": "平面图.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    )
    page.get_by_role("button", name="上传，下一步对位置").click()
    picture = page.get_by_alt_text("上传的图纸")
    on_map = page.locator("[data-lay-map] .map")
    for x, y in ((40, 40), (300, 200)):
        picture.click(position={"x": x, "y": y})
        on_map.click(position={"x": 60 + x // 2, "y": 60 + y // 2})
    page.get_by_label("图纸名称").fill("悦海花园平面图")
    assert findings(Eye(page)) == []
    page.get_by_role("button", name="放到地图上").click()
    expect(page.get_by_text("图纸已放到地图上")).to_be_visible()
    expect(page.locator(".map-plan")).to_have_count(1)
    page.get_by_role("button", name="从地图上拿下").click()
    expect(page.locator(".map-plan")).to_have_count(0)
    assert town.served.complaints() == []
