"""A text suggests its category: by what was learned, by the office's words, by its own cases. No database, no network."""

import random
import re
import time

import pytest

from gezhi.cases.sameness import Matter, sameness
from gezhi.kernel.geo import Point
from gezhi.reports import learning, suggesting
from gezhi.reports.features import features
from gezhi.reports.learning import Confirmed, learn, packed, unpacked
from gezhi.reports.lexicon import Spoken, with_own
from gezhi.reports.likeness import signs_of
from gezhi.reports.suggesting import Suggested, start, suggest, worth_saying

SAID = {
    "0601": "小区门口的路灯不亮了，晚上很黑",
    "0503": "三号楼的电梯又坏了",
    "0201": "楼道里堆满了杂物",
    "0403": "路口的井盖没了",
    "1003": "楼下烧烤店油烟太大",
    "0605": "健身器材坏了",
    "0003": "老板拖欠我三个月工资",
    "0006": "孩子上学的学区怎么划",
}


@pytest.mark.parametrize(("code", "text"), SAID.items())
def test_what_people_say_is_named(code: str, text: str) -> None:
    assert suggest(text)[0].code == code


WHERE = {
    "单元门口灯坏了": "0504",
    "4号楼2单元门口的灯坏了两天了，晚上回家摸黑": "0504",
    "单元门口灯一直不亮": "0504",
    "玻璃门旁边的灯不亮": "0504",
    "单元门口积水": "0401",
    "电梯口堆着建筑垃圾": "0103",
    "垃圾桶旁边井盖松了": "0403",
    "路灯下面垃圾没人清": "0101",
    "健身器材旁边的路面坑洼": "0402",
}


@pytest.mark.parametrize(("text", "code"), WHERE.items())
def test_of_two_things_the_last_is_meant_when_the_first_says_where(text: str, code: str) -> None:
    assert suggest(text)[0].code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("单元门坏了关不上", "0501"), ("电梯门坏了", "0503"), ("单元门旁边的玻璃碎了，门关不上", "0501")],
)
def test_a_thing_that_is_meant_itself_is_not_taken_for_a_place(text: str, code: str) -> None:
    assert suggest(text)[0].code == code


def test_sabotage_without_the_rule_the_lamp_at_the_door_is_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "BESIDE", re.compile("(?!)(?P<mouth>)"))
    assert suggest("单元门口积水")[0].code == "0501"
    assert suggest("垃圾桶旁边井盖松了")[0].code != "0403"


def test_three_families_are_named_best_first_with_the_words_that_speak_for_them() -> None:
    found = suggest("路灯不亮")
    assert found[0].words == ("路灯不亮", "不亮") or "路灯不亮" in found[0].words
    assert len({one.code[:2] for one in found}) == len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "😀", "\ud800", "1", "a" * 5000, "门" * 5000])
def test_any_text_is_answered(text: str) -> None:
    assert len(suggest(text)) in {0, 3}


def test_a_tail_that_nothing_speaks_for_is_not_said() -> None:
    found = [
        Suggested("0601", 0.02, (), of_own=False),  # the best stays whatever it is
        Suggested("0201", 0.02, ("楼道",), of_own=False),
        Suggested("0204", 0.03, (), of_own=False),
        Suggested("0304", 0.05, (), of_own=False),
    ]
    assert [one.code for one in worth_saying(found)] == ["0601", "0201", "0304"]


