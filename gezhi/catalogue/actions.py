"""Load the book into a jurisdiction, and change it there. Every change is journalled with before and after.

A change names the `revision` it was decided upon; when somebody was faster it is refused as Stale.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.catalogue import edits, loading, shelf
from gezhi.catalogue.models import CatalogueVersion, Category, Condition, OfficeCalendar, OfficeRule, Proof
from gezhi.catalogue.rules import BY_THE_OFFICE, shipped
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale

OWN = "own-"  # the codes of calendars that an office made itself
Row = TypeVar("Row", Category, Condition, Proof, OfficeCalendar, OfficeRule)


@transaction.atomic
def load_book(*, actor: Actor, at: datetime) -> int:
    """Copy the shipped book into the jurisdiction in force: 8 statements. Returns how many categories are new.

    An office that has its copy keeps it unchanged (0). Raises NotYours unless the actor is the office's administrator or
    the system.
    """
    _may_change(actor)
    if CatalogueVersion.objects.exists():
        return 0
    version = CatalogueVersion(loaded_at=at)
    rows = loading.rows()
    CatalogueVersion.objects.bulk_create([version])
    for model, found in rows.items():
        model.objects.bulk_create(found)
    counts = {model._meta.model_name: len(found) for model, found in rows.items()}
    record(Deed("catalogue", version.id, "load", after=counts, is_first=True), actor=actor, at=at)
    shelf.drop()
    return len(rows[Category])


@transaction.atomic
def add_new_conditions(*, actor: Actor, at: datetime) -> int:
    """Opening conditions that came with a newer version than the office's copy, to the leaves it has. Returns how many; again: 0.

    Nothing that stands is changed: a closed leaf stays closed, a leaf keeps its default. An office without a book gets none.
    Raises NotYours. 2 queries where nothing is new.
    """
    _may_change(actor)
    if CatalogueVersion.objects.select_for_update(no_key=True).first() is None:
        return 0
    known = set(Condition.objects.values_list("code", flat=True))
    if loading.condition_codes() <= known:
        return 0
    leaves = dict(Category.objects.values_list("code", "id"))
    defaults = set(Condition.objects.filter(is_default=True).values_list("category_id", flat=True))
    lacking = [row for row in loading.rows()[Condition] if row.code not in known]
    new = [row for row in lacking if row.category.code in leaves]
    for row in new:
        row.category_id = leaves[row.category.code]
        row.is_default = row.is_default and row.category_id not in defaults
    Condition.objects.bulk_create(new)
    deeds = [Deed("condition", row.id, "add", after=_shown(row), is_first=True) for row in new]
    if deeds:
        record(*deeds, actor=actor, at=at)
        shelf.renew()
    return len(new)


def _shown(row: Condition) -> dict[str, Any]:
    names = ("code", "label", "fix_minutes", "fix_clock", "make_safe_minutes", "make_safe_clock")
    return {name: getattr(row, name) for name in names}


@transaction.atomic
def change_category(
    category_id: UUID, changes: Mapping[str, Any], *, revision: int, actor: Actor, at: datetime
) -> Category:
    """Change names, icon, marks, who is referred to or the chain of a category.

    changes: name, plain, refer_to as {"zh", "zh_hant", "en"}; icon, refer_phone; is_common, dangerous, complains_of_party;
    chain as a list of {"party", "agency", "where", "join", "note"}. Raises NotFound, NotYours, Stale, Invalid.
    """
    row = _locked(Category, {"id": category_id}, revision, actor)
    return _save(row, edits.category(changes), "category", actor, at)


@transaction.atomic
def close_category(
    category_id: UUID, *, on: date, reason: str, revision: int, actor: Actor, at: datetime
) -> Category:
    """Offer a leaf no longer. What lies in it keeps it, and the book still shows it; whether cases are open there, the flow asks.

    on: the first day it is no more, today or before; reason: words that stay beside the journal. Raises as change_category,
    Invalid (category: closed, not_a_leaf; on: in_the_future), Missing("reason").
    """
    row = _locked(Category, {"id": category_id}, revision, actor)
    if row.parent_id is None or row.closed_on is not None:
        raise Invalid("category", "closed" if row.closed_on else "not_a_leaf")
    if on > timezone.localtime(at).date():
        raise Invalid("on", "in_the_future")
    row.closed_on, row.revision = on, row.revision + 1
    row.save(update_fields=["closed_on", "revision"])
    after, why = {"closed_on": on.isoformat()}, {"reason": edits.reason(reason)}
    record(Deed("category", row.id, "closed", {"closed_on": None}, after, words=why), actor=actor, at=at)
    shelf.renew()
    return row


@transaction.atomic
def reopen_category(category_id: UUID, *, reason: str, revision: int, actor: Actor, at: datetime) -> Category:
    """Offer a closed leaf again. Raises as change_category, Invalid (category: not_closed), Missing("reason")."""
    row = _locked(Category, {"id": category_id}, revision, actor)
    if row.closed_on is None:
        raise Invalid("category", "not_closed")
    before, why = {"closed_on": row.closed_on.isoformat()}, {"reason": edits.reason(reason)}
    row.closed_on, row.revision = None, row.revision + 1
    row.save(update_fields=["closed_on", "revision"])
    record(Deed("category", row.id, "reopened", before, {"closed_on": None}, words=why), actor=actor, at=at)
    shelf.renew()
    return row


@transaction.atomic
def change_condition(
    condition_id: UUID, changes: Mapping[str, Any], *, revision: int, actor: Actor, at: datetime
) -> Condition:
    """Change words or limits of an opening condition, or make it the default of its leaf.

    changes: label, first_action as words; is_default True; fix, make_safe as {"minutes", "clock"}, make_safe None = no such
    clock. A limit that is set is the office's own from then on, even when the figure stays. Raises as change_category.
    """
    row = _locked(Condition, {"id": condition_id}, revision, actor)
    fields = edits.condition(changes)
    edits.refuse_safe_after_fixed(row, fields)
    if fields.get("is_default"):
        others = Condition.objects.filter(category_id=row.category_id, is_default=True).exclude(id=row.id)
        for other in others.select_for_update(no_key=True):
            _save(other, {"is_default": False}, "condition", actor, at)
    return _save(row, fields, "condition", actor, at)


@transaction.atomic
def change_proof(
    category_id: UUID, changes: Mapping[str, Any], *, revision: int, actor: Actor, at: datetime
) -> Proof:
    """Change what closes a leaf's case. changes: kinds (of book.PROOF_KINDS), sentence as words. Raises as change_category."""
    row = _locked(Proof, {"category_id": category_id}, revision, actor)
    return _save(row, edits.proof(changes), "proof", actor, at)


