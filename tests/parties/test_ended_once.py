"""An end that is sent twice is written once; so is a move. The twins take away the look at what stands there already."""

from datetime import date, datetime
from typing import Any

import pytest

from gezhi.journal import queries as journal
from gezhi.kernel.actor import Actor
from gezhi.parties import actions, queries, staff
from tests.parties.town import Town


class Unlike(date):
    """A day that is never the one that stands there: the protection against the same form twice looks away."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = date.__hash__


def ends(kind: str, id: Any, event: str) -> int:
    """How often the journal says so."""
    return [one.entry.event for one in journal.story(kind, id)].count(event)


@pytest.mark.parametrize(("day", "times"), [(date, 1), (Unlike, 2)], ids=["once", "sabotage"])
def test_a_service_ended_twice_for_one_day_ended_once(
    town: Town, admin_actor: Actor, noon: datetime, day: type[date], times: int
) -> None:
    service = queries.services(town.company)[0].id
    for _each in range(2):
        actions.end_service(service, ends_on=day(noon.year, noon.month, noon.day), actor=admin_actor, at=noon)
    assert ends("party", town.company, "end_service") == times


@pytest.mark.parametrize(("day", "times"), [(date, 1), (Unlike, 2)], ids=["once", "sabotage"])
def test_a_post_ended_twice_for_one_day_ended_once(
    town: Town, admin_actor: Actor, noon: datetime, day: type[date], times: int
) -> None:
    post = town.posts["孙"]
    for _each in range(2):
        staff.end_post(post, ends_on=day(noon.year, noon.month, noon.day), actor=admin_actor, at=noon)
    assert ends("post", post, "end_post") == times
