"""Marks between words as the reader's language sets them, also as filters of every template: brackets, lists."""

from collections.abc import Iterable

from django.template import Library
from django.utils.translation import gettext as _

register = Library()


@register.filter
def aside(words: object, more: object) -> str:
    """`words（more）`: what is said beside it, in brackets."""
    return _("%(words)s（%(more)s）") % {"words": words, "more": more}


@register.filter
def series(items: Iterable[object]) -> str:
    """One after the other, as in a sentence: `甲、乙`."""
    return _("、").join(map(str, items))
