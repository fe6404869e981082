"""A conversation as people copy it: every layout gives the same messages, and the problems among them are found."""

import contextlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.channels.chat import layouts, names, problems
from gezhi.channels.chat.known import NUMBER, number_of, numbers_to_look_for
from gezhi.channels.chat.layouts import Message, TooLong, read
from gezhi.channels.chat.marks import is_system_line, split_reply, words_of
from gezhi.channels.chat.names import home_of, names_of, taking_out
from gezhi.channels.chat.problems import Problem, problems_in

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)  # a Monday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def said(paste: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The layout, and who said what when."""
    found = read(paste, today=TODAY, tz=ZONE)
    return found.layout, [
        (one.sender, f"{one.at:%m-%d %H:%M}" if one.at else "", one.text) for one in found.messages
    ]


LAYOUTS = {
    "a computer": (
        "name and time",
        "吕芳 2026/3/1 9:12:33\n3号楼门口灯坏了\n[图片]\n\n物业孙@悦海物业 2026/3/1 9:13:01\n收到[强]\n",
    ),
    "a mailed record": (
        "name and time",
        "如下是“悦海花园业主群”的聊天记录：\n\n—————  2026-3-1  —————\n\n\n吕芳  09:12\n\n3号楼门口灯坏了\n[图片]\n\n\n物业孙@悦海物业  09:13\n\n收到[强]\n",
    ),
    "a phone, time first": (
        "time and name",
        "2026-03-01 09:12:33 吕芳\n3号楼门口灯坏了\n[图片]\n2026-03-01 09:13:02 物业孙@悦海物业\n收到[强]",
    ),
    "a phone, two lines": (
        "name and time",
        "吕芳\n昨天 09:12\n3号楼门口灯坏了\n[图片]\n物业孙@悦海物业\n昨天 09:13\n收到[强]",
    ),
    "words of the day": (
        "name and time",
        "吕芳 昨天 上午9:12\n3号楼门口灯坏了\n[图片]\n物业孙@悦海物业 3月1日 9:13 am\n收到[强]",
    ),
    "one line each": (
        "time, name and words",
        "[2026/3/1 09:12:33] 吕芳: 3号楼门口灯坏了\n[图片]\n[2026/3/1 09:13:33] 物业孙@悦海物业: 收到[强]\n",
    ),
}


