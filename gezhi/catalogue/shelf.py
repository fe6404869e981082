"""One jurisdiction's catalogue as views, kept per process.

The stamp of the catalogue is read again at most once a second (one row by its unique key); whoever changes something drops the
copy of the own process at once. So a change is seen here immediately and in every other process within a second.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from gezhi.catalogue.book import Clock, Limit, Link, Stage, Words
from gezhi.catalogue.models import (
    CatalogueVersion,
    Category,
    Condition,
    OfficeCalendar,
    OfficeRule,
    Practice,
    Proof,
)
from gezhi.catalogue.rules import Rules, rules_from, shipped
from gezhi.catalogue.views import CalendarView, CategoryView, ConditionView, PracticeView, ProofView, RuleView
from gezhi.kernel.worktime import calendar_from_json
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current

STALE_SECONDS = 1.0
MOST_PRACTICES = 10_000
BEST = 3  # of one kind: two are shown, and one's own is left out


@dataclass(frozen=True)
class Shelf:
    """Everything by id and code. Categories are in the order of their codes, conditions too."""

    stamp: UUID | None
    categories: Mapping[UUID, CategoryView]
    conditions: Mapping[UUID, ConditionView]
    proofs: Mapping[UUID, ProofView]
    calendars: Mapping[str, CalendarView]
    rules: Rules
    rule_rows: tuple[RuleView, ...]
    practices: Mapping[tuple[UUID, str], tuple[PracticeView, ...]]

    @cached_property
    def by_code(self) -> Mapping[str, CategoryView]:
        return {one.code: one for one in self.categories.values()}

    @cached_property
    def leaves_of(self) -> Mapping[UUID | None, tuple[CategoryView, ...]]:
        """Leaves by top class, all of them under None, in the order of their codes."""
        found: dict[UUID | None, list[CategoryView]] = {None: []}
        for one in self.categories.values():
            if one.is_leaf:
                found[None].append(one)
                found.setdefault(one.parent_id, []).append(one)
        return {top: tuple(leaves) for top, leaves in found.items()}

    @cached_property
    def _choices(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {}

    def choices_in(self, language: str) -> tuple[tuple[str, str], ...]:
        """(code, name) of each class that is ours, its leaves behind it, set in by a wide space. Kept by language."""
        if language not in self._choices:
            ours = [one for one in self.categories.values() if not one.is_leaf and not one.refer_out]
            rows = [(top, *self.leaves_of.get(top.id, ())) for top in ours]
            self._choices[language] = tuple(
                (one.code, f"　{one.label(language)}" if one.is_leaf else one.label(language))
                for row in rows
                for one in row
            )
        return self._choices[language]

    @cached_property
    def common(self) -> tuple[CategoryView, ...]:
        return tuple(one for one in self.leaves_of[None] if one.is_common and one.closed_on is None)

    @cached_property
    def conditions_of(self) -> Mapping[UUID, tuple[ConditionView, ...]]:
        """Conditions by category, in the order of their codes."""
        found: dict[UUID, tuple[ConditionView, ...]] = {}
        for one in self.conditions.values():
            found[one.category_id] = (*found.get(one.category_id, ()), one)
        return found


_shelves: dict[UUID, tuple[Shelf, float]] = {}


def shelf() -> Shelf:
    """The catalogue of the jurisdiction in force. 0 queries, or 1 once a second, or 7 after a change."""
    here, moment = current(), time.monotonic()
    known = _shelves.get(here)
    if known is not None and moment - known[1] < STALE_SECONDS:
        return known[0]
    stamp = CatalogueVersion.objects.values_list("stamp", flat=True).first()
    found = known[0] if known is not None and known[0].stamp == stamp else _read(stamp)
    _shelves[here] = (found, moment)
    return found


def drop() -> None:
    """Forget the copy of the jurisdiction in force: it has just been changed."""
    _shelves.pop(current(), None)


def renew() -> None:
    """What is kept of the jurisdiction in force is old in every process: it has just been changed."""
    CatalogueVersion.objects.update(stamp=new_id())
    drop()


def _read(stamp: UUID | None) -> Shelf:
    icons: dict[UUID | None, str] = {}
    categories: dict[UUID, CategoryView] = {}
    for row in Category.objects.order_by("code"):
        icons[row.id] = row.icon or icons.get(row.parent_id, "")
        categories[row.id] = category_view(row, icons[row.id])
    stored = {row.key: row for row in OfficeRule.objects.all()}
    return Shelf(
        stamp=stamp,
        categories=categories,
        conditions={row.id: condition_view(row) for row in Condition.objects.order_by("code")},
        proofs={row.category_id: proof_view(row) for row in Proof.objects.all()},
        calendars={row.code: calendar_view(row) for row in OfficeCalendar.objects.order_by("code")},
        rules=rules_from({key: row.value for key, row in stored.items()}),
        rule_rows=tuple(rule_view(key, stored.get(key)) for key in shipped()),
        practices=_practices(),
    )


def _practices() -> dict[tuple[UUID, str], tuple[PracticeView, ...]]:
    """The best few that are offered, by category and kind of place."""
    found: dict[tuple[UUID, str], tuple[PracticeView, ...]] = {}
    fields = tuple(PracticeView.__dataclass_fields__)
    rows = Practice.objects.filter(state="offered").order_by("-useful", "useless", "-made_at", "-id")
    for row in rows.values_list(*fields)[:MOST_PRACTICES].iterator():
        one = PracticeView(*row)
        key = (one.category_id, one.place_kind)
        if len(found.get(key, ())) < BEST:
            found[key] = (*found.get(key, ()), one)
    return found


def category_view(row: Category, icon: str) -> CategoryView:
    """A stored category as a view. icon: its own, or its top's."""
    return CategoryView(
        id=row.id,
        code=row.code,
        parent_id=row.parent_id,
        name=Words(**row.name),
        plain=Words(**row.plain),
        icon=icon,
        is_common=row.is_common,
        dangerous=row.dangerous,
        complains_of_party=row.complains_of_party,
        refer_out=row.refer_out,
        refer_to_whom=Words(**row.refer_to),
        refer_phone=row.refer_phone,
        chain=tuple(Link(**link) for link in row.chain),
        chain_text=row.chain_text,
        closed_on=row.closed_on,
        revision=row.revision,
    )


