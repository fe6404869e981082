"""Try the rules on a sentence: which rule, which party, why. Nothing is written."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.routing.match import Rule
from gezhi.routing.queries import Routed, Subject, route, rules
from gezhi.routing.sentence import likely
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


def with_draft(terms: Terms, line: UUID | None, at: datetime) -> list[Rule]:
    """The rules that hold, with one as it would be: in the place of its line, or behind the others. Raises as Terms.checked."""
    said, held = terms.checked(), rules(at)
    path = places.by_ids([said.place])[said.place].path if said.place else ""
    before = next((rule for rule in held if rule.line == line), None)
    rank = before.rank if before else max((rule.rank for rule in held), default=0) + 1
    draft = Rule(id=DRAFT, line=line or DRAFT, rank=rank, place_path=path, **asdict(said))
    return [*(rule for rule in held if rule.line != line), draft]