@transaction.atomic
def change_calendar(
    code: str, changes: Mapping[str, Any], *, revision: int, actor: Actor, at: datetime
) -> OfficeCalendar:
    """Change a working calendar. changes: name, note as words; hours as `kernel.worktime.calendar_from_json` reads them.

    Round the clock stays what it is called. Raises as change_category.
    """
    row = _locked(OfficeCalendar, {"code": code}, revision, actor)
    fields = edits.calendar(changes)
    if code == edits.ROUND_THE_CLOCK and "hours" in fields:
        raise Invalid("hours", "round_the_clock_stays")
    return _save(row, {**fields, "proposed": False}, "calendar", actor, at)


@transaction.atomic
def add_calendar(name: Mapping[str, str], *, like: str, actor: Actor, at: datetime) -> OfficeCalendar:
    """A calendar of the office's own, with the hours of another one to begin with. Its code is "own-1", "own-2", …

    name: as {"zh", "zh_hant", "en"}; like: the other one's code. Raises NotYours, NotFound, Invalid (name, also: taken; like: round_the_clock_stays).
    """
    _may_change(actor)
    fields = edits.calendar({"name": name})
    if like == edits.ROUND_THE_CLOCK:
        raise Invalid("like", "round_the_clock_stays")
    CatalogueVersion.objects.select_for_update(no_key=True).first()  # two at once get two numbers
    model = OfficeCalendar.objects.filter(code=like).first()
    if model is None:
        raise NotFound
    there = dict(OfficeCalendar.objects.values_list("code", "name"))
    if fields["name"]["zh"] in {
        one["zh"] for one in there.values()
    }:  # sent twice, or two that nobody could tell apart
        raise Invalid("name", "taken")
    own = (code for code in there if code.startswith(OWN))
    number = 1 + max((int(code.removeprefix(OWN)) for code in own), default=0)
    row = OfficeCalendar(
        code=f"{OWN}{number}", note=edits.NO_WORDS, hours=model.hours, proposed=False, **fields
    )
    row.save(force_insert=True)
    after = {"code": row.code, "name": row.name, "hours": row.hours}
    record(Deed("calendar", row.id, "add", after=after, is_first=True), actor=actor, at=at)
    shelf.renew()
    return row


@transaction.atomic
def change_rule(key: str, value: int, *, revision: int, actor: Actor, at: datetime) -> OfficeRule:
    """Set one number of the office within its bounds; it is no longer proposed. Raises NotFound, NotYours, Stale, Invalid.

    A rule that came with a newer version than the office's copy has revision 0.
    """
    given = shipped().get(key)
    if given is None:
        raise NotFound
    if isinstance(value, bool) or not isinstance(value, int) or not given.least <= value <= given.most:
        raise Invalid("value", "out_of_range", least=given.least, most=given.most)
    if revision == 0:
        _may_change(actor)
        OfficeRule.objects.bulk_create([loading.rule(given, revision=0)], ignore_conflicts=True)
    row = _locked(OfficeRule, {"key": key}, revision, actor)
    return _save(row, {"value": value, "source": BY_THE_OFFICE, "proposed": False}, "rule", actor, at)


def _may_change(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN):
        raise NotYours


def _locked(model: type[Row], which: Mapping[str, Any], revision: int, actor: Actor) -> Row:
    _may_change(actor)
    row: Row | None = model.objects.select_for_update(no_key=True).filter(**which).first()
    if row is None:
        raise NotFound
    if row.revision != revision:
        raise Stale(revision=row.revision)
    return row


def _save(row: Row, fields: Mapping[str, Any], kind: str, actor: Actor, at: datetime) -> Row:
    """Save what differs, journal before and after, give the catalogue a new stamp. Nothing differs: nothing is written."""
    changed: dict[str, Any] = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.revision += 1
    row.save(update_fields=[*changed, "revision"])
    record(Deed(kind, row.id, "change", before=before, after=changed), actor=actor, at=at)
    shelf.renew()
    return row
