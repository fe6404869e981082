"""`{% icon "phone" %}`: one icon of the sprite, in every template."""

from functools import lru_cache

from django.template import Library
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()

_ICON = (
    '<svg class="icon icon-{size}" width="{size}" height="{size}" {says} focusable="false">'
    '<use href="{sprite}#{name}"></use></svg>'
)


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """name: id in styles/icons.txt (or "mark"). size: 16, 20, 24, 32 or 48 pixels. label: its words where it stands alone."""
    return _drawn(str(name), size, str(label))


@lru_cache(maxsize=1024)
def _drawn(name: str, size: int, label: str) -> SafeString:
    """Kept: a page has thirty, and an include is a template each time."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(_ICON, size=size, says=says, sprite=static("gezhi/icons.svg"), name=name)
