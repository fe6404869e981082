"""A conversation as people copy it: every layout gives the same messages, and the problems among them are found."""

import contextlib
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from gezhi.channels.chat import layouts, problems
from gezhi.channels.chat.layouts import Message, TooLong, read
from gezhi.channels.chat.marks import is_system_line, split_reply, words_of
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
        Problem("田大爷", (7,), '12"', has_more_in_chat=True),
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