def condition_view(row: Condition) -> ConditionView:
    """A stored opening condition as a view."""
    safe = row.make_safe_minutes
    return ConditionView(
        id=row.id,
        code=row.code,
        category_id=row.category_id,
        text=Words(**row.label),
        action=Words(**row.first_action),
        where=row.where,
        is_default=row.is_default,
        make_safe=None if safe is None else Limit(safe, _clock(row.make_safe_clock), **row.make_safe_basis),
        fix=Limit(row.fix_minutes, _clock(row.fix_clock), **row.fix_basis),
        stages=tuple(Stage(**{**stage, "limit": Limit(**stage["limit"])}) for stage in row.stages),
        revision=row.revision,
    )


def _clock(text: str) -> Clock:
    return "round" if text == "round" else "working"


def proof_view(row: Proof) -> ProofView:
    """A stored proof as a view."""
    return ProofView(row.category_id, tuple(row.kinds), Words(**row.sentence), row.revision)


def calendar_view(row: OfficeCalendar) -> CalendarView:
    """A stored calendar as a view."""
    return CalendarView(
        id=row.id,
        code=row.code,
        name=Words(**row.name),
        remark=Words(**row.note),
        hours=calendar_from_json(row.hours),
        proposed=row.proposed,
        revision=row.revision,
    )


def rule_view(key: str, row: OfficeRule | None) -> RuleView:
    """A rule as a view: the office's, or as shipped."""
    given = shipped()[key]
    return RuleView(
        key=key,
        value=row.value if row else given.value,
        unit=given.unit,
        source=row.source if row else given.source,
        proposed=row.proposed if row else given.proposed,
        least=given.least,
        most=given.most,
        name=given.label,
        revision=row.revision if row else 0,
    )