@pytest.mark.parametrize(("layout", "paste"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_same_conversation_is_read_in_every_layout(layout: str, paste: str) -> None:
    assert said(paste) == (
        layout,
        [("吕芳", "03-01 09:12", "3号楼门口灯坏了\n[图片]"), ("物业孙@悦海物业", "03-01 09:13", "收到[强]")],
    )


def test_names_and_words_alone_are_read_and_labels_are_nobodys_names() -> None:
    paste = "吕芳：3号楼2单元没电了\n物业孙：时间：今晚\n地点：3号楼\n[图片]\n田大爷: 我家也是\n见 https://example.org/a"
    assert said(paste) == (
        "name and words",
        [
            ("吕芳", "", "3号楼2单元没电了"),
            ("物业孙", "", "时间：今晚\n地点：3号楼\n[图片]"),
            ("田大爷", "", "我家也是\n见 https://example.org/a"),
        ],
    )


def test_a_layout_that_nobody_knows_is_said_to_be_unknown_and_nothing_is_lost() -> None:
    assert said("门口灯坏了\n\n还有路面积水") == ("lines", [("", "", "门口灯坏了"), ("", "", "还有路面积水")])


@pytest.mark.parametrize(
    "line", ["“吕芳”撤回了一条消息", '"田"邀请"于"加入了群聊', "吕芳 拍了拍 物业孙", "以下为新消息"]
)
def test_what_the_program_says_is_nobodys_message(line: str) -> None:
    assert is_system_line(line)
    assert said(f"吕芳 2026/3/1 9:12\n灯坏了\n{line}")[1] == [("吕芳", "03-01 09:12", "灯坏了")]
    assert not is_system_line("我看见有人撤回了一条消息，" * 8)


def test_a_time_without_a_day_is_no_moment_and_a_day_above_makes_it_one() -> None:
    assert said("吕芳 09:12\n灯坏了")[1] == [("吕芳", "", "灯坏了")]
    assert said("2025年12月31日 星期三\n吕芳 09:12\n灯坏了")[1] == [("吕芳", "12-31 09:12", "灯坏了")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12月31日 09:12", "2025-12-31 09:12"),  # not in ten months
        ("星期日 晚上9:12", "2026-03-01 21:12"),
        ("周一 09:12", "2026-03-02 09:12"),
        ("3-1 24:00", "2026-03-01 00:00"),
        ("3-1 上午12:05", "2026-03-01 12:05"),
        ("3-1 12:05 am", "2026-03-01 00:05"),
    ],
)
def test_days_are_meant_as_people_mean_them(written: str, meant: str) -> None:
    (found,) = read(f"吕芳 {written}\n灯坏了", today=TODAY, tz=ZONE).messages
    assert found.at == at(meant)


def test_a_day_that_does_not_exist_is_no_day() -> None:
    assert said("吕芳 2月30日 09:12\n灯坏了")[1] == [("吕芳", "", "灯坏了")]


def test_marks_names_and_emoji_are_no_words() -> None:
    assert words_of("@孙经理 @所有人\u2005灯坏了[图片][强]😡\n[视频] 看看") == "灯坏了\n看看"


def test_a_reply_is_told_from_what_it_answers() -> None:
    assert split_reply("「吕芳：门坏了」\n- - - - - - - - - - - - - - -\n我家那个也坏了") == (
        "门坏了",
        "我家那个也坏了",
    )
    assert split_reply("门坏了") == ("", "门坏了")


CHAT = """吕芳 2026/3/1 9:12:33
3号楼2单元门口灯坏了，晚上看不见
吕芳 2026/3/1 9:12:50
[图片]
于 2026/3/1 9:13:10
我家也是
物业孙 2026/3/1 9:13:41
收到[强]，马上安排师傅
吕芳 2026/3/1 9:14:20
已经三天了
吕芳 2026/3/1 9:15:20
另外5号楼垃圾桶满了没人清
[图片][图片]
田大爷 2026/3/1 10:15:20
谢谢物业，修好了
田大爷 2026/3/1 11:15:20
[语音] 12"
"""


def test_lines_of_one_voice_are_put_together_and_chatter_is_left_aside() -> None:
    lamp = Problem("吕芳", (0, 1, 4), "3号楼2单元门口灯坏了，晚上看不见\n已经三天了", (0,), is_likely=True)
    assert problems_in(read(CHAT, today=TODAY, tz=ZONE).messages) == [
        lamp,
        Problem("于", (2,), "我家也是", is_likely=True, echo_of=0),
        Problem("物业孙", (3,), "收到 ，马上安排师傅"),
        Problem("吕芳", (5,), "另外5号楼垃圾桶满了没人清", (1, 2), is_likely=True),
        Problem("田大爷", (6,), "谢谢物业，修好了"),
        Problem("田大爷", (7,), "", has_more_in_chat=True),
    ]


def test_lines_far_apart_do_not_belong_together() -> None:
    early, late = (
        Message("吕芳", at("2026-03-01 09:00"), "灯坏了，看不见"),
        Message("吕芳", at("2026-03-01 09:06"), "[图片]"),
    )
    assert len(problems_in([early, late])) == 2
    assert len(problems_in([early, replace(late, at=at("2026-03-01 09:05"))])) == 1
    between = [Message(f"甲{n}", early.at, "嗯嗯") for n in range(problems.OTHERS_BETWEEN + 1)]
    soon = replace(late, at=early.at)
    assert len(problems_in([early, *between[1:], soon])) == 1 + len(between[1:])
    assert len(problems_in([early, *between, soon])) == 2 + len(between)


def test_every_message_stands_in_one_voice_and_every_picture_in_one() -> None:
    messages = read(CHAT, today=TODAY, tz=ZONE).messages
    found = problems_in(messages)
    assert sorted(place for one in found for place in one.messages) == list(range(len(messages)))
    assert sorted(mark for one in found for mark in one.picture_marks) == [0, 1, 2]


def test_the_offices_own_words_make_a_problem() -> None:
    message = Message("吕芳", None, "东门的起落杆又罢工啦")
    assert [one.is_likely for one in problems_in([message])] == [False]
    assert [one.is_likely for one in problems_in([message], speaks_of=lambda words: "起落杆" in words)] == [
        True
    ]


@pytest.mark.parametrize(
    ("paste", "most", "of"),
    [
        ("灯" * (layouts.MOST_SIGNS + 1), layouts.MOST_SIGNS, "signs"),
        ("灯坏了\n" * (layouts.MOST_MESSAGES + 1), layouts.MOST_MESSAGES, "messages"),
    ],
)
def test_a_paste_without_end_is_refused(paste: str, most: int, of: str) -> None:
    with pytest.raises(TooLong) as refused:
        read(paste, today=TODAY, tz=ZONE)
    assert (refused.value.most, refused.value.of) == (most, of)


@pytest.mark.parametrize(
    "piece", ["2026-", "9:", "「a：", "@", "[图片", "1月", "星期", "—" * 50, "号楼", "\u200b"]
)
def test_hostile_pastes_are_read_in_a_straight_line(piece: str) -> None:
    paste = piece * (layouts.MOST_SIGNS // len(piece))
    for text in (
        paste,
        "吕 9:12\n" + paste,
        "\n".join(paste[i : i + 60] for i in range(0, len(paste), 60))[: layouts.MOST_SIGNS],
    ):
        with contextlib.suppress(TooLong):
            problems_in(read(text, today=TODAY, tz=ZONE).messages)


def test_a_reply_that_complains_again_is_a_further_voice_on_what_it_answers() -> None:
    paste = """吕芳 2026/3/1 9:12
5号楼垃圾桶满了
于 2026/3/1 9:40
「吕芳：5号楼垃圾桶满了」
- - - - - - - - - - - - - - -
昨天就反映了，还没人管"""
    assert [(one.echo_of, one.quoted) for one in problems_in(read(paste, today=TODAY, tz=ZONE).messages)] == [
        (None, ""),
        (0, "5号楼垃圾桶满了"),
    ]


@pytest.mark.parametrize("words", ["好几天没水了，没人管", "对面的垃圾没人清", "可以看到楼顶在漏水"])
def test_a_complaint_that_begins_like_an_assent_is_one(words: str) -> None:
    assert [one.is_likely for one in problems_in([Message("吕芳", None, words)])] == [True]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("@孙经理灯坏了，晚上看不见", "灯坏了，晚上看不见"),
        ("@物业灯坏了", "灯坏了"),
        ("@物业孙 灯坏了", "灯坏了"),
        ("@悦海 小李\u2005灯坏了", "灯坏了"),
        ("灯坏了@所有人", "灯坏了"),
    ],
)
def test_what_stands_behind_a_name_that_is_called_stays(said: str, left: str) -> None:
    assert words_of(said) == left


