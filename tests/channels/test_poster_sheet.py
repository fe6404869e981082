"""What stands on a poster, worked out before anything is set. Pure."""

import json
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from gezhi.channels.poster import drawing, glyphs, qr, sheet
from gezhi.channels.poster.compositor import HERE

WORDS = {"title": "海报"}


def square(west: float, south: float = 37.36, side: float = 0.01) -> str:
    """A cell as GeoJSON."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


GROUND = sheet.Ground({"1": "悦海一格", "2": "悦海二格"}, {"1": square(122.15), "2": square(122.16)})


def a_poster(**other: object) -> sheet.Poster:
    """Lin's stairwell."""
    said: dict[str, object] = {
        "above": "悦海社区",
        "name": "悦海花园 3号楼 1单元",
        "number": "128",
        "code": "371072-00128",
        "address": "https://gezhi.example.cn/r/371072-00128",
        "phones": [("悦海社区", "0631-0000102")],
        "ground": "a",
        "cell": "2",
        "point": (122.165, 37.365),
    }
    return sheet.Poster(**said | other)


def set_(*posters: sheet.Poster, grounds: dict[str, sheet.Ground] | None = None) -> dict[str, Any]:
    """What the template reads."""
    return json.loads(sheet.as_json(posters, {"a": GROUND} if grounds is None else grounds, WORDS, "zh"))


def test_the_cell_of_the_place_is_filled_and_the_place_marked() -> None:
    made = set_(a_poster())
    [one], drawn = made["posters"], made["maps"]["a/2"]
    assert drawn["svg"].count(drawing.TINT) == 1
    assert [label["text"] for label in drawn["labels"]] == ["一格", "二格"]
    x, y = one["dot"]
    assert (round(x / drawn["wide"], 2), round(y / drawn["high"], 2)) == (0.74, 0.5)


def test_a_drawing_is_as_wide_as_the_ground_is() -> None:
    """A degree of longitude is shorter than one of latitude; 0.02 by 0.01 degrees at 37 north are 1.59 : 1."""
    drawn = drawing.cells(GROUND.outlines, "1", GROUND.names)
    inside = (drawn.wide - 2 * drawing.MARGIN) / (drawn.high - 2 * drawing.MARGIN)
    assert round(inside, 2) == 1.59
    assert drawn.wide <= drawing.MAP_WIDE
    assert drawn.high <= drawing.MAP_HIGH


def test_one_drawing_serves_all_stairs_of_a_cell() -> None:
    assert list(set_(*[a_poster(number=str(n)) for n in range(5)])["maps"]) == ["a/2"]


@pytest.mark.parametrize(
    "outline", ["", "{", '{"type": "Point", "coordinates": [1, 2]}', '{"type": "Polygon"}']
)
def test_where_nothing_is_drawn_the_cells_are_a_list(outline: str) -> None:
    ground = sheet.Ground(GROUND.names, {"1": outline})
    [one] = set_(a_poster(), grounds={"a": ground})["posters"]
    assert (one["map"], one["dot"], one["cells"]) == ("", None, ["悦海一格", "悦海二格"])


def test_a_place_of_another_ground_still_has_its_poster() -> None:
    [one] = set_(a_poster(ground="", cell="", point=None), grounds={})["posters"]
    assert (one["map"], one["cells"], one["cell_name"]) == ("", [], "")


def test_a_rare_sign_is_shown_as_a_box_with_its_code() -> None:
    [one] = set_(a_poster(name="𠮷祥里 1号楼"))["posters"]
    assert (one["name"], one["lacking"]) == ("□祥里 1号楼", "U+20BB7")


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u0301", "\U000e0041", "\ufffd", "\x07"])
def test_hidden_signs_are_shown_too(sign: str) -> None:
    assert glyphs.shown(f"悦{sign}海") == "悦□海"


def test_blanks_and_breaks_are_one_blank() -> None:
    assert glyphs.shown("悦海\u3000\n 花园\t") == "悦海 花园"


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_the_list_of_signs_is_that_of_the_font(weight: str) -> None:
    with TTFont(HERE / f"NotoSansCJKsc-{weight}.otf", lazy=True) as font:
        assert {sign for sign in glyphs.held() if ord(sign) not in font.getBestCmap()} == set()
    assert {*"悦海花园号楼单元网格阿皇繁體單元", glyphs.LACKING, "●", "↑", "·"} <= glyphs.held()


@pytest.mark.parametrize("name", ["一", "悦海花园 3号楼 1单元", "很" * 60])
def test_a_name_is_as_large_as_fits(name: str) -> None:
    size = sheet.fitting(name, sheet.TITLE_MM)
    assert sheet.SMALLEST_PT <= size <= sheet.LARGEST_PT


@pytest.mark.parametrize("number", ["1", "128", "12345", "1234567"])
def test_the_spoken_number_is_as_large_as_the_qr(number: str) -> None:
    """It fills its field in one direction: as wide as the modules of the QR, or as high as the field allows."""
    size = sheet.number_size(number) * sheet.MM_PER_PT
    wide, high = size * sheet.DIGIT_EM * len(number), size * sheet.TALL_EM
    assert round(max(wide / sheet.NUMBER_MM, high / sheet.NUMBER_HIGH_MM), 2) == 1.0


def test_at_most_five_lines_of_what_was_solved() -> None:
    [one] = set_(a_poster(solved=[f"第{n}件" for n in range(9)]))["posters"]
    assert len(one["solved"]) == 5


def test_a_qr_bears_a_quarter_of_dirt_and_has_a_quiet_edge() -> None:
    made = qr.qr("https://gezhi.example.cn/r/371072-00128")
    side = 33 + 2 * 4  # version 4 at level Q holds 46 bytes; four quiet modules on each side
    assert f'viewBox="0 0 {side} {side}"' in made
    assert made.count("<path") == 1
