"""What happened at a place is read along an index, bounded, and only as far as whoever asks may see it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db.models import Value

from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.insight.memory import lines
from gezhi.kernel import counting
from gezhi.ledger.models import Line
from gezhi.places import paths
from gezhi.places.onpath import on_path
from tests.cast import Cast
from tests.plans import on_sqlite, plan

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def path_of(cast: Cast, name: str) -> str:
    return cast.town.row(getattr(cast.town, name)).path


def test_a_place_tells_of_all_below_it_and_nothing_beside_it(cast: Cast, noon: datetime) -> None:
    for n in range(3):
        cast.lin_reports(noon - n * HOUR)
    worker.keep_books(noon)
    for name in ("stairwell", "building", "compound", "community_a", "district"):
        found = lines.happened(path_of(cast, name), actor=cast.chen)
        assert (len(found.rows), found.since) == (3, None), name
        assert lines.open_at(path_of(cast, name), actor=cast.chen, first=2).number == 3
    assert lines.happened(path_of(cast, "street_b"), actor=cast.zhou).rows == ()
    assert lines.open_at(path_of(cast, "street_b"), actor=cast.zhou, first=2) == lines.Open(0, ())


def test_who_may_see_no_case_there_is_told_of_none(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    worker.keep_books(noon)
    assert lines.happened(path_of(cast, "compound"), actor=cast.mo).rows == ()
    assert lines.open_at(path_of(cast, "compound"), actor=cast.mo, first=9).number == 0


def test_twin_without_the_look_at_who_asks_everybody_is_told(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon)
    worker.keep_books(noon)
    monkeypatch.setattr(lines, "is_visible", lambda actor, case_id: Value(value=True))
    assert len(lines.happened(path_of(cast, "compound"), actor=cast.mo).rows) == 1


@pytest.mark.parametrize("name", ["stairwell", "building", "compound", "district"])
def test_of_many_only_the_newest_are_read_and_since_when_is_said(
    name: str, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 2)
    monkeypatch.setattr(lines, "WALKED", 3)
    for days in range(5):
        cast.lin_reports(noon - timedelta(days=days))
    worker.keep_books(noon)
    found = lines.happened(path_of(cast, name), actor=cast.chen)
    assert [(noon.date() - row.came_on).days for row in found.rows] == [0, 1]
    assert found.since == (noon - timedelta(days=2)).date()
    assert (
        lines.open_at(path_of(cast, name), actor=cast.chen, first=9).number == 3
    )  # one more than COUNTED: "2+"


def test_of_more_open_ones_than_are_counted_those_due_first_come_first(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 2)
    made = [cast.lin_reports(noon + n * HOUR) for n in range(5)]
    worker.keep_books(noon + 5 * HOUR)
    for n, case in enumerate(made):
        Line.objects.filter(case=case).update(due_at=noon - n * HOUR)  # the last reported is due first
    found = lines.open_at(path_of(cast, "compound"), actor=cast.chen, first=2)
    assert found == lines.Open(3, (made[4].id, made[3].id))


def test_what_one_may_not_see_takes_no_place_of_what_one_may(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 2)
    made = [cast.lin_reports(noon + n * HOUR) for n in range(6)]
    Case.objects.filter(id__in=[one.id for one in made[:3]]).update(complained_of=cast.property)
    worker.keep_books(noon + 6 * HOUR)
    for name in ("compound", "district"):
        hers = replace(cast.sun, posts=(*cast.chen.posts, *cast.sun.posts))
        found = lines.open_at(path_of(cast, name), actor=hers, first=9)
        assert (found.number, set(found.case_ids)) == (3, {one.id for one in made[3:]})


@on_sqlite
@pytest.mark.parametrize(
    ("name", "index"), [("compound", "ledger_of_a_compound"), ("building", "ledger_of_a_building")]
)
def test_the_newest_of_a_place_are_read_along_its_index_without_sorting(
    name: str, index: str, cast: Cast
) -> None:
    said = plan(lines.of_keyed(path_of(cast, name))[:1000])
    assert index in said
    assert "TEMP B-TREE" not in said


@on_sqlite
def test_what_lies_above_and_below_is_looked_for_among_the_newest(cast: Cast) -> None:
    below = plan(lines.walked(path_of(cast, "stairwell"))[:5000])
    above = plan(lines.walked(path_of(cast, "community_a"))[:5000])
    assert ("ledger_of_a_building" in below, "TEMP B-TREE" in below) == (True, False)
    assert ("ledger_by_receipt" in above, "TEMP B-TREE" in above) == (True, False)


@on_sqlite
def test_whether_he_may_see_it_is_looked_up_case_by_case(cast: Cast) -> None:
    said = plan(lines.with_sight(lines.of_keyed(path_of(cast, "compound")), cast.chen)[:1000])
    assert "sqlite_autoindex_cases_case_1 (id=?)" in said
    assert "TEMP B-TREE" not in said


@on_sqlite
def test_what_is_open_is_read_along_the_index_of_open_lines(cast: Cast) -> None:
    assert "open_ledger_lines " in plan(lines.open_lines(path_of(cast, "compound"))[:1001])


@on_sqlite
def test_twin_asked_with_figures_as_values_every_line_of_the_office_is_walked(cast: Cast) -> None:
    from django.db.models.functions import Substr

    path = path_of(cast, "compound")
    key = path[on_path_begins() : on_path_begins() + 32]
    rows = Line.objects.alias(key=Substr("place_path", on_path_begins() + 1, 32)).filter(key=key)
    assert "ledger_of_a_compound" not in plan(rows.order_by("-received_at")[:1000])
    assert "SUBSTR" in on_path(4).extra["template"]


def on_path_begins() -> int:
    return paths.begins(4)
