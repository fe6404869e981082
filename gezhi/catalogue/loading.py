"""The shipped book as rows of the jurisdiction in force, not saved yet."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gezhi.catalogue.book import CategoryRow, ConditionRow, Limit, load_book, load_calendars
from gezhi.catalogue.models import Category, Condition, OfficeCalendar, OfficeRule, Proof
from gezhi.catalogue.rules import ShippedRule, shipped
from gezhi.kernel.worktime import calendar_to_json


def rows() -> Mapping[Any, list[Any]]:
    """All rows by model, in the order in which they can be inserted."""
    found: dict[Any, list[Any]] = {Category: [], Condition: [], Proof: [], OfficeCalendar: [], OfficeRule: []}
    by_code: dict[str, Category] = {}
    for row in load_book().categories:
        category = by_code[row.code] = _category(row, by_code.get(row.parent))
        found[Category].append(category)
        found[Condition] += [_condition(category, condition) for condition in row.conditions]
        if row.proof:
            sentence = words(row.proof, "sentence")
            found[Proof].append(Proof(category=category, kinds=list(row.proof.kinds), sentence=sentence))
    found[OfficeCalendar] = [
        OfficeCalendar(
            code=row.code,
            name=words(row, "name"),
            note=words(row, "note"),
            hours=calendar_to_json(row.hours),
            proposed=row.proposed,
        )
        for row in load_calendars()
    ]
    found[OfficeRule] = [rule(given) for given in shipped().values()]
    return found


def condition_codes() -> set[str]:
    """Of every opening condition of the book."""
    return {condition.code for row in load_book().categories for condition in row.conditions}


def rule(given: ShippedRule, *, revision: int = 1) -> OfficeRule:
    """A rule as shipped."""
    return OfficeRule(
        key=given.key,
        value=given.value,
        unit=given.unit,
        source=given.source,
        proposed=given.proposed,
        revision=revision,
    )


def words(row: object, stem: str) -> dict[str, str]:
    """A text of the book as it is stored: {"zh", "zh_hant", "en"}."""
    return {language: getattr(row, f"{stem}_{language}") for language in ("zh", "zh_hant", "en")}


def _category(row: CategoryRow, parent: Category | None) -> Category:
    return Category(
        code=row.code,
        parent=parent,
        name=words(row, "name"),
        plain=words(row, "plain"),
        icon=row.topic_icon,
        is_common=row.common,
        dangerous=row.dangerous,
        complains_of_party=row.complains_of_party,
        refer_out=row.refer_out,
        refer_to=words(row, "refer_to"),
        refer_phone=row.refer_phone,
        chain=[asdict(link) for link in row.chain],
        chain_text=row.chain_text,
        as_listed=asdict(row.as_listed),
    )


def _condition(category: Category, row: ConditionRow) -> Condition:
    safe = row.make_safe
    return Condition(
        category=category,
        code=row.code,
        label=words(row, "label"),
        first_action=words(row, "first_action"),
        where=row.where,
        is_default=row.default,
        fix_minutes=row.fix.minutes,
        fix_clock=row.fix.clock,
        fix_basis=_basis(row.fix),
        make_safe_minutes=safe.minutes if safe else None,
        make_safe_clock=safe.clock if safe else "",
        make_safe_basis=_basis(safe) if safe else {},
        stages=[asdict(stage) for stage in row.extra],
    )


def _basis(limit: Limit) -> dict[str, object]:
    """What a limit rests on: everything of it but its figure."""
    return {name: value for name, value in asdict(limit).items() if name not in {"minutes", "clock"}}
