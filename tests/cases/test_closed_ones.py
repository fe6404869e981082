"""Nothing goes to a party that is no more, or to a place that is no more, whichever door it comes in by."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid
from gezhi.parties.days import local_day
from gezhi.parties.models import Party
from gezhi.places.models import Place
from tests.cast import Cast, walk

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=7)


def refused(case: Case, move: Move, cast: Cast, at: datetime) -> tuple[str, str]:
    """Which field, and why; the case stays as it was."""
    with pytest.raises(Invalid) as why:
        advance(case.id, move, actor=cast.chen, at=at)
    assert Case.objects.get(id=case.id).version == case.version
    return why.value.field, why.value.code


def closed(row: Any, at: datetime) -> Any:
    type(row).objects.filter(id=row.id).update(closed_on=local_day(at))
    return row.id


def another_place(cast: Cast) -> Place:
    place: Place = Place.objects.get(id=cast.town.building)
    return place


def test_a_case_is_not_given_to_a_party_that_is_closed_or_that_nobody_knows(
    cast: Cast, noon: datetime
) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    gone = closed(Party.objects.get(id=cast.owners), noon)
    assert refused(case, Move("dispatch", party=gone), cast, noon) == ("party", "closed")
    assert refused(case, Move("dispatch", party=NOBODY), cast, noon) == ("party", "unknown")


def test_twin_while_it_is_open_the_party_gets_it(cast: Cast, noon: datetime) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    sent = advance(case.id, Move("dispatch", party=cast.owners), actor=cast.chen, at=noon)
    assert (sent.state, sent.lead_id) == ("dispatched", cast.owners)


@pytest.mark.parametrize("event", ["accept", "correct"])
def test_a_case_is_not_put_at_a_place_that_is_closed(event: str, cast: Cast, noon: datetime) -> None:
    case, gone = cast.lin_reports(noon), closed(another_place(cast), noon)
    assert refused(case, Move(event, place=gone), cast, noon) == ("place", "closed")


def test_twin_while_it_is_open_the_case_goes_there(cast: Cast, noon: datetime) -> None:
    case, there = cast.lin_reports(noon), another_place(cast)
    moved = advance(case.id, Move("accept", place=there.id), actor=cast.chen, at=noon)
    assert moved.place_id == there.id


def test_what_lies_at_a_place_that_was_closed_since_goes_on(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    closed(Place.objects.get(id=case.place_id), noon)
    assert advance(case.id, Move("accept"), actor=cast.chen, at=noon).state == "opened"


def test_a_second_matter_is_not_split_off_to_a_place_that_is_closed(cast: Cast, noon: datetime) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    lamp = catalogue.by_code("0504").id
    gone = closed(another_place(cast), noon)
    wish = Move("split", note="灯也不亮", place=gone, category=lamp)
    assert refused(case, wish, cast, noon) == ("place", "closed")
    here = Move("split", note="灯也不亮", category=lamp, place=case.place_id)
    advance(case.id, here, actor=cast.chen, at=noon)
    assert Case.objects.filter(split_from=case.id, place_id=case.place_id).count() == 1
