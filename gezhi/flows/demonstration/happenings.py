"""What else happens in the half year: another property company comes, a routing rule is made."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from gezhi.catalogue import queries as catalogue
from gezhi.flows.change_of_company import move_open_work
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.people import Cast
from gezhi.flows.demonstration.places import Names
from gezhi.flows.demonstration.play import Deed
from gezhi.flows.demonstration.town import first_of_month
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import actions as parties
from gezhi.parties import queries as known
from gezhi.parties.actions import Ground
from gezhi.parties.days import zone
from gezhi.routing import actions as routing
from gezhi.routing.terms import Terms

ANNOUNCED = timedelta(
    days=20
)  # before the day: so the service of the old one ends and that of the new one begins on paper
AT_NIGHT = time(0, 5)  # the worker moves open work soon after the day has begun


def happenings(names: Names, cast: Cast, at: datetime) -> Iterator[Deed]:
    """All of them, relative to the day the demonstration is made."""
    yield from _change_of_company(names, cast, at)
    yield _rule(cast, at)


def _change_of_company(names: Names, cast: Cast, at: datetime) -> Iterator[Deed]:
    told = bank.town()["change"]
    day = first_of_month(at, told["months_ago"])
    begins = datetime.combine(day, AT_NIGHT, zone()).astimezone(UTC)
    place = names.places[told["place"]]
    old, new = cast.parties[told["from"]], cast.parties[told["to"]]

    def announced() -> None:
        service = next(one for one in known.services(old) if one.place_id == place)
        moment = begins - ANNOUNCED
        parties.end_service(service.id, ends_on=day, actor=SYSTEM, at=moment)
        parties.serve(new, "property", Ground(place), starts_on=day, actor=SYSTEM, at=moment)

    yield Deed(begins - ANNOUNCED, announced)
    yield Deed(begins, lambda: move_open_work(at=begins), moves_others=True)


def _rule(cast: Cast, at: datetime) -> Deed:
    told = bank.town()["rule"]
    since = at - timedelta(days=told["days_ago"])
    terms = Terms(
        told["name"],
        category=catalogue.by_code(told["category"]).id,
        season_from=told["season_from"],
        season_to=told["season_to"],
        party=cast.parties[told["party"]],
        is_automatic=True,
    )
    return Deed(since, lambda: routing.add_rule(terms, actor=SYSTEM, at=since))
