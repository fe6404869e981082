"""Marks between words as the reader's language sets them, also as filters of every template: brackets, lists; codes in groups."""

from collections.abc import Iterable

from django.template import Library
from django.utils.translation import gettext as _

register = Library()


@register.filter
def aside(words: object, more: object) -> str:
    """`words（more）`: what is said beside it, in brackets."""
    return _("%(words)s（%(more)s）") % {"words": words, "more": more}


@register.filter
def labelled(name: object, said: object) -> str:
    """`名称：内容`."""
    return _("%(name)s：%(said)s") % {"name": name, "said": said}


def series(items: Iterable[object]) -> str:
    """One after the other, as in a sentence: `甲、乙`."""
    return _("、").join(map(str, items))


@register.filter
def fours(code: str) -> str:
    """`371072-pruf5d54xm` as `371072 pruf 5d54 xm`: to be copied by hand. Spaces don't matter where it is typed in again."""
    head, _dash, tail = code.rpartition("-")
    return " ".join(filter(None, [head, *(tail[at : at + 4] for at in range(0, len(tail), 4))]))
