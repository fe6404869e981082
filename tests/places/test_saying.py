"""One building is said in many ways; all of them are written one way."""

import pytest

from gezhi.places import saying

NUMBERS = {"三": "3", "十": "10", "十二": "12", "二十": "20", "九十九": "99", "一百": "100", "一百零八": "108",
           "一百二": "120", "一百二十八": "128", "一二八": "128", "03": "3", "12a": "12a", "十百": "", "百十": ""}  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), NUMBERS.items())
def test_a_numeral_is_a_number(said: str, meant: str) -> None:
    assert saying.number(said) == meant


EVENED = {
    "悦海花园三号楼": "悦海花园3号楼",
    "悦海花园 三 号楼 二单元": "悦海花园3号楼2单元",
    "3栋": "3号楼",
    "3幢2单元": "3号楼2单元",
    "3#": "3号楼",
    "3#楼": "3号楼",
    "３＃": "３＃",  # NFKC is the caller's
    "木工一百二十八号楼": "木工128号楼",
    "3号楼2门": "3号楼2单元",
    "3号楼2门洞": "3号楼2单元",
    "a座": "a号楼",
    "3-1号楼": "31号楼",
    "三栋楼都停水": "三栋楼都停水",
    "三楼楼道": "三楼楼道",
    "三座垃圾桶": "三座垃圾桶",
    "长峰三号路": "长峰三号路",
    "十三中门口": "十三中门口",
    "12月3号": "12月3号",
    "3号楼门口": "3号楼门口",
    "yhhy 3 2": "yhhy3-2",
}


@pytest.mark.parametrize(("said", "written"), EVENED.items())
def test_a_text_has_its_numbers_written_one_way(said: str, written: str) -> None:
    assert saying.evened(said) == (written if said != "３＃" else "３#")


@pytest.mark.parametrize(
    ("words", "meant"),
    {
        "3-2": "3号楼2单元",
        "3-2-301": "3号楼2单元",
        "三号楼二单元301室": "3号楼2单元",
        "3号楼301": "3号楼",
        "木工一百二十八": "木工128",
        "2栋3-1": "2号楼3-1",
        "3号楼三楼": "3号楼",
        "371072-00003": "371072-00003",
        "128": "128",
        "小区77": "小区77",
    }.items(),
)
def test_the_words_of_a_search_name_a_building_not_a_flat(words: str, meant: str) -> None:
    assert saying.typed(words) == meant


BEHIND = {
    "3号": ("3号楼", "", 2),
    "三号": ("3号楼", "", 2),
    "128": ("128号楼", "", 3),
    "3-2": ("3号楼", "2单元", 3),
    "3-2-301楼道灯": ("3号楼", "2单元", 7),
    "128楼道灯": ("128号楼", "", 3),
    "3-2-301灯不亮": ("3号楼", "2单元", 7),
    "3个井盖": None,
    "3号下午停水": None,
    "三号路": None,
    "7-9点": None,
    "2026年": None,
    "三": None,
    "5路车": None,
    "3楼": ("3号楼", "", 2),
    "3楼灯不亮": None,
}


@pytest.mark.parametrize(("words", "tail"), BEHIND.items())
def test_a_number_behind_a_compound_is_a_building_unless_it_counts_or_tells_a_time(
    words: str, tail: tuple[str, str, int] | None
) -> None:
    assert saying.behind_area(words, 0) == tail


def test_every_way_of_storing_a_number_is_looked_up_alike() -> None:
    houses = ("3号楼", "3栋", "3幢", "3#", "3#楼", "3号", "3", "3座", "三号楼", "03号楼")
    assert {saying.name_of(one, "building") for one in houses} == {"3号楼"}
    stairs = ("2单元", "二单元", "2门", "2号门", "2", "2门洞")
    assert {saying.name_of(one, "stairwell") for one in stairs} == {"2单元"}
    assert saying.name_of("3号", "spot") == "3号"


@pytest.mark.parametrize(
    ("name", "stems"),
    {
        "悦海花园小区": ["悦海", "悦海花园"],
        "悦海小区": ["悦海"],
        "悦海社区": ["悦海"],
        "怡安苑": [],
        "花园小区": ["花园"],
    }.items(),
)
def test_a_compound_keeps_its_name_without_its_ending(name: str, stems: list[str]) -> None:
    assert saying.stems(name) == stems
