"""Read the office's catalogue: frozen views, kept per process (see shelf.py), so asking costs no query as a rule."""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from gezhi.catalogue.rules import Rules
from gezhi.catalogue.shelf import shelf
from gezhi.catalogue.views import CalendarView, CategoryView, ConditionView, ProofView, RuleView
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.worktime import WorkCalendar

Key = TypeVar("Key")
View = TypeVar("View")


def category(id: UUID) -> CategoryView:
    """A top class or a leaf. Raises NotFound."""
    return _one(shelf().categories, id)


def by_code(code: str) -> CategoryView:
    """A top class or a leaf by its code ("02", "0201"). Raises NotFound."""
    return _one(shelf().by_code, code)


def tops() -> tuple[CategoryView, ...]:
    """The top classes in the order of their codes; 00 (refer-out) is first."""
    return tuple(one for one in shelf().categories.values() if not one.is_leaf)


def choices(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the classes and their leaves, set in, for a list to choose from; without those that are not ours."""
    return shelf().choices_in(language)


def covered_by(code: str) -> tuple[UUID, ...]:
    """The ids of a leaf, or of a top class's leaves; () for "" and for what is no code here."""
    one = shelf().by_code.get(code)
    if one is None:
        return ()
    return (one.id,) if one.is_leaf else tuple(leaf.id for leaf in leaves(one.id)) or (one.id,)


def leaves(top_id: UUID | None = None) -> tuple[CategoryView, ...]:
    """The leaves in the order of their codes, refer-out and closed ones too; of one top class when it is named."""
    return shelf().leaves_of.get(top_id, ())


def open_leaves(top_id: UUID | None = None) -> tuple[CategoryView, ...]:
    """The same without those that are closed: what a new case may be put into."""
    return tuple(one for one in leaves(top_id) if one.closed_on is None)


def common() -> tuple[CategoryView, ...]:
    """The leaves shown to a reporter as chips."""
    return shelf().common


def condition(id: UUID) -> ConditionView:
    """One opening condition. Raises NotFound."""
    return _one(shelf().conditions, id)


def conditions(category_id: UUID) -> tuple[ConditionView, ...]:
    """The opening conditions of a leaf, in the order of their codes; () for what is referred out."""
    return shelf().conditions_of.get(category_id, ())


def default_condition(category_id: UUID) -> ConditionView:
    """The condition a leaf's case has until somebody chooses another. Raises NotFound: refer-out leaves have none."""
    for one in conditions(category_id):
        if one.is_default:
            return one
    raise NotFound("no_condition", category=str(category_id))


def proof(category_id: UUID) -> ProofView:
    """What closes a leaf's case as solved. Raises NotFound for a top class."""
    return _one(shelf().proofs, category_id)


def calendar(code: str) -> WorkCalendar:
    """The working time that a calendar's code stands for. Raises NotFound."""
    return _one(shelf().calendars, code).hours


def calendars() -> tuple[CalendarView, ...]:
    """All working calendars with their names, by code."""
    return tuple(shelf().calendars.values())


def rules() -> Rules:
    """All numbers the office decides."""
    return shelf().rules


def rule(key: str) -> int:
    """One of them by its name. An unknown name is a bug: AttributeError."""
    return int(getattr(shelf().rules, key))


def rule_rows() -> tuple[RuleView, ...]:
    """The rules with label, unit, source and bounds, for the desk."""
    return shelf().rule_rows


def _one(kept: Mapping[Key, View], key: Key) -> View:
    try:
        return kept[key]
    except KeyError:
        raise NotFound from None
