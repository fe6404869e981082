"""Django's `{% load i18n %}`, with constant words looked up once in each language: a page has fifty of them."""

from typing import Any

from django.template import Context, Library
from django.template.base import Node, Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class _Words(Node):
    """made: Django's node. What it says hangs on the language alone."""

    child_nodelists = ()

    def __init__(self, made: i18n.TranslateNode) -> None:
        self._made = made
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> Any:
        language = get_language()
        said = self._said.get(language)
        if said is None:
            said = self._said[language] = self._made.render(context)
        return said


def translate(parser: Parser, token: Token) -> Node:
    """As Django's."""
    made = i18n.do_translate(parser, token)
    said, where = made.filter_expression, made.message_context
    is_constant = said.var.literal is not None and not said.filters and made.asvar is None
    if where is not None:
        is_constant = is_constant and isinstance(where.var, str) and not where.filters
    return _Words(made) if is_constant else made


register.tag("translate", translate)
register.tag("trans", translate)
