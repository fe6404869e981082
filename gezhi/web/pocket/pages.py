"""The frame of every pocket page: the four tabs, the way back, and who may come in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gezhi.kernel import counting
from gezhi.notices import queries as notices
from gezhi.web.asked import Asked
from gezhi.web.staff import actor_of
from gezhi.web.whose import mark_of


def page(
    request: Asked, name: str, context: dict[str, Any], *, tab: str, status: int = 200, back: str = ""
) -> HttpResponse:
    """templates/pocket/<name>.html with its tabs. tab: my_work, my_found, my_duty or my_me. back: address of the arrow, which stands
    where the bell is on the pages of the tabs. 2 queries for the bell.
    """
    news = 0 if back else notices.count(actor_of(request))
    frame = {
        "tabs": tabs(tab),
        "back_url": back,
        "news": counting.said(news) if news else 0,
    }
    who = mark_of(actor_of(request))
    answer = render(request, f"pocket/{name}.html", frame | {"who": who} | context, status=status)
    answer["Gezhi-Who"] = who  # whose copy it is, for the service worker
    return answer


def tabs(active: str) -> list[dict[str, Any]]:
    """我的活 · 随手办 · 值班 · 我."""
    entries = (
        ("my_work", "clipboard-list", _("我的活")),
        ("my_found", "camera", _("随手办")),
        ("my_duty", "phone", _("值班")),
        ("my_me", "user", _("我")),
    )
    return [
        {"url": reverse(name), "icon": icon, "label": label, "active": name == active}
        for name, icon, label in entries
    ]
