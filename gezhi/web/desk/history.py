"""What was changed, by whom and when, out of the journal: the same panel under everything that a desk keeps."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import Step, stories
from gezhi.parties import queries as parties
from gezhi.parties.kinds import ServiceKind
from gezhi.places import queries as places
from gezhi.places.kinds import NameKind
from gezhi.web import times
from gezhi.web.desk import book_changes
from gezhi.web.punctuation import aside

Subject = tuple[str, UUID]
NOBODY: Final = UUID(int=0)
EVENTS: Final[Mapping[str, Any]] = {
    "change": gettext_lazy("修改"),
    "closed": pgettext_lazy("closing", "停用"),
    "reopened": gettext_lazy("恢复使用"),
    "add": gettext_lazy("添加"),
    "added": gettext_lazy("添加"),
    "add_party": gettext_lazy("添加"),
    "amend_party": gettext_lazy("修改"),
    "change_standing_phone": gettext_lazy("更改 24 小时电话"),
    "put_under": gettext_lazy("改归上一级"),
    "make_intake": gettext_lazy("设为总受理席"),
    "stop_intake": gettext_lazy("不再是总受理席"),
    "close_party": pgettext_lazy("closing", "停用"),
    "reopen_party": gettext_lazy("恢复使用"),
    "serve": gettext_lazy("登记服务"),
    "end_service": gettext_lazy("结束服务"),
    "add_mailbox": gettext_lazy("添加收件邮箱"),
    "end_mailbox": gettext_lazy("停用收件邮箱"),
    "add_robot": gettext_lazy("添加群机器人"),
    "end_robot": gettext_lazy("停用群机器人"),
    "link_wecom": gettext_lazy("关联企业微信"),
    "unlink_wecom": gettext_lazy("不再关联企业微信"),
    "appoint": gettext_lazy("任命"),
    "end_post": gettext_lazy("结束岗位"),
    "add_account": gettext_lazy("开账号"),
    "switch_account": gettext_lazy("停用或启用账号"),
    "reset_password": gettext_lazy("重置密码"),
    "slip_code": gettext_lazy("发一次性码"),
    "use_reset_code": gettext_lazy("用一次性码设密码"),
    "choose_password": gettext_lazy("改密码"),
    "renamed": gettext_lazy("改名"),
    "moved": gettext_lazy("移动"),
    "redrawn": gettext_lazy("改画边界"),
    "cells_ahead": gettext_lazy("定下改画网格的日子"),
    "cells_called_off": gettext_lazy("取消改画网格"),
    "pinned": gettext_lazy("改地图上的点"),
    "counted": gettext_lazy("更新户数"),
    "named": gettext_lazy("加别名"),
    "upkeep_owner": gettext_lazy("改了谁的"),
    "upkeep_maintainer": gettext_lazy("改了谁维护"),
    "practice_add": gettext_lazy("记下"),
    "practice_change": gettext_lazy("修改"),
    "practice_offered": gettext_lazy("放出来"),
    "practice_withdrawn": gettext_lazy("撤下"),
}
OF_THE_CLOCKWORK: Final = frozenset({"followed"})  # what it did after a deed that stands there already
POINTERS: Final = ("parent_id", "parent", "party", "place", "place_id", "grid", "grid_id")


def said(
    subjects: Iterable[Subject], *, now: datetime, until: datetime, called: Mapping[UUID, str] | None = None
) -> list[dict[str, Any]]:
    """Deeds on these subjects up to a moment, newest first: event, what, who, time, exact, changes, reason. 2 queries a kind, 4 more.

    called: what a subject, or the service that a deed is about, is called where a page has several.
    """
    titles = called or {}
    steps = sorted(_steps(subjects, until), key=lambda one: (one.entry.at, one.entry.id), reverse=True)
    people = parties.account_names({one.entry.actor_id for one in steps if one.entry.actor_id})
    names = _names(steps)
    return [
        {
            "event": EVENTS.get(one.entry.event, one.entry.event),
            "what": titles.get(_about(one), ""),
            "who": people.get(one.entry.actor_id or NOBODY, _("系统")),
            "time": times.moment(one.entry.at, now),
            "exact": times.exact(one.entry.at),
            "changes": _changes(one, names),
            "reason": one.words.get("reason", ""),
        }
        for one in steps
    ]


def _about(step: Step) -> UUID:
    service = step.entry.after.get("service") if step.entry.event == "end_service" else None
    return UUID(service) if service else step.entry.subject_id


def _steps(subjects: Iterable[Subject], until: datetime) -> list[Step]:
    by_kind: dict[str, list[UUID]] = {}
    for kind, id in subjects:
        by_kind.setdefault(kind, []).append(id)
    told = [stories(kind, ids) for kind, ids in by_kind.items()]
    return [one for some in told for steps in some.values() for one in steps if _is_told(one, until)]


def _is_told(step: Step, until: datetime) -> bool:
    return step.entry.at <= until and step.entry.event not in OF_THE_CLOCKWORK


def _names(steps: Sequence[Step]) -> dict[str, str]:
    """What ids and codes in these deeds are called today."""
    fields = [half for one in steps for half in (one.entry.before, one.entry.after)]
    ids = {UUID(found[name]) for found in fields for name in POINTERS if found.get(name)}
    names = {str(id): row.full_name for id, row in places.by_ids(ids).items()} if ids else {}
    names |= {str(id): row.name for id, row in parties.parties_by_ids(ids).items()} if ids else {}
    if any(found.get("grid") or found.get("grid_id") for found in fields):
        names |= {str(cell.id): aside(cell.name, cell.code) for cell in places.all_grids()}
    language = get_language() or ""
    return names | {one.code: one.label(language) for one in catalogue.calendars()}


def _changes(step: Step, names: Mapping[str, str]) -> list[str]:
    entry = step.entry
    match entry.event:
        case "serve":
            return [_period(str(ServiceKind(entry.after["kind"]).label), entry.after, names)]
        case "appoint":
            return [_period("", entry.after, names)]
        case "named":
            return [aside(entry.after["name"], NameKind(entry.after["kind"]).label)]
        case "add_mailbox" | "end_mailbox":
            return [address] if (address := step.words.get("address")) else []
        case "add_robot" | "end_robot":
            return [f"…{entry.after['tail']}"]
        case "link_wecom":
            return [userid] if (userid := step.words.get("userid")) else []
        case "practice_add" | "practice_change":
            return [text] if (text := step.words.get("text")) else []
        case "upkeep_owner" | "upkeep_maintainer":
            return [step.words.get("firm") or names.get(str(entry.after.get("party")), "–")]
        case "practice_offered" | "practice_withdrawn":
            return []
        case "add" | "added" | "add_party":  # what stood there from the beginning is what the page shows
            return []
    return book_changes.said(entry.before, entry.after, names)


def _period(what: str, after: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """「物业服务：悦海花园，2026-01-01 – 长期」."""
    ids = (after.get(name) for name in ("place_id", "grid_id", "place", "grid"))
    ground = next((names.get(one, "") for one in ids if one), "")
    until = after["ends_on"] or _("长期")
    days = f"{after['starts_on']} – {until}"
    return _("，").join(part for part in (_("：").join(filter(None, (what, ground))), days) if part)
