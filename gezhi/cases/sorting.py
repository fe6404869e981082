"""In which category a case lies, and under which of its opening conditions."""

from uuid import UUID

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid


def put_into(case: Case, category_id: UUID | None) -> None:
    """Into a category that cases may have, under its default condition. Raises Invalid("category", "missing", "refer_out", "closed")."""
    if category_id is None:
        raise Invalid("category", "missing")
    category = catalogue.category(category_id)
    if category.refer_out:
        raise Invalid("category", "refer_out")
    if category.closed_on is not None and category.id != case.category_id:
        raise Invalid("category", "closed")
    case.category_id = category.id
    case.condition_id = catalogue.default_condition(category.id).id
    case.feared_id = None  # somebody has looked


def put_under(case: Case, condition_id: UUID) -> None:
    """Under another condition of its category. Raises Invalid("condition", "of_another_category")."""
    condition = catalogue.condition(condition_id)
    if condition.category_id != case.category_id:
        raise Invalid("condition", "of_another_category")
    case.condition_id, case.feared_id = condition.id, None
