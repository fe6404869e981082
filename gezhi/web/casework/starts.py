"""What an opening condition starts: by when the matter is to be done, and who usually gets it."""

from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.book import Limit
from gezhi.web import chains, times


def limit_words(limit: Limit | None) -> str:
    """「2 个工作日」, 「4 小时（日夜连续）」, "" for no such clock."""
    if limit is None:
        return ""
    said = times.span(limit.minutes, is_working=limit.clock == "working")
    return _("%(span)s（日夜连续）") % {"span": said} if limit.clock == "round" else said


def condition_options(category: UUID | None) -> list[tuple[str, str]]:
    """The opening conditions of a category with the time there is to solve it; the default first."""
    if category is None:
        return []
    language = get_language() or ""
    found = sorted(catalogue.conditions(category), key=lambda one: not one.is_default)
    return [
        (
            str(one.id),
            _("%(condition)s：%(limit)s内办结")
            % {"condition": one.label(language), "limit": limit_words(one.fix)},
        )
        for one in found
    ]


def usually(category: UUID | None) -> str:
    """Who gets what belongs to this category, in one sentence; "" where nobody is named."""
    known = next((one for one in catalogue.leaves() if one.id == category), None)
    chain = chains.said(known.chain) if known else ""
    return _("一般派给：%(chain)s") % {"chain": chain} if chain else ""
