"""The catalogue as it stood at an earlier moment: today's rows with the journal's changes since taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model

from gezhi.catalogue.models import CatalogueVersion, Category, Condition, OfficeCalendar, OfficeRule, Proof
from gezhi.catalogue.shelf import calendar_view, category_view, condition_view, proof_view, rule_view
from gezhi.catalogue.views import CalendarView, CategoryView, ConditionView, ProofView, RuleView
from gezhi.journal.past import earlier, put_back
from gezhi.kernel.refusal import NotFound

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Leaf:
    """One category with all that hangs on it. proof: None for a top class and for what is referred out."""

    category: CategoryView
    conditions: tuple[ConditionView, ...]
    proof: ProofView | None


def leaf_on(category_id: UUID, moment: datetime) -> Leaf:
    """A category with its conditions and proof as they stood. 7 queries. Raises NotFound before the office had its book."""
    rows = _stood("category", list(Category.objects.filter(id=category_id)), moment)
    if not rows:
        raise NotFound
    conditions = Condition.objects.filter(category=category_id).order_by("code")
    proofs = _stood("proof", list(Proof.objects.filter(category=category_id)), moment)
    return Leaf(
        category_view(rows[0], rows[0].icon),
        tuple(condition_view(row) for row in _stood("condition", list(conditions), moment)),
        proof_view(proofs[0]) if proofs else None,
    )


def proof_id(category_id: UUID) -> UUID | None:
    """Under which id a leaf's proof is journalled. 1 query."""
    return Proof.objects.filter(category=category_id).values_list("id", flat=True).first()


def calendar_on(code: str, moment: datetime) -> CalendarView:
    """A working calendar as it stood. 3 queries. Raises NotFound before there was such a one."""
    rows = _stood("calendar", list(OfficeCalendar.objects.filter(code=code)), moment)
    if not rows:
        raise NotFound
    return calendar_view(rows[0])


def rule_on(key: str, moment: datetime) -> RuleView:
    """One number of the office as it stood. 3 queries. Raises NotFound before the office had its book."""
    rows = _stood("rule", list(OfficeRule.objects.filter(key=key)), moment)
    if not rows:
        raise NotFound
    return rule_view(key, rows[0])


def rule_id(key: str) -> UUID | None:
    """Under which id a rule is journalled; None while it stands as shipped with a newer version. 1 query."""
    return OfficeRule.objects.filter(key=key).values_list("id", flat=True).first()


def _stood(kind: str, rows: Sequence[Row], moment: datetime) -> list[Row]:
    """Those of these rows that stood then, with their values of then. 2 queries. The rows are changed, and not to be saved."""
    if not CatalogueVersion.objects.filter(loaded_at__lte=moment).exists():
        return []
    then = earlier(kind, [row.pk for row in rows], moment)
    stood = []
    for row in rows:
        fields = then[row.pk]
        if fields is not None:
            put_back(row, fields)
            stood.append(row)
    return stood
