"""Orders as people paste them: what is understood, what is left to the clerk, and nobody named."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gezhi.channels.orders import paste, telling
from gezhi.channels.orders.moments import Here, asked, limit
from gezhi.channels.orders.paste import MOST_SIGNS, read
from gezhi.kernel.worktime import ROUND_THE_CLOCK

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Here(ZONE)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)


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


def test_a_time_without_its_year_is_not_read_where_nobody_knows_today() -> None:
    assert read("编号：A1\n办理时限：3月5日17时\n内容：路灯", HERE).lacks == ("due_at",)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("市民张女士来电反映楼道灯不亮", "来电人来电反映楼道灯不亮"),
        ("居民赵建国反映路面积水", "来电人反映路面积水"),
        ("身份证371002199001011234", "身份证***"),
        ("身份证３７１００２１９９００１０１１２３４", "身份证***"),
        ("证件编号371002900101123", "证件编号***"),
        ("另请联系张师傅13912345678", "另请联系张师傅***"),
        ("电话１３９－１２３４－５６７８", "电话***"),
        ("电话139.1234.5678，139·1234·5678", "电话***，***"),
        ("物业0631-5231234无人接", "物业***无人接"),
        ("家住悦海花园3号楼2单元501室，楼上602室漏水", "家住悦海花园3号楼2单元***，楼上602室漏水"),
        ("住址：悦海花园3号楼２单元５０１", "住址：悦海花园3号楼２单元***"),
        ("家住3号楼，楼道灯不亮", "家住3号楼，楼道灯不亮"),
        ("鲁K12345占用消防通道", "鲁K12345占用消防通道"),
        ("灯杆编号：20260302001 不亮", "灯杆编号：20260302001 不亮"),
        ("市民来电反映电梯停运", "市民来电反映电梯停运"),
        ("该女士表示满意", "该女士表示满意"),
        ("居民多次反映电梯停运", "居民多次反映电梯停运"),
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
    monkeypatch.setattr(paste, "apart", lambda parts: parts)
    assert MATTER not in read(f"工单编号：WH1\n来电人：王秀英反映{MATTER}", HERE).text


def test_twin_without_the_mask_other_peoples_numbers_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "mask_private", lambda text: text)
    assert "13912345678" in telling.unnamed("另请联系张师傅13912345678")


def test_the_callers_own_number_in_the_text_is_kept_for_calling_only() -> None:
    found = read("编号：7\n内容：楼道灯不亮，联系电话：１３９ １２３４ ５６７８，物业0631-5231234", HERE)
    assert (found.phone, "5678" in found.text) == ("13912345678", False)


# ---- as the hotline of Weihai writes them ----

WEIHAI = """【威海市12345政务服务便民热线】工单
工单编号：WH202611280915023
来电时间：2026-11-28 09:15
来电人：王女士  联系电话：13806310088  （要求保密）
诉求类型：投诉
事发地址：经区皇冠街道悦海花园小区三号楼二单元
诉求内容：市民来电反映，悦海花园小区三号楼二单元电梯近一周频繁停运，拨打物业电话无人接听。
承办单位：皇冠街道办事处
办理时限：2个工作日（2026-12-01 17:30前办结）
响应要求：1小时内联系诉求人
备注：回访要求满意度"""
TODAY = Here(ZONE, at(2026, 11, 28, 10), ROUND_THE_CLOCK)


def test_an_order_of_the_hotline_keeps_its_words_its_end_and_the_wish_for_secrecy() -> None:
    found = read(WEIHAI, TODAY)
    assert (found.due_at, found.lacks, found.phone) == (at(2026, 12, 1, 17, 30), (), "13806310088")
    assert found.text.split("\n") == [
        "市民来电反映，悦海花园小区三号楼二单元电梯近一周频繁停运，拨打物业电话无人接听。",
        "承办单位：皇冠街道办事处",
        "【威海市12345政务服务便民热线】工单",
        "来电人：（要求保密）",
        "诉求类型：投诉",
        "事发地址：经区皇冠街道悦海花园小区三号楼二单元",
        "响应要求：1小时内联系诉求人",
        "备注：回访要求满意度",
    ]
    assert (telling.response(found.text), telling.wants_secrecy(found.text)) == ("1小时内联系诉求人", True)


@pytest.mark.parametrize(
    "caller",
    [
        "王女士（要求保密）",
        "王女士（保密件）",
        "王女士 要求保密",
        "王女士要求保密",
        "要求保密",
        "保密",
        "王女士，请对其身份保密",
    ],
)
def test_who_wants_to_be_kept_secret_is_neither_named_nor_forgotten(caller: str) -> None:
    text = read(f"编号：7\n来电人：{caller}\n内容：{MATTER}", HERE).text
    assert ("保密" in text, "王女士" in text, MATTER in text) == (True, False, True)
    assert telling.wants_secrecy(text)


def test_twin_without_that_look_the_wish_would_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "secrecy", lambda text: ("", text))
    assert "保密" not in read(f"编号：7\n来电人：王女士要求保密\n内容：{MATTER}", HERE).text


@pytest.mark.parametrize("nobody", ["市民", "匿名", "女士", "居民"])
def test_who_is_not_named_changes_no_words(nobody: str) -> None:
    said = "市民来电反映居民楼前路灯不亮，女士匿名"
    assert read(f"编号：7\n来电人：{nobody}\n内容：{said}", HERE).text.split("\n")[0] == said


@pytest.mark.parametrize("said", ["不保密", "无需保密", "不需要保密", "保密局门前路灯不亮", "没有要求"])
def test_who_does_not_want_it_is_not_marked(said: str) -> None:
    assert telling.wants_secrecy(said) is False


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2个工作日（2026-12-01 17:30前办结）", at(2026, 12, 1, 17, 30)),
        ("2026年12月1日17时30分前办结", at(2026, 12, 1, 17, 30)),
        ("12月1日17:30前", at(2026, 12, 1, 17, 30)),
        ("12月1日下午5点30分前", at(2026, 12, 1, 17, 30)),
        ("1月5日", at(2027, 1, 5, 23, 59)),
        ("11月28日", at(2026, 11, 28, 23, 59)),
        ("3个工作日", at(2026, 11, 29, 10)),
        ("三个工作日内办结", at(2026, 11, 29, 10)),
        ("二十四小时内", at(2026, 11, 29, 10)),
        ("5日内答复", at(2026, 12, 3, 23, 59)),
        ("2个工作日或3个工作日", None),
        ("2026-12-01至2026-12-05", None),
        ("13月40日", None),
        ("尽快", None),
        ("0个工作日", None),
        ("999个工作日", None),
    ],
)
def test_limits_as_issuers_write_them(said: str, due: datetime | None) -> None:
    assert limit(said, TODAY) == due


def test_days_without_a_year_and_counted_ones_begin_when_it_was_sent() -> None:
    sent = at(2026, 12, 30, 9)
    assert limit("1月2日12:00前", TODAY, sent) == at(2027, 1, 2, 12)
    assert limit("24小时", TODAY, sent) == at(2026, 12, 31, 9)
    assert limit("3个工作日", Here(ZONE, sent)) is None  # nobody said which days are worked


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("楼道灯坏。请于12月1日17:30前办结", at(2026, 12, 1, 17, 30)),
        ("楼道灯坏。请务必在2026年12月1日前答复。", at(2026, 12, 1, 23, 59)),
        ("11月2日来电，12月1日又坏", None),
        ("请于12月1日前办结，请于12月3日前回复", None),
    ],
)
def test_an_end_in_a_sentence_is_read_where_it_asks(said: str, due: datetime | None) -> None:
    assert asked(said, TODAY) == due
    assert read(f"编号：7\n内容：{said}", TODAY).due_at == due
