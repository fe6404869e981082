"""Moments as people and spreadsheets write them. 28 February 2019, 11:25:05 in China."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.moment import BadMoment, as_moment

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
SECOND = datetime(2019, 2, 28, 11, 25, 5, tzinfo=CHINA)
MINUTE = SECOND.replace(second=0)
DAY = datetime(2019, 2, 28, tzinfo=CHINA)
NAIVE = SECOND.replace(tzinfo=None)  # as a spreadsheet stores it


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2019/2/28 11:25:05", SECOND),
        ("2019-02-28 11:25:05", SECOND),
        ("2019-02-28T11:25:05", SECOND),
        ("2019.2.28 11:25:05.123", SECOND),
        ("  2019/2/28\t11:25:05 \n".replace("\t", " "), SECOND),
        ("２０１９－２－２８　１１：２５：０５", SECOND),
        ("2019年2月28日 11:25", MINUTE),
        ("2019年2月28日11时25分", MINUTE),
        ("2019年2月28日 11点25分05秒", SECOND),
        ("2019年2月28日 上午11:25", MINUTE),
        ("2019年2月28号", DAY),
        ("2019-02-28", DAY),
        ("20190228", DAY),
        (20190228, DAY),
        ("20190228112505", SECOND),
        (date(2019, 2, 28), DAY),
        (NAIVE.replace(second=4, microsecond=999_999), SECOND),
        (43524, DAY),
        (43524.475752, SECOND),
        ("2019年2月28日 下午3点", DAY.replace(hour=15)),
        ("2019年2月28日 下午15:00", DAY.replace(hour=15)),
        ("2019年2月28日 中午12:30", DAY.replace(hour=12, minute=30)),
        ("2019年2月28日 中午1点", DAY.replace(hour=13)),
        ("2019年2月28日 下午12:30", DAY.replace(hour=12, minute=30)),
        ("2019年2月28日 晚上8点30分", DAY.replace(hour=20, minute=30)),
        ("2019年2月28日 凌晨2点", DAY.replace(hour=2)),
        ("2019-02-28 24:00", DAY + timedelta(days=1)),
        ("2019-12-31 24:00:00", datetime(2020, 1, 1, tzinfo=CHINA)),
        ("2020-02-29", datetime(2020, 2, 29, tzinfo=CHINA)),
        ("2038-01-19 03:14:08", datetime(2038, 1, 19, 3, 14, 8, tzinfo=CHINA)),
        ("1970-01-01", datetime(1970, 1, 1, tzinfo=CHINA)),
        ("2019-02-28T03:25:05Z", SECOND),
        ("2019-02-28T11:25:05+08:00", SECOND),
        ("2019-02-28T11:25:05+0800", SECOND),
        ("2019-02-27T22:25:05-05:00", SECOND),
        (datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC), SECOND),
    ],
)
def test_a_moment_is_read(cell, moment):
    read = as_moment(cell, CHINA)
    assert read == moment
    assert read is not None
    assert read.utcoffset() is not None


@pytest.mark.parametrize("cell", [None, "", " ", "\t\n"])
def test_an_empty_cell_is_no_moment(cell):
    assert as_moment(cell, CHINA) is None


@pytest.mark.parametrize(
    "cell",
    [
        "1/2/2019",
        "28.02.2019",
        "02-03-04",
        "19-2-28",
        "2月28日",
        "昨天",
        "11:25",
        "2019-02-30",
        "2019-13-01",
        "2019-02-29",
        "2019-02-28 25:00",
        "2019-02-28 24:01",
        "2019-02-28 11:60",
        "2019-02-28 23:59:60",
        "2019-00-00",
        "2019年2月28日 晚上12点",
        "2019年2月28日 上午13点",
        "2019-02-28 11:25 CST",
        "2019-02-28 11:25+99:00",
        "2019",
        "2019/2/28 11:25:05" * 9,
        "9" * 5000,
        "2019-02-2٨ x",
        True,
        float("nan"),
        float("inf"),
        1e308,
        b"2019",
        [2019],
    ],
)
def test_what_could_mean_two_days_or_none_is_refused(cell):
    with pytest.raises(BadMoment) as refused:
        as_moment(cell, CHINA)
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize(
    "cell", ["9999-12-31", "0001-01-01", "1900-01-01", "2100-01-01", 5, 0, -3, 188006, date(9999, 1, 1)]
)
def test_a_year_out_of_range_is_refused(cell):
    with pytest.raises(BadMoment) as refused:
        as_moment(cell, CHINA)
    assert refused.value.code == "year"


@pytest.mark.parametrize(("cell", "zone"), [("1986-05-04 02:30", CHINA), ("2019-03-31 02:30", BERLIN)])
def test_an_hour_that_the_clocks_skipped_is_refused(cell, zone):
    with pytest.raises(BadMoment) as refused:
        as_moment(cell, zone)
    assert (refused.value.code, refused.value.details) == ("no_such_time", {"value": cell})


def test_an_hour_that_came_twice_is_the_first():
    read = as_moment("2019-10-27 02:30", BERLIN)
    assert read is not None
    assert read.astimezone(UTC) == datetime(2019, 10, 27, 0, 30, tzinfo=UTC)


@given(
    st.integers(0, 3_300_000_000).map(
        lambda second: datetime(1992, 1, 1, tzinfo=CHINA) + timedelta(seconds=second)
    ),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%dT%H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"]),
)
def test_every_moment_comes_back_from_its_spelling(moment, spelling):
    assert as_moment(moment.strftime(spelling), CHINA) == moment


@given(st.text(max_size=80))
def test_no_text_raises_anything_else(text):
    with suppress(BadMoment):
        as_moment(text, CHINA)
