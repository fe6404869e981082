"""A case's story in words: who did what when, with notes, pictures and how long each party had it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gezhi.cases.queries import Holding
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.text import visible
from gezhi.web import networkwords, times, words
from gezhi.web.casework import lists
from gezhi.web.staff import uuid_or_none

ICONS = {
    **networkwords.ICONS,
    "reported": "megaphone",
    "accept": "check",
    "ask": "message",
    "answer": "message",
    "add": "message",
    "decline": "ban",
    "dispatch": "send",
    "take": "hand",
    "done": "wrench",
    "solve_on_spot": "zap",
    "pass_check": "check-circle",
    "fail_check": "x-circle",
    "satisfied": "star",
    "unsatisfied": "rotate-ccw",
    "call_back": "phone-call",
    "return": "undo",
    "raise": "arrow-up",
    "carry_forward": "pause",
    "resume": "play",
    "request_extension": "calendar",
    "approve_extension": "calendar-check",
    "join": "link",
    "joined": "link",
    "reopen": "refresh",
    "hand_over": "handshake",
    "made_safe": "shield",
    "urge": "bell",
    "remind": "timer",
    "escalate": "trending-up",
    "escalate.own": "bell",
    "contact_revealed": "eye",
    "contact_left": "phone",
    "restated": "pencil",
    "note": "pencil",
    "correct": "map-pin",
    "relocate": "map-pin",
    "not_found": "eye-off",
    "not_ours": "ban",
    "wont_do": "ban",
    "undo_dispatch": "undo",
    "undo_join": "undo",
    "released": "undo",
    "split": "split",
    "split_from": "split",
    "undo_split": "undo",
    "rejoined": "link",
    "public_words.shown": "eye",
    "public_words.kept": "eye-off",
    "fixture": "wrench",
    "root_cause.raised": "wrench",
    "root_cause.not_now": "history",
    "practice_used.useful": "book-open",
    "practice_used.useless": "book-open",
    "put_to_meeting": "users",
    "refuse_extension": "x-circle",
    "uphold": "check",
}
GOOD = {"pass_check", "satisfied", "solve_on_spot", "made_safe"}
BAD = {"fail_check", "unsatisfied", "escalate", "return"}
PAUSE = {"carry_forward"}
HANDED = {"dispatch", "raise", "hand_over", "return", "escalate", "escalate.end"}
QUIET_WORDS = {"—", ""}
WHO = {
    "reporter": gettext_lazy("上报人"),
    "visitor": gettext_lazy("上报人"),
    "system": gettext_lazy("系统"),
}
UNTIL = {  # a day among what a deed left behind, and what is said of it
    "review_at": gettext_lazy("挂账到 %(day)s"),
    "extension_until": gettext_lazy("申请延至 %(day)s"),
    "extended_to": gettext_lazy("延至 %(day)s"),
    "meeting_at": gettext_lazy("会议 %(day)s"),
}
VISIT = gettext_lazy("联合踏勘 %(day)s")


def items(
    steps: Sequence[Any],
    names: Mapping[UUID, str],
    parties: Mapping[UUID, Any],
    photos: Mapping[datetime, list[Any]],
    rules: Mapping[UUID, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """Lines for `storyline`, newest first. photos: of the case, by the moment they were shown.

    rules: names of the routing rules by which it went. Reminders of the clock that follow each other are one line.
    """
    found: list[dict[str, Any]] = []
    for is_reminder, run in groupby(reversed(steps), key=_is_reminder):
        lines = [_item(step, names, parties, photos, rules, now) for step in run]
        found += [_folded(lines)] if is_reminder and len(lines) > 1 else lines
    return found


def _is_reminder(step: Any) -> bool:
    return str(step.entry.event) == "remind"


def _folded(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How often, and when last; each of them under it. lines: newest first."""
    return {
        **lines[0],
        "title": _("系统提醒 %(count)s 次") % {"count": len(lines)},
        "time": "",
        "each": {"last": lines[0]["time"], "lines": lines},
    }


