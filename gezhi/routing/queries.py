"""Who gets a matter by the office's rules, and which rules hold when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.catalogue import queries as catalogue
from gezhi.journal import queries as journal
from gezhi.journal.queries import Step
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.parties.queries import PartyRow
from gezhi.places import queries as places
from gezhi.routing.match import Match, Matter, Near, Rule, by_chain, could_fit, first_match
from gezhi.routing.models import RoutingRule
from gezhi.routing.standing import Standing, standing
from gezhi.routing.versions import KIND, open_rows
from gezhi.tenancy.prepared import Prepared

if TYPE_CHECKING:
    from gezhi.cases.models import Case


class Subject(NamedTuple):
    """What is to be routed. place_path "" = nobody knows where."""

    place_path: str = ""
    grid_id: UUID | None = None
    category_id: UUID | None = None
    condition_id: UUID | None = None
    complained_of_id: UUID | None = None


class Routed(NamedTuple):
    """Who gets it: by a rule (match), by the category's chain (no match), or the desk keeps it (party None)."""

    party: PartyRow | None
    match: Match | None


def rules(at: datetime) -> list[Rule]:
    """The rules that hold at this moment, in their order. 1 query."""
    return [_rule(row) for row in _IN_FORCE.rows(at)]


def standings(at: datetime) -> list[Standing]:
    """Every rule that holds at this moment or is to begin, in order, with what is ahead of each. 1 query."""
    return standing(map(_rule, open_rows(at).values_list(*_COLUMNS)), at)


def has_automatic(found: Iterable[Rule]) -> bool:
    """Whether any of these rules dispatches by itself."""
    return any(rule.is_automatic for rule in found)


def versions(line: UUID) -> list[Rule]:
    """Every version of one rule in the order in which they begin, with those that never held. 1 query."""
    rows = RoutingRule.objects.filter(line=line).order_by("valid_from", "id")
    return [_rule(row) for row in rows.values_list(*_COLUMNS)]


def deeds(line: UUID) -> list[Step]:
    """What was done to one rule, oldest first. 2 queries."""
    return journal.story(KIND, line)


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What the rules of these versions were called; unknown ids are absent. 1 query, none for no ids."""
    wanted = set(ids)
    return dict(RoutingRule.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def subject(case: "Case") -> Subject:
    """What there is to know of a case for its routing."""
    return Subject(case.place_path, case.grid_id, case.category_id, case.condition_id, case.complained_of_id)


def route(
    what: Subject,
    at: datetime,
    *,
    among: Sequence[Rule] | None = None,
    near: Sequence[PartyRow] | None = None,
) -> Routed:
    """Who gets it at this moment: the first rule that fits, else the nearest of the category's chain, else nobody but the desk.

    among: the rules to ask instead of those that hold; near: parties.candidates of the place where they are known already.
    At most 4 queries.
    """
    asked = rules(at) if among is None else among
    around = parties.candidates(what.place_path, what.grid_id, at) if near is None else near
    matter = _matter(what, around, at, wants_place=any(rule.place_kind for rule in asked))
    match = first_match(asked, matter)
    links = catalogue.category(what.category_id).chain if what.category_id else ()
    chosen = match.party if match else by_chain((link.party for link in links), matter)
    known = {one.id: one for one in around}
    return Routed((known.get(chosen) or parties.party(chosen)) if chosen else None, match)


def rule_naming(what: Subject, party: UUID, at: datetime) -> UUID | None:
    """The version of the rule that leads this matter to this very party at this moment; None when the desk's own choice does.

    1 query where no rule could, at most 3.
    """
    bare = _matter(what, (), at, wants_place=False)
    asked = [rule for rule in rules(at) if could_fit(rule, bare)]
    if not any(rule.party in {None, party} for rule in asked):
        return None
    wants_near = any(rule.party is None for rule in asked)
    around = parties.candidates(what.place_path, what.grid_id, at) if wants_near else ()
    matter = _matter(what, around, at, wants_place=any(rule.place_kind for rule in asked))
    found = first_match(asked, matter)
    return found.rule.id if found and found.party == party else None


def _matter(what: Subject, around: Sequence[PartyRow], at: datetime, *, wants_place: bool) -> Matter:
    """wants_place: whether any rule asks for a kind of place; else the places above are not looked up."""
    local = at.astimezone(zone())
    kinds = frozenset(one.kind for one in places.ancestors(what.place_path)) if wants_place else frozenset()
    return Matter(
        minute=local.hour * 60 + local.minute,
        day=local.month * 100 + local.day,
        path=what.place_path,
        place_kinds=kinds,
        category=what.category_id,
        top=catalogue.category(what.category_id).parent_id if what.category_id else None,
        condition=what.condition_id,
        near=tuple(Near(one.id, one.kind) for one in around),
        kept_from=what.complained_of_id,
    )


_COLUMNS = (
    "id", "line", "rank", "name", "place_id", "place__path", "place_kind", "category_id", "condition_id",
    "hour_from", "hour_to", "season_from", "season_to", "party_id", "party_kind", "is_automatic",
    "party__closed_on", "valid_from", "valid_to",
)  # fmt: skip


def _in_force(at: datetime) -> QuerySet[Any]:
    holds = Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    return RoutingRule.objects.filter(holds).order_by("rank").values_list(*_COLUMNS)


_IN_FORCE = Prepared(_in_force)


def _rule(row: Sequence[Any]) -> Rule:
    found = dict(zip(_COLUMNS, row, strict=True))
    for name in ("place", "category", "condition", "party"):
        found[name] = found.pop(f"{name}_id")
    found["place_path"] = found.pop("place__path") or ""
    found["is_open"] = found.pop("party__closed_on") is None
    return Rule(**found)
