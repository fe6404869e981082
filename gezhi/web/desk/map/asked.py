"""What of the cases somebody wants to see on the map: the filters of the list, and a month of the slider."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from gezhi.cases.lists import OPEN as OPEN_STATES
from gezhi.cases.lists import CaseFilter
from gezhi.insight.mapping import layers
from gezhi.insight.mapping.counts import Layer
from gezhi.kernel.months import back_from, first_day, month_of, read, written
from gezhi.parties.days import midnight
from gezhi.web import words
from gezhi.web.casework import lists
from gezhi.web.desk import filters
from gezhi.web.desk.listing.question import day
from gezhi.web.staff import actor_of, at_of

MONTHS = 24  # of the slider, the running one the last
RECEIVED, OPEN = "received", "open"
MODES = (RECEIVED, OPEN)
JUST_NOW = timedelta(seconds=1)  # what came in this very moment is there, too


@dataclass(frozen=True, slots=True)
class Shown:
    """chosen: filters as the list has them. month: "2026-03", "" = now; mode: what of that month."""

    chosen: filters.Chosen
    month: str
    mode: str

    @property
    def wanted(self) -> CaseFilter:
        """Of the past, cases in any state; what is said of the day of receipt holds there, too."""
        found = self.chosen.wanted
        if not self.month:
            return found
        return CaseFilter(
            place_path=found.place_path,
            category_ids=found.category_ids,
            party=found.party,
            channel=found.channel,
            level=found.level,
            since=found.since,
            until=found.until,
            rounds=found.rounds,
            holds=found.holds,
            named=found.named,
        )

    @property
    def is_nothing(self) -> bool:
        """Whether no case can fit, as the list has it: no place is called that, or no case of the view has such a state."""
        return self.chosen.place_missed or self.chosen.is_empty

    @property
    def is_counted_ahead(self) -> bool:
        """Whether the roll-ups know it: of the past nothing is filtered, or what was open then by its place alone."""
        said = {name for name, value in self.chosen.typed.items() if value and name != "order"}
        return not self.chosen.own and said <= ({"place"} if self.mode == OPEN else set())

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the counts, in their order."""
        return (self.mode,) if self.month else layers.CLOCKS

    @property
    def listed(self) -> str | None:
        """The query of the list that shows exactly these cases; None where no list does: of what was open at the end of a month."""
        if not self.month:
            return self.chosen.query()
        if self.mode == OPEN:
            return None
        first, behind = (timezone.localdate(one) for one in span(self.month))
        typed = self.chosen.typed
        since = max(filter(None, (first, day(typed["since"]))))
        until = min(filter(None, (behind - timedelta(days=1), day(typed["until"]))))
        every = ".".join(sorted(words.STATES))
        said = {"view": filters.FIRST_VIEW, "state": every, "clock": ""}
        return self.chosen.query(**said, since=since.isoformat(), until=until.isoformat())

    def query(self, **changes: Any) -> str:
        """For a link to the same."""
        whole = self.chosen.query(month=self.month, mode=self.mode if self.month else "")
        return f"{whole}&{urlencode(changes)}" if changes else whole


def shown(request: HttpRequest) -> Shown:
    """What a query asks for; what it does not know it leaves out. As many queries as `filters.chosen`."""
    chosen = filters.chosen(request.GET, filters.own_party(actor_of(request)))
    if chosen.view == filters.CLOSED:  # the map of now is of open ones
        first = replace(chosen.question, view=filters.FIRST_VIEW)
        chosen = replace(chosen, question=first, wanted=replace(chosen.wanted, states=OPEN_STATES))
    month, mode = request.GET.get("month", ""), request.GET.get("mode", RECEIVED)
    known = months(at_of(request))
    return Shown(chosen, month if month in known else "", mode if mode in MODES else RECEIVED)


def months(at: datetime) -> list[str]:
    """The months of the slider, oldest first, as "2026-03"."""
    return [written(one) for one in reversed(back_from(timezone.localdate(at), MONTHS))]


def span(month: str) -> tuple[datetime, datetime]:
    """When a month begins and ends where the office is."""
    first = read(month)
    return midnight(first), midnight(first_day(first, 1))


def layer(request: HttpRequest, asked: Shown) -> Layer:
    """The counts. No query while they are remembered, else 2, and 3 for where places lie."""
    actor, at = actor_of(request), at_of(request)
    chosen = asked.chosen
    if asked.is_nothing:
        return layers.nothing(len(asked.kinds), at=at)
    key = (chosen.view, tuple(chosen.typed.items()), chosen.wanted.place_path)
    if not asked.month:
        return layers.now(asked.wanted, key=key, actor=actor, at=at, soon=lists.soon_at(at))
    since, until = span(asked.month)
    month = month_of(read(asked.month)) if asked.is_counted_ahead else 0
    who = {"key": key, "actor": actor, "at": at, "month": month}
    if asked.mode == OPEN:
        return layers.open_then(asked.wanted, moment=min(until, at + JUST_NOW), **who)
    return layers.received(asked.wanted, since=since, until=until, **who)
