"""The matters that the report tells of, and what lies on the desk today, as tales whose moments are relative to now."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.catalogue import queries as catalogue
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.courses import OFFICE, after
from gezhi.flows.demonstration.stories import STORIES, Story
from gezhi.flows.demonstration.tales import Act, Tale, in_order
from gezhi.kernel.worktime import next_working

HOUR = 60  # minutes
JUST_NOW, APART = timedelta(minutes=30), timedelta(minutes=9)
ON_PAPER = frozenset({"put_to_meeting", "carry_forward"})  # moves that name a day; a story's is a week later


def sagas(now: datetime, zone: ZoneInfo) -> list[Tale]:
    """All of them that have begun by now."""
    return [_tale(number, told, now, zone) for number, told in enumerate(bank.sagas())]


def first_week(now: datetime, zone: ZoneInfo) -> list[Tale]:
    """The stories of the small demonstration, as it tells them."""
    return [_story(number, story, now.astimezone(zone)) for number, story in enumerate(STORIES)]


def _tale(number: int, told: dict[str, Any], now: datetime, zone: ZoneInfo) -> Tale:
    at = _begin(told, now, zone)
    channel, contact = told["channel"], told.get("contact", "")
    return Tale(
        told.get("key", f"saga-{number:02d}"),
        at,
        told["place"],
        told["category"],
        told["text"],
        channel,
        _acts(told["steps"], at),
        has_photo=channel in {"qr", "staff"},
        contact=contact,
        may_call=bool(contact),
        finder=told.get("finder", ""),
    )


def _begin(told: dict[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    """Fresh ones so many hours ago, else on that day at that hour; who writes for the office does it on a day of work."""
    if "hours_ago" in told:
        return now - timedelta(hours=told["hours_ago"])
    day = (now.astimezone(zone) - timedelta(days=told["days_ago"])).date()
    at = datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(hours=told["hour"])
    by_hand = told.get("finder") or told["channel"] == "counter"
    return next_working(at, catalogue.calendar(OFFICE)) if by_hand else at


def _acts(steps: list[list[Any]], at: datetime) -> tuple[Act, ...]:
    """Each so many working hours after the one before."""
    acts, reached = [], at
    for hours, who, event, *rest in steps:
        said = dict(rest[0]) if rest else {}
        reached = after(reached, hours * HOUR, catalogue.calendar(OFFICE))
        days = said.pop("days", None)
        until = reached + timedelta(days=days) if days else None
        acts.append(Act(reached, who, event, until=until, **said))
    return in_order(acts)


def _story(number: int, story: Story, now: datetime) -> Tale:
    at = story.begin(now)
    if at == now - JUST_NOW:  # what would lie ahead was said this morning, one after the other
        at -= number * APART
    acts = []
    for step in story.steps:
        when = at + timedelta(hours=step.hours)
        until = when + timedelta(days=7) if step.move.event in ON_PAPER else None
        move = step.move
        acts.append(
            Act(
                when,
                step.who,
                move.event,
                move.note,
                move.reason,
                step.party,
                until=until,
                count=move.count,
                ending=move.ending,
            )
        )
    return Tale(
        f"first-{number:02d}",
        at,
        story.place,
        story.category,
        story.text,
        story.channel,
        in_order(acts),
        has_photo=story.photo,
        contact=story.contact,
        may_call=bool(story.contact),
    )