def _item(
    step: Any,
    names: Mapping[UUID, str],
    parties: Mapping[UUID, Any],
    photos: Mapping[datetime, list[Any]],
    rules: Mapping[UUID, str],
    now: datetime,
) -> dict[str, Any]:
    entry = step.entry
    kind = (
        "good"
        if entry.event in GOOD
        else "bad"
        if entry.event in BAD
        else "pause"
        if entry.event in PAUSE
        else ""
    )
    return {
        "icon": ICONS.get(words.deed(entry.event, entry.after)) or ICONS.get(entry.event, "circle"),
        "title": _title(entry),
        "who": _who(entry, names),
        "text": _text(step, parties, names, rules),
        "time": times.moment(entry.at, now),
        "exact": times.exact(entry.at),
        "kind": kind,
        "photos": [one for one in photos.get(entry.at, []) if one.is_ready],
    }


def _title(entry: Any) -> str:
    """What happened; where it makes a difference, with what came of it."""
    return words.of(words.DEEDS, words.deed(entry.event, entry.after))


def _who(entry: Any, names: Mapping[UUID, str]) -> str:
    if entry.actor_kind == "account":
        return names.get(entry.actor_id, "")
    return str(WHO.get(entry.actor_kind, ""))


def _text(
    step: Any, parties: Mapping[UUID, Any], names: Mapping[UUID, str], rules: Mapping[UUID, str]
) -> str:
    """By which rule, to whom, until when, and the words that were written."""
    after, lines = step.entry.after, []
    if words.deed(step.entry.event, after) in HANDED:
        party = after.get("escalated_to_id") if step.entry.event == "escalate" else after.get("lead_id")
        row = lists.known_of(parties, uuid_or_none(party or ""))
        whom = lists.known_of(names, uuid_or_none(after.get("escalated_person_id") or ""))
        lines += (
            [_("转到：%(party)s") % {"party": f"{row.name} · {whom}" if whom else row.name}] if row else []
        )
    if rule := lists.known_of(rules, uuid_or_none(after.get("rule") or "")):
        lines.append(_("按派遣规则“%(rule)s”") % {"rule": rule})
    if step.entry.event == "assign" and (
        who := lists.known_of(names, uuid_or_none(after.get("handler_id") or ""))
    ):
        lines.append(_("交给：%(party)s") % {"party": who})
    if elsewhere := after.get("elsewhere"):
        lines.append(elsewhere)
    if category := after.get("category_id"):
        lines += _category(category)
    for field, until in UNTIL.items():
        if value := after.get(field):
            said = VISIT if field == "meeting_at" and step.entry.event == "return" else until
            lines.append(str(said) % {"day": times.day(datetime.fromisoformat(value))})
    if after.get("ending"):
        lines.append(_("结论：%(ending)s") % {"ending": words.of(words.ENDINGS, after["ending"])})
    lines += [visible(text) for name, text in sorted(step.words.items()) if text not in QUIET_WORDS]
    return "\n".join(lines)


def _category(id: str) -> list[str]:
    try:
        label = catalogue.category(UUID(id)).label(get_language() or "")
    except (NotFound, ValueError):
        return []
    return [_("类别：%(category)s") % {"category": label}]


def segments(
    holdings: Sequence[Holding], parties: Mapping[UUID, Any], *, state: str, at: datetime
) -> list[dict[str, Any]]:
    """The hand-off strip: who had it or what it waited for, how long, its share of the whole width.

    state: of the clock, for the present one.
    """
    lengths = [max(((held.until or at) - held.since).total_seconds(), 1.0) for held in holdings]
    longest = max(lengths, default=1.0)
    return [
        {
            "who": words.of(words.WAITS, held.turn) if held.turn else _name(parties, held.party_id),
            "span": times.span(length / 60),
            "share": max(1, min(9, round(length / longest * 9))),
            "state": state if held.until is None else "",
            "now": held.until is None,
        }
        for held, length in zip(holdings, lengths, strict=True)
    ]


def _name(parties: Mapping[UUID, Any], id: UUID) -> str:
    return str(parties[id].name) if id in parties else ""
