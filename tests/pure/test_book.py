"""The category book: the rows are whole, the limits are read as the list says, nothing stands without its source."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.catalogue.book import (
    DATA,
    PROOF_KINDS,
    Book,
    CategoryRow,
    ConditionRow,
    Limit,
    load_book,
    load_calendars,
    read_book,
)
from gezhi.catalogue.holidays import china_holidays
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WORKING_DAY_MINUTES, due_at

FIRST_LIST = (
    "5e6297101f046d204261bdceaf34d1b508ca649946f9e9715eb7c4a483b2a1e3"  # digest of its codes, names and words
)
LEAVES_PER_TOP = {
    "01": 7, "02": 5, "03": 8, "04": 8, "05": 9, "06": 9, "07": 6,
    "08": 5, "09": 4, "10": 4, "11": 4, "12": 6, "00": 7,
}  # fmt: skip
RAW = json.loads((DATA / "categories.json").read_text(encoding="utf-8"))
BOOK = load_book()
ROWS = {row.code: row for row in BOOK.categories}
LEAVES = [row for row in BOOK.categories if row.parent and not row.refer_out]
CONDITIONS = [condition for leaf in LEAVES for condition in leaf.conditions]

Brief = tuple[int, str, str] | None  # minutes, clock, source


def brief(limit: Limit | None) -> Brief:
    return None if limit is None else (limit.minutes, limit.clock, limit.source)


def limits(condition: ConditionRow) -> list[Limit]:
    first = [condition.make_safe] if condition.make_safe else []
    return [*first, condition.fix, *(stage.limit for stage in condition.extra)]


def findings(book: Book) -> list[str]:
    """What may never be in the book, one sentence each."""
    found = []
    for row in book.categories:
        if row.parent and not row.refer_out:
            if sum(condition.default for condition in row.conditions) != 1:
                found.append(f"{row.code} has not one default condition")
            if row.proof is None or not row.chain:
                found.append(f"{row.code} lacks proof or chain")
        for condition in row.conditions:
            for limit in limits(condition):
                if limit.source not in book.sources:
                    found.append(f"{condition.code} has a clock without a source")
                if limit.proposed is not (limit.grade is None):
                    found.append(f"{condition.code} calls a limit proposed that has a grade, or the reverse")
            if condition.make_safe and condition.make_safe.minutes > condition.fix.minutes:
                found.append(f"{condition.code} is safe only after it is mended")
    return found


# --- ten leaves read by hand from the first list: (where, make safe, fix, stages, default)

BY_HAND: dict[str, list[tuple[str, Brief, Brief, list[Brief], bool]]] = {
    "0101": [("", None, (240, "working", "[1]"), [], True)],
    "0103": [
        ("", None, (240, "working", "[1]"), [], True),
        ("", None, (960, "working", "[1]"), [], False),
    ],
    "0201": [
        ("", None, (1440, "round", "[7]"), [], False),
        ("", None, (1440, "working", "pd"), [], True),
    ],
    "0304": [("", None, (43_200, "round", "[6]"), [(1440, "working", "pd")], True)],
    "0401": [
        ("street", None, (240, "working", "[1]"), [], False),
        ("compound", None, (480, "working", "pd"), [], True),
    ],
    "0403": [("", (60, "round", "pd"), (2160, "round", "[3]"), [], True)],
    "0502": [
        ("", (15, "round", "[4]"), (480, "working", "pd"), [], False),
        ("", None, (480, "working", "pd"), [], True),
    ],
    "0503": [
        ("", (30, "round", "pd"), (1440, "round", "pd"), [(5, "round", "[4]")], False),
        ("", None, (1440, "round", "pd"), [], True),
    ],
    "0603": [("", (45, "round", "pd"), (1440, "round", "[4]"), [], True)],
    "1299": [
        ("", None, (10_080, "round", "[5]"), [(480, "working", "[5]")], True),
        ("", None, (21_600, "round", "[5]"), [(480, "working", "[5]")], False),
        ("", (15, "round", "pd"), (10_080, "round", "[5]"), [], False),
    ],
}


@pytest.mark.parametrize("code", BY_HAND)
def test_the_limits_of_a_leaf_are_those_read_by_hand(code: str) -> None:
    read = [
        (
            condition.where,
            brief(condition.make_safe),
            brief(condition.fix),
            [brief(stage.limit) for stage in condition.extra],
            condition.default,
        )
        for condition in ROWS[code].conditions
    ]
    assert read == BY_HAND[code]


def test_a_range_keeps_its_lower_end_as_text() -> None:
    (pipe,) = ROWS["0603"].conditions
    assert (pipe.fix.minutes, pipe.fix.alternatives) == (24 * 60, "12–24 h")


def test_the_grade_of_a_limit_is_that_of_its_source() -> None:
    cover, bulky = ROWS["0403"].conditions[0].fix, ROWS["0105"].conditions[0].fix
    assert (cover.grade, cover.proposed) == ("B", False)
    assert (bulky.grade, bulky.proposed) == (None, True)


# --- the whole book


def test_every_top_has_all_its_leaves() -> None:
    assert Counter(row.parent for row in BOOK.categories if row.parent) == LEAVES_PER_TOP
    assert [row.code for row in BOOK.categories if not row.parent] == list(LEAVES_PER_TOP)
    assert len(LEAVES) == 75


def test_a_leaf_follows_its_top_and_no_code_comes_twice() -> None:
    assert len(ROWS) == len(BOOK.categories)
    for leaf in (row for row in BOOK.categories if row.parent):
        assert leaf.code[:2] == leaf.parent
        assert BOOK.categories.index(ROWS[leaf.parent]) < BOOK.categories.index(leaf)


def test_nothing_in_the_book_is_forbidden() -> None:
    assert findings(BOOK) == []


def _two_defaults(leaf: dict[str, Any]) -> None:
    for condition in leaf["conditions"]:
        condition["default"] = True


def _no_default(leaf: dict[str, Any]) -> None:
    for condition in leaf["conditions"]:
        condition.pop("default", None)


def _no_chain(leaf: dict[str, Any]) -> None:
    leaf["chain"] = []


def _safe_too_late(leaf: dict[str, Any]) -> None:
    leaf["conditions"][0]["make_safe"] = {"minutes": 99_999, "clock": "round", "source": "pd"}


@pytest.mark.parametrize("damage", [_two_defaults, _no_default, _no_chain, _safe_too_late])
def test_sabotage_a_damaged_book_is_found(damage: Callable[[dict[str, Any]], None]) -> None:
    damaged = copy.deepcopy(RAW)
    damage(damaged["tops"][1]["leaves"][0])
    assert len(findings(read_book(damaged))) == 1


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.code)
def test_a_condition_is_complete_in_three_languages(condition: ConditionRow) -> None:
    assert all((condition.label_zh, condition.label_zh_hant, condition.label_en))
    assert all((condition.first_action_zh, condition.first_action_zh_hant, condition.first_action_en))
    assert all(all((stage.label_zh, stage.label_zh_hant, stage.label_en)) for stage in condition.extra)


@pytest.mark.parametrize("row", [row for row in BOOK.categories if row.parent], ids=lambda row: row.code)
def test_a_leaf_says_what_must_be_shown(row: CategoryRow) -> None:
    assert row.proof is not None
    assert set(row.proof.kinds) <= set(PROOF_KINDS)
    assert all((row.proof.sentence_zh, row.proof.sentence_zh_hant, row.proof.sentence_en))
    assert row.proof.sentence_zh.endswith("。")


def test_condition_codes_begin_with_their_leaf_and_count_through() -> None:
    for leaf in LEAVES:
        assert [c.code for c in leaf.conditions] == [
            f"{leaf.code}-{x}" for x in "abc"[: len(leaf.conditions)]
        ]


def test_where_a_leaf_asks_for_the_ground_both_grounds_are_there() -> None:
    asking = {
        leaf.code: {c.where for c in leaf.conditions}
        for leaf in LEAVES
        if any(c.where for c in leaf.conditions)
    }
    assert asking == {"0104": {"street", "compound"}, "0401": {"street", "compound"}}


def test_working_limits_are_whole_hours_or_days() -> None:
    for condition in CONDITIONS:
        for limit in limits(condition):
            if limit.clock == "working":
                assert limit.minutes < WORKING_DAY_MINUTES or limit.minutes % WORKING_DAY_MINUTES == 0
                assert limit.minutes % 60 == 0


def test_make_safe_runs_day_and_night_except_where_work_is_stopped_by_an_office() -> None:
    working = [c.code for c in CONDITIONS if c.make_safe and c.make_safe.clock == "working"]
    assert working == ["1101-a"]


def test_a_dangerous_leaf_has_a_limit_that_runs_day_and_night() -> None:
    for leaf in LEAVES:
        if leaf.dangerous:
            assert any(limit.clock == "round" for c in leaf.conditions for limit in limits(c)), leaf.code


def test_twelve_leaves_are_offered_as_chips_and_each_has_a_picture() -> None:
    common = [leaf for leaf in LEAVES if leaf.common]
    assert len(common) == 12
    assert all(leaf.topic_icon for leaf in common)
    assert all(row.topic_icon for row in BOOK.categories if not row.parent)


def test_only_poor_service_is_a_complaint_about_a_party() -> None:
    assert [row.code for row in BOOK.categories if row.complains_of_party] == ["1204"]


def test_matters_for_others_name_whom_to_ask_and_have_no_clock() -> None:
    referred = [row for row in BOOK.categories if row.parent == "00"]
    assert len(referred) == 7
    for row in referred:
        assert row.refer_out
        assert row.refer_to_zh
        assert row.refer_phone.isdecimal()
        assert row.conditions == ()
    assert not any(row.refer_out for row in LEAVES)


def test_the_chain_reads_like_staff_speak() -> None:
    assert ROWS["0201"].chain_text == "物业 → 社区 → 消防"
    assert ROWS["0104"].chain_text == "小区：物业 / 街面：环卫"
    assert ROWS["0505"].chain_text == "物业 ＋ 业委会（动用维修资金） → 住建"


def test_the_traditional_text_is_traditional() -> None:
    simplified = set("为这无时电动车门区与业单报处场乱张证务边维护楼")
    hant = "".join(
        row.name_zh_hant
        + row.plain_zh_hant
        + "".join(c.label_zh_hant + c.first_action_zh_hant for c in row.conditions)
        for row in BOOK.categories
    )
    assert simplified & set(hant) == set()


def test_the_file_is_kept_readable() -> None:
    text = (DATA / "categories.json").read_text(encoding="utf-8")
    assert "\\u" not in text
    assert text.endswith("}\n")


def test_the_words_of_the_first_list_are_kept_as_they_were() -> None:
    kept = [[row.code, row.parent, row.name_zh, *vars(row.as_listed).values()] for row in BOOK.categories]
    digest = sha256(json.dumps(kept, ensure_ascii=False).encode()).hexdigest()
    assert digest == FIRST_LIST


# --- refusals


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("conditions", 0, "fix", "source"), "[9]"),
        (("conditions", 0, "fix", "minutes"), 0),
        (("conditions", 0, "fix", "minutes"), 1.5),
        (("conditions", 0, "fix", "clock"), "sundial"),
        (("conditions", 0, "fixed"), {}),
        (("conditions", 0, "label"), {"zh": "有", "zh_hant": "有"}),
        (("conditions", 0, "label", "en"), ""),
        (("conditions", 0, "where"), "moon"),
        (("chain", 0, "party"), "X"),
        (("proof", "kinds"), []),
        (("proof", "kinds"), ["rumour"]),
        (("proof", "kinds"), ["note", "note"]),
        (("colour",), "red"),
    ],
)
def test_a_damaged_row_is_refused_by_name(path: tuple[str | int, ...], value: object) -> None:
    damaged = copy.deepcopy(RAW)
    spot: Any = damaged["tops"][4]["leaves"][2]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    with pytest.raises(ValueError, match="category 0503"):
        read_book(damaged)


# --- calendars


def test_three_calendars_come_along() -> None:
    calendars = {row.code: row for row in load_calendars()}
    assert {code: row.proposed for code, row in calendars.items()} == {
        "office": True,
        "property_seven_day": True,
        "round_the_clock": False,
    }
    assert calendars["round_the_clock"].hours == ROUND_THE_CLOCK
    monday = date(2026, 3, 2)
    for code in ("office", "property_seven_day"):
        day = calendars[code].hours.periods_on(monday)
        assert sum(end - start for start, end in day) == WORKING_DAY_MINUTES


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_office_calendar_has_chinas_holidays(year: int) -> None:
    office = next(row.hours for row in load_calendars() if row.code == "office")
    off, makeup = china_holidays(year) or pytest.fail(f"no table for {year}")
    assert {day for day in office.holidays if day.year == year} == off
    assert {day for day in office.makeup_days if day.year == year} == makeup
    assert office.known_years == {2024, 2025, 2026}


def test_every_limit_of_the_book_gives_a_deadline() -> None:
    office = next(row.hours for row in load_calendars() if row.code == "office")
    start = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    for condition in CONDITIONS:
        for limit in limits(condition):
            found = due_at(start, limit.minutes, office if limit.clock == "working" else ROUND_THE_CLOCK)
            assert found is not None
            assert found.at > start
            assert not found.provisional
