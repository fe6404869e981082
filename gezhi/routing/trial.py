"""Try the rules on a sentence: which rule, which party, why. Nothing is written."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties
from gezhi.parties.days import midnight
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.routing.match import Rule
from gezhi.routing.queries import Routed, Subject, route, rules, standings
from gezhi.routing.sentence import likely
from gezhi.routing.standing import Standing
from gezhi.routing.terms import Terms

DRAFT = UUID(int=0)  # of a rule that is not saved


class Tried(NamedTuple):
    """What the words were taken for, and who would get it."""

    category_id: UUID | None
    routed: Routed


def try_out(
    words: str, place: PlaceRow | None, *, category: UUID | None, among: Sequence[Rule], at: datetime
) -> Tried:
    """As if this were accepted at that moment. category: a leaf, None = by the words."""
    found = category or likely(words)
    path, grid = (place.path, place.grid_id) if place else ("", None)
    complains = found is not None and catalogue.category(found).complains_of_party
    about = parties.serving(path, grid, "property", at) if complains and path else None
    condition = catalogue.default_condition(found).id if found else None
    return Tried(found, route(Subject(path, grid, found, condition, about), at, among=among))


class Draft(NamedTuple):
    """A rule as somebody has written it down. line: the rule it is to change, None for a new one; seen: the version that is said anew,
    the one in force or the one ahead; begins_on: the later day from which it is to hold.
    """

    terms: Terms
    line: UUID | None = None
    seen: UUID | None = None
    begins_on: date | None = None


def with_draft(draft: Draft, *, at: datetime, now: datetime) -> list[Rule]:
    """The rules that would hold at a moment were the draft saved now: in the place of its line, or behind the others.

    A moment that is over is asked as if it were now. Raises as Terms.checked.
    """
    said, when, every = draft.terms.checked(), max(at, now), standings(now)
    path = places.by_ids([said.place])[said.place].path if said.place else ""
    own = next((one for one in every if one.line == draft.line), None)
    rank = own.shown.rank if own else max((one.shown.rank for one in every), default=0) + 1
    written = Rule(id=DRAFT, line=draft.line or DRAFT, rank=rank, place_path=path, **asdict(said))
    begins = midnight(draft.begins_on) if draft.begins_on else now
    holds = _holding(written, begins, own, draft.seen, when)
    others = [rule for rule in rules(when) if rule.line != written.line]
    return [*others, holds] if holds else others


def _holding(
    draft: Rule, begins: datetime, own: Standing | None, seen: UUID | None, when: datetime
) -> Rule | None:
    """Which version of the draft's rule would hold at that moment; None when none does."""
    if own is None:
        return draft if when >= begins else None
    says_next = own.now is None or (own.ahead is not None and own.ahead.id == seen)
    if when < begins:
        return own.now
    until = None if says_next else own.changes_at
    return own.ahead if until is not None and when >= until else draft