NAMES = names_of(
    [
        Message("3-2-501李女士", None, "灯坏了"),
        Message("物业孙@悦海物业", None, "@王五 好的"),
        Message("物业", None, "@电梯 停了"),
    ],
    is_known=lambda name: name == "电梯",
)


def test_names_are_the_senders_and_those_called_without_roles_things_and_companies() -> None:
    assert NAMES == ["3-2-501李女士", "李女士", "物业孙", "王五"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("李女士家漏水", "某女士家漏水"),
        ("王五说物业孙不管", "某人说某人不管"),
        ("3-2-501漏水", "3号楼2单元某户漏水"),
        ("3号楼2单元501漏水", "3号楼2单元某户漏水"),
        ("楼上502室漏水", "楼上某户漏水"),
        ("张师傅没来，保安师傅也没来", "某师傅没来，保安师傅也没来"),
        ("花了300块钱，2026-03-01修的，12号楼", "花了300块钱，2026-03-01修的，12号楼"),
    ],
)
def test_who_it_was_and_which_flat_are_taken_out_and_the_stairwell_stays(words: str, left: str) -> None:
    assert taking_out(NAMES)(words) == left


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Amy家漏水，amy和AMY都说了", "某人家漏水，某人和某人都说了"),
        ("Li家漏水", "某人家漏水"),
        ("lift坏了，Gamy也说", "lift坏了，Gamy也说"),
    ],
)
def test_a_name_goes_in_small_and_in_large_letters_and_never_inside_another_word(
    words: str, left: str
) -> None:
    assert taking_out(["Amy", "Li"])(words) == left


class Counted(names._Node):
    """Counts every step from one sign of a name to the next."""

    steps = 0

    def get(self, sign: str, default: Any = None) -> Any:
        Counted.steps += 1
        return super().get(sign, default)


