"""Orders as people paste them: what is understood, what is left to the clerk, and nobody named."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gezhi.channels.orders import paste, telling
from gezhi.channels.orders.paste import MOST_SIGNS, read

HERE = ZoneInfo("Asia/Shanghai")


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=HERE)


MANY_LINES = """【威海市12345政务服务便民热线工单】
工单编号：WH20260302001723
来电人：王秀英
性别：女
联系电话：138 0000 1234
诉求标题：路灯不亮
诉求内容：市民王秀英来电反映，悦海花园3号楼门前路灯不亮已有一周，请尽快维修。联系人电话13800001234。
诉求地址：皇冠街道悦海花园3号楼
诉求类别：城市管理-市政设施-路灯
派单时间：2026-03-02 09:15:22
办理时限：2026-03-05 17:00
退单时限：2026年3月2日17时30分前
回复形式：系统回复并电话告知
"""
ONE_LINE = "工单编号：WH1 诉求标题：路灯不亮 办理时限：2026-03-05 17:00 联系人：李四 联系电话：13800001234 诉求内容：楼前路灯不亮"
TABLE_OF_PAIRS = "案件编号\t37107220260302\t大类名称\t公用设施\t小类名称\t路灯\n问题描述\t路灯损坏\n处置截止时间\t2026/3/5 17:00:00"
HEADS_ABOVE = (
    "任务号\t问题描述\t地址描述\t处置时限\t上报人\n2026030217\t井盖破损\t海滨路12号\t2026-03-03\t采集员"
)
LEADER = "领导批示件\n批示编号：区长信箱〔2026〕17号\n批示内容：请皇冠街道核实处理。\n反馈时限：2026年3月10日"


def test_a_form_of_many_lines() -> None:
    found = read(MANY_LINES, HERE)
    assert (found.issuer, found.number, found.category) == (
        "hotline",
        "WH20260302001723",
        "城市管理-市政设施-路灯",
    )
    assert (found.due_at, found.return_until, found.said_at) == (
        at(2026, 3, 5, 17),
        at(2026, 3, 2, 17, 30),
        at(2026, 3, 2, 9, 15, 22),
    )
    assert (found.place, found.phone, found.wanted) == (
        "皇冠街道悦海花园3号楼",
        "13800001234",
        "系统回复并电话告知",
    )
    assert found.text.startswith("路灯不亮\n来电人来电反映，悦海花园3号楼门前路灯不亮已有一周")
    assert found.lacks == ()


@pytest.mark.parametrize("gone", ["王秀英", "13800001234", "138 0000 1234", "性别"])
def test_nobody_is_named(gone: str) -> None:
    assert gone not in read(MANY_LINES, HERE).text


def test_labels_on_one_line_in_another_order() -> None:
    found = read(ONE_LINE, HERE)
    assert (found.number, found.due_at, found.phone) == ("WH1", at(2026, 3, 5, 17), "13800001234")
    assert (found.text.split("\n")[:2], "李四" in found.text) == (["路灯不亮", "楼前路灯不亮"], False)


def test_a_table_of_pairs_copied_from_a_page() -> None:
    found = read(TABLE_OF_PAIRS, HERE)
    assert (found.number, found.category, found.due_at) == (
        "37107220260302",
        "公用设施 / 路灯",
        at(2026, 3, 5, 17),
    )
    assert (found.issuer, found.text.split("\n")[0]) == ("", "路灯损坏")


def test_a_table_with_its_heads_above() -> None:
    found = read(HEADS_ABOVE, HERE)
    assert (found.number, found.place, found.due_at) == ("2026030217", "海滨路12号", at(2026, 3, 3, 23, 59))
    assert found.text.startswith("井盖破损")


def test_a_leaders_note() -> None:
    found = read(LEADER, HERE)
    assert (found.issuer, found.number, found.due_at) == (
        "leader",
        "区长信箱〔2026〕17号",
        at(2026, 3, 10, 23, 59),
    )


def test_what_nobody_understands_is_kept_and_asked_for() -> None:
    found = read("请尽快处理海滨路的积水，五个工作日内答复", HERE)
    assert (found.text, found.lacks) == ("请尽快处理海滨路的积水，五个工作日内答复", ("number", "due_at"))


def test_a_part_under_a_strange_label_is_kept() -> None:
    found = read("工单编号：A1\n诉求标题：路灯\n紧急程度：特急\n办理时限：2026-03-05", HERE)
    assert ("紧急程度：特急" in found.text, found.due_at) == (True, at(2026, 3, 5, 23, 59))


def test_a_line_below_a_short_part_belongs_to_the_text() -> None:
    found = read(
        "工单编号：A1\n诉求标题：路灯\n退单时限：2026-03-03 12:00\n请加急\n办理时限：2026-03-05", HERE
    )
    assert (found.return_until, found.text) == (at(2026, 3, 3, 12), "路灯\n请加急")


def test_a_time_without_its_year_is_never_guessed() -> None:
    assert read("编号：A1\n办理时限：3月5日17时\n内容：路灯", HERE).lacks == ("due_at",)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("市民张女士来电反映楼道灯不亮", "来电人来电反映楼道灯不亮"),
        ("居民赵建国反映路面积水", "来电人反映路面积水"),
        ("身份证371002199001011234", "身份证***"),
        ("路灯编号 20260302001 不亮", "路灯编号 20260302001 不亮"),
    ],
)
def test_names_and_numbers_of_people_are_taken_out(said: str, kept: str) -> None:
    assert telling.unnamed(said) == kept


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "：" * 5000,
        "工单编号：" * 4000,
        "\t" * 9000,
        "办理时限：" + "9" * 9000,
        "工单编号：\x00\ud800=cmd|'/c calc'!A1",
        "编号\n" * 6000,
        "A" * (3 * MOST_SIGNS),
    ],
)
def test_hostile_text_is_read_at_once(hostile: str) -> None:
    assert len(read(hostile, HERE).number) <= 200


MATTER = "3号楼前路灯不亮"


@pytest.mark.parametrize(
    "pasted",
    [
        f"工单编号：WH1\n来电人：王秀英反映{MATTER}\n办理时限：2026-03-05",
        f"工单编号：WH1\n来电人：王秀英\n{MATTER}一周了\n办理时限：2026-03-05",
        f"工单编号：WH1 办理时限：2026-03-05 联系人：王秀英 联系电话：13800001234 {MATTER}",
        f"来电人：王秀英，{MATTER}，请尽快修\n编号：7",
        f"编号：7\n来电人：王秀英 女 65岁 13800001234 {MATTER}",
        f"编号：7\n来电人：王秀英\n联系电话：13800001234，{MATTER}",
        f"编号：7\n联系电话：没有留，说是{MATTER}已有一个月",
        f"编号：7\n来电人：王秀英 女\n诉求内容：王秀英说{MATTER}",
    ],
)
def test_the_matter_stays_when_it_was_written_behind_a_name_or_number(pasted: str) -> None:
    text = read(pasted, HERE).text
    assert (MATTER in text, "王秀英" in text, "13800001234" in text) == (True, False, False)


@pytest.mark.parametrize(
    "name",
    ["王秀英", "欧阳小明", "王某某", "李**", "王秀英 女 65岁", "王秀英（13800001234）", "Wang Xiuying"],
)
def test_a_name_alone_leaves_nothing_behind(name: str) -> None:
    found = read(f"编号：7\n来电人：{name}\n{MATTER}\n地址：悦海花园", HERE)
    assert found.text == f"编号：7\n{MATTER}\n地址：悦海花园"


def test_sabotage_with_parts_in_one_piece_the_matter_goes_with_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paste, "_apart", lambda parts: parts)
    assert MATTER not in read(f"工单编号：WH1\n来电人：王秀英反映{MATTER}", HERE).text