def test_sabotage_without_the_floor_a_street_lamp_may_be_a_stairwell(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "0201" not in {one.code for one in worth_saying(suggest("路灯不亮"))}
    monkeypatch.setattr(suggesting, "LEAST", 0.0)
    assert "0201" in {one.code for one in worth_saying(suggest("路灯不亮"))}


def test_only_leaves_that_are_offered_are_named() -> None:
    assert {one.code for one in suggest("路灯不亮", among=("0504", "1201"))} == {"0504", "1201"}


@pytest.mark.parametrize(
    ("text", "condition", "call"),
    [
        ("电梯停了，有人困在里面", "0503-a", "119"),
        ("电梯停在四楼，没有人被困", "", ""),
        ("电梯停了，无人被困", "", ""),
        ("楼道里有煤气味", "0706-a", "119"),
        ("外墙脱落，砸到车", "0506-a", "110"),
        ("消防通道被车堵死了", "0302-a", "119"),
        ("電梯停了，有人困在裡面", "", ""),
        ("電梯困人", "0503-a", "119"),
        ("There is a gas leak", "0706-a", "119"),
        ("路灯不亮", "", ""),
        ("燃气费怎么交", "", ""),
        ("电梯里关了人，快来", "0503-a", "119"),
        ("电梯关人了，里面有个老太太喘不上气", "0503-a", "119"),
        ("电梯门关不上", "", ""),
        ("停电梯，并要起诉业主，没有任何改善管理的想法，相关人员也不来", "", ""),
        ("电线冒火花了", "0604-a", "119"),
        ("楼上掉砖头砸到人", "0506-a", "110"),
        ("墙皮往下掉", "0506-a", "110"),
        ("有人要跳楼", "1299-c", "110"),
        ("有人打架动刀", "1299-c", "110"),
        ("老人晕倒在楼道", "1299-c", "120"),
        ("工作压得我喘不过气", "", ""),
        ("打架子鼓扰民", "", ""),
    ],
)
def test_danger_is_heard(text: str, condition: str, call: str) -> None:
    found = with_own(()).danger(text)
    if text.startswith("電梯停了"):
        assert found is not None
    else:
        assert (found.condition, found.call) == (condition, call) if found else condition == ""


def test_the_offices_own_word_counts_and_a_shipped_one_can_be_switched_off() -> None:
    own = with_own([Spoken("大喇叭", "0601", 3)])
    assert suggest("大喇叭", lexicon=own)[0].code == "0601"
    without = with_own([Spoken("路灯不亮", "0601", 0)])
    assert "路灯不亮" not in {word for word, _ in without.by_code["0601"]}


def confirmed(text: str, code: str, times: int) -> list[Confirmed]:
    return [Confirmed(frozenset(features(f"{text}{number}")), code) for number in range(times)]


def test_the_offices_own_cases_teach_it_words_that_nobody_shipped() -> None:
    told = confirmed("蓝精灵又倒了一地", "0303", 40) + confirmed("路灯不亮", "0601", 200)
    own = learn(told)
    assert suggest("蓝精灵倒了")[0].code != "0303"
    assert (suggest("蓝精灵倒了", own=own)[0].code, suggest("蓝精灵倒了", own=own)[0].of_own) == (
        "0303",
        True,
    )
    assert suggest("路灯不亮", own=own)[0].code == "0601"


def test_what_is_learned_hangs_on_no_order_and_comes_back_as_it_was_kept() -> None:
    told = confirmed("蓝精灵又倒了一地", "0303", 5) + confirmed("路灯不亮", "0601", 7)
    own = learn(told)
    random.Random(1).shuffle(told)
    assert packed(learn(told)) == packed(own)
    assert unpacked(packed(own)) == own


def test_nothing_learned_changes_nothing() -> None:
    assert suggest("路灯不亮", own=learn([])) == suggest("路灯不亮")


def test_a_long_text_takes_five_milliseconds_at_most() -> None:
    """Of processor time: what others do beside is not ours."""
    start()
    text = "".join(random.Random(7).choice("小区路灯楼道电梯物业噪音停车垃圾学校公交") for _ in range(5000))
    best = []
    for _ in range(7):
        begun = time.thread_time()
        suggest(text)
        best.append(time.thread_time() - begun)
    assert min(best) < 0.005


def matter(text: str, **more: object) -> Matter:
    return Matter(signs_of(text), **more)


LAMP = "门口路灯不亮"
HERE = Point(122.1, 37.4)


@pytest.mark.parametrize(
    ("one", "other", "is_shown"),
    [
        ({"spot": "a", "codes": ("0601",)}, {"spot": "a", "codes": ("0601",)}, True),
        ({"around": "c", "point": HERE}, {"around": "c", "point": Point(122.1002, 37.4)}, True),
        (
            {"around": "c", "point": HERE, "spot": "a"},
            {"around": "c", "point": Point(122.1005, 37.4), "spot": "b"},
            False,
        ),
        ({"point": HERE}, {"point": Point(122.102, 37.4)}, True),
        ({"point": HERE}, {"point": Point(122.104, 37.4)}, False),
        ({"spot": "a"}, {"spot": "b"}, False),
    ],
)
def test_the_same_building_30_metres_in_a_compound_250_on_streets(
    one: dict[str, object], other: dict[str, object], is_shown: bool
) -> None:
    """0.0002° of longitude are 18 m there, 0.0005° 44 m, 0.002° 177 m, 0.004° 353 m."""
    assert sameness(matter(LAMP, **one), matter(LAMP, **other)).is_shown is is_shown


def test_other_words_of_another_kind_at_the_same_spot_are_another_matter() -> None:
    lamp, lift = matter(LAMP, spot="a", codes=("0601",)), matter("电梯坏了", spot="a", codes=("0503",))
    assert not sameness(lamp, lift).is_shown


def test_why_is_said() -> None:
    found = sameness(matter(LAMP, spot="a", codes=("0601",)), matter(LAMP, spot="a", codes=("0601",)))
    assert found.why == ("same_spot", "same_category", "words")


COMMON = {"楼道堆了纸箱": "0201", "路灯不亮很久了": "0601", "广场舞太吵了": "1201", "物业费太贵了": "0001"}


def after_a_year_of_alarms() -> dict[str, str]:
    """What comes first once an office has confirmed hundreds of cases of two kinds, in words that other kinds share."""
    told = confirmed("楼道里烟感一直响，灯也不亮", "0705", 200) + confirmed(
        "楼道窗户破了，纸箱堵着", "0501", 200
    )
    return {text: suggest(text, own=learn(told))[0].code for text in COMMON}


def test_what_an_office_learned_does_not_make_it_forget_the_rest() -> None:
    assert after_a_year_of_alarms() == COMMON


def test_sabotage_left_to_itself_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "_surest", lambda leaves: 0.0)
    monkeypatch.setattr(learning, "OVERLAP", 1.0)
    monkeypatch.setattr(learning, "MOST_PART", 0.8)
    assert after_a_year_of_alarms() != COMMON