@pytest.mark.parametrize(
    "called",
    [
        [f"张三{n:05d}" for n in range(4000)],
        [f"张三{'李' * (n % 36)}{n}" for n in range(2000)],
    ],
)
def test_names_are_taken_out_in_a_straight_line_however_many_begin_alike(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_Node", Counted)
    quiet = taking_out(called)
    monkeypatch.setattr(Counted, "steps", 0)
    words = "张三" * 20_000
    assert quiet(words) == words
    assert Counted.steps <= 3 * len(words)


def test_a_paste_has_names_for_everybody_who_speaks_and_an_end_of_those_called() -> None:
    many = "".join(f"@张三{n:05d} " for n in range(10_000))
    found = names_of([Message("于海", None, many), Message("林芳", None, "@吕方 在吗")])
    assert len(found) <= 2 * names.MOST_NAMES
    assert {"于海", "林芳"} <= set(found)


@pytest.mark.parametrize(
    ("sender", "home"),
    [
        ("3-2-501李女士", "3号楼2单元"),
        ("5号楼小王", "5号楼"),
        ("6#1单元", "6号楼1单元"),
        ("于海", ""),
        ("13800001234", ""),
    ],
)
def test_building_and_stairwell_beside_a_name_are_a_hint_and_the_flat_is_none(sender: str, home: str) -> None:
    assert home_of(sender) == home


def known_as(paste: str, today: date = TODAY) -> tuple[list[str], list[set[str]]]:
    """The number of each voice, and those it is looked for by."""
    messages = read(paste, today=today, tz=ZONE).messages
    voices = problems_in(messages)
    return [number_of(one, messages, b"key", today, "form") for one in voices], [
        set(numbers_to_look_for(one, messages, b"key", today)) for one in voices
    ]


def test_a_voice_has_the_same_number_in_every_layout() -> None:
    first, *others = (known_as(paste)[0] for _layout, paste in LAYOUTS.values())
    assert others == [first] * len(others)
    assert all(NUMBER.fullmatch(one) for one in first)


def test_a_voice_of_another_day_person_or_key_has_another_number() -> None:
    said = "吕芳 2026/3/1 9:12\n灯坏了"
    (own,) = known_as(said)[0]
    for other in (said.replace("3/1", "3/2"), said.replace("吕芳", "吕方"), said.replace("灯", "门")):
        assert own not in known_as(other)[1][0]


def test_what_nothing_tells_apart_is_never_taken_for_something_known() -> None:
    twice = "吕芳 2026/3/1 9:12\n[图片]\n于海 2026/3/1 12:00\n好的\n吕芳 2026/3/1 19:12\n[图片]"
    numbers, looked_for = known_as(twice)
    assert (len(set(numbers)), looked_for[0], looked_for[2]) == (3, set(), set())
    assert known_as("电梯坏了")[1] == [set()]  # said by nobody: in which group, nobody knows


def test_a_copy_without_a_day_meets_one_with_a_day_within_a_week() -> None:
    dated, bare = "吕芳 2026/3/1 9:12\n灯坏了", "吕芳：灯坏了"
    (of_dated,), (looked_for_dated,) = known_as(dated)
    (of_bare,), (looked_for_bare,) = known_as(bare)
    assert of_dated in looked_for_bare
    assert of_bare in looked_for_dated
    assert of_dated not in known_as(bare, date(2026, 3, 20))[1][0]


@pytest.mark.parametrize(
    "paste",
    [
        "吕芳:\n3号楼门口灯坏了\n\n物业孙:\n收到",
        "吕芳(悦海社区) 3/1 09:12:33\n3号楼门口灯坏了\n物业孙(悦海物业) 3/1 09:13:01\n收到",
        "吕芳 03-01 09:12\n3号楼门口灯坏了\n物业孙 03-01 09:13\n收到",
        "[2026-03-01 09:12:33] 吕芳\n3号楼门口灯坏了\n\n[2026-03-01 09:13:33] 物业孙\n收到",
        "吕芳 星期日 09:12\n3号楼门口灯坏了\n物业孙 星期日 09:13\n收到",
    ],
)
def test_other_ways_of_copying_give_the_same_two_messages(paste: str) -> None:
    assert [words for _sender, _at, words in said(paste)[1]] == ["3号楼门口灯坏了", "收到"]
