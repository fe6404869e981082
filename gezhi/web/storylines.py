"""`{% storyline item %}`: one line of a story, in every template; put it in <ol class="timeline">.

Written without the template engine, which takes ten times as long: a case has forty of these.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from django.template import Library
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import gettext as _

from gezhi.web.icons import icon

register = Library()


@register.simple_tag
def storyline(item: Mapping[str, Any]) -> SafeString:
    """icon (default "circle"), title, who, text, time, exact (full time on hover), kind: good | bad | pause | now | "";
    photos = list of {url, thumb, alt}. each: {last, lines}: many that are one line, with the time of the last. All may be absent.
    """
    says = item.get
    kind, time = says("kind"), _time(item)
    return mark_safe(
        f"<li{_of_kind(kind) if kind else ''}>\n"
        f'  <span class="timeline-dot">{icon(says("icon") or "circle", size=16)}</span>\n'
        "  <div>\n"
        f'    <p class="timeline-head"><span><b>{escaped(says("title", ""))}</b>{_who(says("who"))}</span>{time}</p>\n'
        f"    {_text(says('text'))}\n"
        f"    {_each(says('each'))}\n"
        f"    {_photos(says('photos'))}\n"
        "  </div>\n"
        "</li>\n"
    )


def escaped(text: object) -> str:
    """As the template engine writes a value; Django's own asks each time whether it is lazy."""
    return str(text) if isinstance(text, SafeData) else escape(str(text))


def _of_kind(kind: str) -> str:
    return f' class="timeline-{escaped(kind)}"'


def _who(who: str | None) -> str:
    return f' <span class="muted">{escaped(who)}</span>' if who else ""


def _time(item: Mapping[str, Any]) -> str:
    time, exact = item.get("time"), item.get("exact")
    if not time:
        return ""
    hover = f' title="{escaped(exact)}"' if exact else ""
    return f"<time{hover}>{escaped(time)}</time>"


def _text(text: str | None) -> str:
    return f'<p class="timeline-text words">{escaped(text)}</p>' if text else ""


def _each(each: Mapping[str, Any] | None) -> str:
    if not each:
        return ""
    lines = "".join(
        f'<p class="timeline-text">{escaped(one["title"])} '
        f'<time class="muted" title="{escaped(one["exact"])}">{escaped(one["time"])}</time></p>'
        for one in each["lines"]
    )
    last = _("最近 %(time)s") % {"time": escaped(each["last"])}
    return f'<details><summary class="link small">{last}</summary>{lines}</details>'


def _photos(photos: Sequence[Any] | None) -> str:
    if not photos:
        return ""
    return f'<div class="thumbs">{"".join(map(_photo, photos))}</div>'


def _photo(photo: Any) -> str:
    """photo: a picture, or a mapping of what is shown of it."""
    says = photo if isinstance(photo, Mapping) else photo._asdict()
    url, thumb, alt = (escaped(says.get(name) or "") for name in ("url", "thumb", "alt"))
    return f'<a class="thumb" href="{url}"><img src="{thumb or url}" alt="{alt}" loading="lazy"></a>'
