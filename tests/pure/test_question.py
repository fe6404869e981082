"""What is asked of a list of cases has one spelling: its query string."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.web.desk.listing import question
from gezhi.web.desk.listing.columns import ALWAYS, COLUMNS, USUAL, shown, sound
from gezhi.web.desk.listing.question import FIELDS, day, mark, marked, read, read_text

texts = st.text(max_size=120)
asked = st.dictionaries(st.sampled_from(("view", *FIELDS)), st.lists(texts, max_size=3))


@given(asked)
def test_what_is_written_is_read_as_the_same_question(said: dict[str, list[str]]) -> None:
    once = read(said)
    assert read_text(once.written()) == once


@given(asked)
def test_one_question_is_written_in_one_way(said: dict[str, list[str]]) -> None:
    written = read(said).written()
    assert read_text(written).written() == written


def test_boxes_of_a_form_and_signs_of_a_link_are_the_same_states() -> None:
    boxes, commas = read({"state": ["opened", "in_hand"]}), read({"state": ["in_hand,opened"]})
    assert boxes == commas == read({"state": ["opened.in_hand"]})
    assert boxes.written() == "view=open&state=in_hand.opened"


def test_of_nothing_a_link_says_the_view_alone() -> None:
    assert read({}).written() == "view=open"
    assert read({"q": ["  "], "place": [""]}).written(page="", after=None) == "view=open"


def test_what_is_no_field_is_left_out() -> None:
    assert (
        read({"q": ["灯"], "page": ["3"], "csrfmiddlewaretoken": ["x"]}).written() == "view=open&q=%E7%81%AF"
    )


def test_a_change_leaves_the_rest() -> None:
    first = read({"q": ["灯"], "clock": ["overdue"]})
    assert first.changed(clock="").written() == read({"q": ["灯"]}).written()


@pytest.mark.parametrize("text", ["", "2026-02-30", "2026-3-2", "昨天", "2026-03-02T00:00", "9" * 10])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text) is None


def test_a_day_is_a_day() -> None:
    assert day("2026-03-02") == date(2026, 3, 2)


BEGIN = datetime(1949, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=55_000)).map(lambda since: BEGIN + since)


@given(st.integers(0, 1), moments, st.uuids(), st.integers(0, 99_999))
def test_a_row_is_found_again_to_the_microsecond_with_its_page(
    section: int, at: datetime, id: UUID, page: int
) -> None:
    assert marked(mark(section, at, id, page)) == (section, at, id, page)


@given(st.text(max_size=80))
def test_whatever_stands_in_an_address_is_a_row_or_none(text: str) -> None:
    assert marked(text) is None or len(marked(text)) == 4


def test_twin_a_mark_of_seconds_would_lose_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    at, id = datetime(2026, 3, 2, 4, 0, 0, 7, tzinfo=UTC), UUID(int=7)
    section, _micros, name = mark(0, at, id).split(".")
    assert marked(f"{section}.{int(at.timestamp()) * 1_000_000}.{name}") != (0, at, id, 0)


def test_columns_are_those_there_are_in_the_order_of_the_list() -> None:
    assert sound(["number", "clock", "nonsense"]) == ("clock", ALWAYS, "number")
    assert sound(["nonsense"]) == sound([]) == ()
    assert shown((), ["nonsense"], ["state"]) == (ALWAYS, "state")
    assert shown((), ()) == USUAL
    assert set(USUAL) < set(COLUMNS)


def test_a_long_value_is_cut() -> None:
    assert len(read({"q": ["灯" * 1000]}).typed["q"]) == question.MOST_SIGNS
