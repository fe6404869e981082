"""The desk's menu on the left: what this actor may open, with what waits there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gezhi.cases import queries as cases
from gezhi.cases.orders import queries as orders
from gezhi.insight.figures import sight
from gezhi.journal import outbox
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.notices import queries as notices
from gezhi.notices import receivers
from gezhi.web.routes import route
from gezhi.web.staff import at_of

DESK = (Duty.CLERK, Duty.OFFICER)
KEEPERS = (Duty.ADMIN, Duty.OFFICER)  # of parties, of what they serve, of the rules
MANY = 200  # orders that wait
FRESH = timedelta(seconds=10)  # so long the figure of many is good
MOST_KEPT = 1_000
AT_THE_DESK = (*DESK, Duty.ADMIN, Duty.MANAGER)


def workplace(actor: Actor | None) -> str:
    """Where this person's work lies: who goes out and does it has the pocket, everybody else the desk; "" for strangers."""
    if actor is None or not actor.posts:
        return ""
    return route("desk:inbox" if actor.has(*AT_THE_DESK) else "my_work")


def as_html(request: HttpRequest) -> str:
    """templates/ui/rail.html, written once for a page that shows it twice (rail and narrow menu)."""
    return _written(tuple(tuple(entry.items()) for entry in rail(request)))


@lru_cache(maxsize=512)
def _written(entries: tuple[tuple[tuple[str, Any], ...], ...]) -> str:
    """Kept by what it says: a menu of fifteen entries takes as long as ten lines of a list."""
    return render_to_string("ui/rail.html", {"rail": [dict(entry) for entry in entries]})


_kept: dict[tuple[str, Actor], tuple[datetime, int]] = {}


def orders_waiting(actor: Actor, at: datetime) -> int:
    """How many orders wait that he sees. Each is looked up with its case, so where many wait the figure is some seconds old. 1 query, or none."""
    return _counted("orders", actor, at, orders.count, least=MANY)


def notices_new(actor: Actor, at: datetime) -> int:
    """How much is new to him. "1000+" stands for some seconds. At most 2 queries."""
    return _counted("notices", actor, at, notices.count)


def calls_owed(actor: Actor, at: datetime) -> int:
    """How many he has to call back. "1000+" stands for some seconds. At most 1 query."""
    return _counted("calls", actor, at, cases.count_of_owed_calls)


def _counted(
    what: str, actor: Actor, at: datetime, count: Callable[[Actor], int], *, least: int = counting.COUNTED + 1
) -> int:
    """Its figure; one of at least so many is kept for some seconds: to count so far takes as long as a line of a list."""
    known = _kept.get((what, actor))
    if known is not None and known[0] <= at < known[0] + FRESH:
        return known[1]
    found = count(actor)
    if found >= least:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[what, actor] = at, found
    return found


def rail(request: HttpRequest) -> list[dict[str, Any]]:
    """Entries for templates/ui/rail.html; [] for strangers. At most 6 queries (counts)."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.posts:
        return []
    at = at_of(request)
    entries = [_entry("desk:inbox", "inbox", _("案件"))]
    entries.append(_entry("desk:map", "map", _("地图")))
    if notices.is_told(actor):
        entries.append(_entry("desk:notices", "bell", _("新到"), notices_new(actor, at)))
        entries.append(_entry("desk:tasks", "handshake", _("协办任务")))
    if actor.has(*DESK):
        entries.append(_entry("desk:new_report", "plus", _("来电来访登记")))
        entries.append(_entry("desk:paste", "message", _("粘贴群聊")))
        entries.append(_entry("desk:orders", "clipboard-list", _("来件"), orders_waiting(actor, at)))
        entries.append(_entry("desk:calls", "phone-call", _("电话回访"), calls_owed(actor, at)))
        # without a number: it waits for nobody, and would never be 0
        entries.append(_entry("desk:review", "eye", _("待公开审核")))
    entries.append(_entry("desk:ledger", "table", _("台账")))
    if sight.has_any(actor):
        entries.append(_entry("desk:figures", "trending-up", _("指标")))
    if actor.has(*DESK):
        entries.append(_entry("desk:brief", "file-text", _("本周情况")))
        entries.append(_entry("desk:albums", "camera", _("迎检影集")))
    entries.append({"group": _("谁在办、在哪里")})
    entries.append(_entry("desk:parties", "users", _("单位与值班")))
    entries.append(_entry("desk:places", "map-pin", pgettext("menu", "位置")))
    entries.append(_entry("desk:catalogue", "book-open", _("类别与时限")))
    if actor.has(*KEEPERS):
        entries.append(_entry("desk:rules", "route", _("派遣规则")))
    if actor.has(Duty.ADMIN):
        entries.append({"group": _("管理")})
        entries.append(_entry("desk:accounts", "key", _("账号与岗位")))
        entries.append(_entry("desk:receivers", "link", _("外部系统")))
        entries.append(_entry("desk:alarms", "alert-triangle", _("告警"), alarms()))
    entries.append(_entry("account_me", "user", _("我的账号")))
    return _with_active(entries, request.path)


def alarms() -> int:
    """How much stands on the page of alarms, holidays apart. 2 queries."""
    return outbox.parked().count() + sum(1 for one in receivers.receivers() if one.gone_at)


def _entry(name: str, icon: str, label: str, count: int = 0) -> dict[str, Any]:
    return {
        "url": route(name),
        "icon": icon,
        "label": label,
        "count": counting.said(count) if count else None,
    }


def _with_active(entries: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """The entry with the longest address that the page's address begins with is the active one."""
    urls = [entry["url"] for entry in entries if "url" in entry and path.startswith(entry["url"])]
    here = max(urls, key=len, default="")
    for entry in entries:
        entry["active"] = bool(here) and entry.get("url") == here
    return entries
