"""The routing rules of the demonstration: proposals only, so that a visitor sees the desk decide. One is to change on a later day."""

from datetime import datetime, timedelta

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.months import first_day
from gezhi.parties.days import local_day
from gezhi.routing import actions
from gezhi.routing import queries as routing
from gezhi.routing.terms import Terms

NIGHT = (20 * 60, 6 * 60)
LONGER_NIGHT = (19 * 60, 6 * 60)
TRIED_FOR = timedelta(days=20)  # then the office made the rule for houses narrower


def build_rules(*, actor: Actor, at: datetime) -> None:
    """Three rules, of which one was changed since."""
    houses = catalogue.by_code("05").id
    compound = Terms("房屋设施找物业", category=houses, party_kind="property")
    street = Terms("街面的找区直部门", place_kind="street", party_kind="agency")
    night = _night(NIGHT)
    line, *_others = [actions.add_rule(terms, actor=actor, at=at) for terms in (compound, street, night)]
    seen = next(rule.id for rule in routing.rules(at) if rule.line == line)
    narrower = Terms("小区内房屋设施找物业", place_kind="compound", category=houses, party_kind="property")
    actions.change_rule(line, narrower, seen=seen, actor=actor, at=at + TRIED_FOR)


def plan_change(*, actor: Actor, at: datetime) -> None:
    """From the first of next month on the night of the markets begins an hour earlier; until then it can be seen coming."""
    rule = next(one for one in routing.rules(at) if one.name == _night(NIGHT).name)
    next_month = first_day(local_day(at), 1)
    actions.change_rule(
        rule.line, _night(LONGER_NIGHT), seen=rule.id, actor=actor, at=at, begins_on=next_month
    )


def _night(hours: tuple[int, int]) -> Terms:
    return Terms(
        "夜间集市的找街道",
        place_kind="market",
        hour_from=hours[0],
        hour_to=hours[1],
        party_kind="subdistrict",
    )
