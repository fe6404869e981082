"""What things are called on these pages."""

from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue


def category_name(id: UUID | None) -> str:
    """What a category is called, in the reader's language."""
    return catalogue.category(id).label(get_language() or "") if id else _("未分类")
