"""Which party a matter goes to: the office's rules in their order, the first that fits and leads to somebody. PURE.

Source: design §4 ("desk or routing rule"), docs/adr/0011-routing.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from gezhi.places import paths

MINUTES_OF_A_DAY = 24 * 60
LEAP_YEAR = 2024  # 29 February is a day of some years
KIND_OF_LINK = {  # the letters of a category's chain
    "P": "property",
    "O": "owners",
    "C": "community",
    "S": "subdistrict",
    "D": "agency",
    "U": "utility",
}


class Why(StrEnum):
    """What a rule asks, and a matter fulfilled."""

    PLACE = "place"
    PLACE_KIND = "place_kind"
    CATEGORY = "category"
    CONDITION = "condition"
    HOURS = "hours"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule. What it does not ask (None, "") fits everything.

    id: of this version; line: of the rule through all its versions. place_path: the subtree. place_kind: of the place or of one it
    lies in. category: a leaf, or a top class with all its leaves. hours in minutes of the local day, [from, to), over midnight when
    from > to; seasons as MMDD, first and last day in it, over New Year when from > to. Leads to `party`, or to the nearest party of
    `party_kind` that serves the place. is_open: the party it names is not closed.
    """

    id: UUID
    line: UUID
    rank: int
    name: str
    place: UUID | None = None
    place_path: str = ""
    place_kind: str = ""
    category: UUID | None = None
    condition: UUID | None = None
    hour_from: int | None = None
    hour_to: int | None = None
    season_from: int | None = None
    season_to: int | None = None
    party: UUID | None = None
    party_kind: str = ""
    is_automatic: bool = False
    is_open: bool = True
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def never_held(self) -> bool:
        """It was withdrawn or said anew before it began."""
        return self.valid_from is not None and self.valid_from == self.valid_to


class Near(NamedTuple):
    """An open party that serves the place of a matter."""

    party: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked about. place_kinds: of its place and of all that this lies in. minute, day (MMDD): local. near: nearest first.

    kept_from: the company complained of, which never gets it.
    """

    minute: int
    day: int
    path: str = ""
    place_kinds: frozenset[str] = frozenset()
    category: UUID | None = None
    top: UUID | None = None
    condition: UUID | None = None
    near: tuple[Near, ...] = ()
    kept_from: UUID | None = None


class Match(NamedTuple):
    """The rule that decides, to whom it leads, and what of it was fulfilled (nothing: it fits everything)."""

    rule: Rule
    party: UUID
    why: tuple[Why, ...]


def first_match(rules: Iterable[Rule], matter: Matter) -> Match | None:
    """The first rule by rank that fits and leads to somebody; one that leads to nobody here leaves it to the next."""
    for rule in sorted(rules, key=lambda one: one.rank):
        party = leads_to(rule, matter)
        if party is not None and fits(rule, matter):
            return Match(rule, party, asks(rule))
    return None


def asks(rule: Rule) -> tuple[Why, ...]:
    """What a rule asks of a matter."""
    asked = {
        Why.PLACE: rule.place is not None,
        Why.PLACE_KIND: bool(rule.place_kind),
        Why.CATEGORY: rule.category is not None,
        Why.CONDITION: rule.condition is not None,
        Why.HOURS: rule.hour_from is not None,
        Why.SEASON: rule.season_from is not None,
    }
    return tuple(why for why, is_asked in asked.items() if is_asked)


def fits(rule: Rule, matter: Matter) -> bool:
    """Whether everything the rule asks is so."""
    is_so = _is_so(rule, matter)
    return all(is_so[why] for why in asks(rule))


def could_fit(rule: Rule, matter: Matter) -> bool:
    """Whether all is so that the matter itself says, whatever kinds of place lie above it."""
    is_so = _is_so(rule, matter)
    return all(is_so[why] for why in asks(rule) if why is not Why.PLACE_KIND)


def _is_so(rule: Rule, matter: Matter) -> dict[Why, bool]:
    return {
        Why.PLACE: paths.is_within(matter.path, rule.place_path),
        Why.PLACE_KIND: rule.place_kind in matter.place_kinds,
        Why.CATEGORY: rule.category in {matter.category, matter.top},
        Why.CONDITION: rule.condition == matter.condition,
        Why.HOURS: in_hours(matter.minute, rule.hour_from, rule.hour_to),
        Why.SEASON: in_season(matter.day, rule.season_from, rule.season_to),
    }


def in_hours(minute: int, begin: int | None, end: int | None) -> bool:
    """Whether a minute of the day lies in [begin, end), which may go over midnight. No hours: always."""
    if begin is None or end is None:
        return True
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def in_season(day: int, first: int | None, last: int | None) -> bool:
    """Whether a day (MMDD) lies in [first, last], both included, which may go over New Year. No season: always."""
    if first is None or last is None:
        return True
    return first <= day <= last if first <= last else day >= first or day <= last


def is_day(mmdd: int) -> bool:
    """Whether a number such as 229 is a day of some year."""
    try:
        date(LEAP_YEAR, *divmod(mmdd, 100))
    except ValueError:
        return False
    return True


def leads_to(rule: Rule, matter: Matter) -> UUID | None:
    """The party a rule gives this matter to; None when that is closed, complained of, or nobody of its kind serves there."""
    if rule.party is None:
        return nearest(rule.party_kind, matter)
    return rule.party if rule.is_open and rule.party != matter.kept_from else None


def nearest(kind: str | None, matter: Matter) -> UUID | None:
    """The nearest party of a kind, never the one complained of."""
    found = (one.party for one in matter.near if one.kind == kind and one.party != matter.kept_from)
    return next(found, None)


def by_chain(links: Iterable[str], matter: Matter) -> UUID | None:
    """Where no rule fits: the nearest party of the kind that the category's chain (P, O, C, S, D, U) asks first; None for nobody."""
    found = (nearest(KIND_OF_LINK.get(link), matter) for link in links)
    return next((party for party in found if party is not None), None)
