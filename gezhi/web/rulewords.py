"""A routing rule in words: what it asks, whom it leads to, and why it decides."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import NotFound
from gezhi.parties.kinds import PartyKind
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.routing.match import Rule
from gezhi.routing.queries import Routed

ALWAYS: Any = gettext_lazy("所有案件")


def reason(routed: Routed) -> str:
    """Why the party that is proposed is proposed. 1 query where the rule names a place."""
    if routed.match:
        said = {"rule": routed.match.rule.name, "asks": asks(routed.match.rule)}
        return _("按派遣规则“%(rule)s”：%(asks)s") % said
    if routed.party:
        return _("没有派遣规则适用，按类别写明的“由谁办”。")
    return _("没有派遣规则适用，也没有按类别该办的单位，由受理席决定。")


def asks(rule: Rule, names: Mapping[Any, str] | None = None) -> str:
    """What must be so, in one line. names: of places by id, where they are known."""
    parts = [_place(rule, names), _kind(rule), _category(rule), _condition(rule), _hours(rule), _season(rule)]
    return _("，").join(part for part in parts if part) or str(ALWAYS)


def target(rule: Rule, names: Mapping[Any, str]) -> str:
    """Whom it leads to. names: of parties by id."""
    if rule.party is not None:
        return names.get(rule.party, "")
    return of_kind(rule.party_kind)


def of_kind(kind: str) -> str:
    """Whoever serves there as that."""
    return _("服务当地的%(kind)s") % {"kind": PartyKind(kind).label}


def _place(rule: Rule, names: Mapping[Any, str] | None) -> str:
    if rule.place is None:
        return ""
    known = {id: one.full_name for id, one in places.by_ids([rule.place]).items()} if names is None else names
    return _("在%(place)s") % {"place": known.get(rule.place, "")}


def _kind(rule: Rule) -> str:
    return _("%(kind)s内") % {"kind": Kind(rule.place_kind).label} if rule.place_kind else ""


def _category(rule: Rule) -> str:
    try:
        return catalogue.category(rule.category).label(get_language() or "") if rule.category else ""
    except NotFound:
        return ""


def _condition(rule: Rule) -> str:
    try:
        return catalogue.condition(rule.condition).label(get_language() or "") if rule.condition else ""
    except NotFound:
        return ""


def _hours(rule: Rule) -> str:
    if rule.hour_from is None or rule.hour_to is None:
        return ""
    return _("%(begin)s 至 %(end)s") % {"begin": clock(rule.hour_from), "end": clock(rule.hour_to)}


def _season(rule: Rule) -> str:
    if rule.season_from is None or rule.season_to is None:
        return ""
    days = {"begin": day(rule.season_from), "end": day(rule.season_to)}
    return _("每年 %(begin)s 至 %(end)s") % days


def clock(minute: int) -> str:
    """1320 → 22:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day(mmdd: int) -> str:
    """1115 → 11-15."""
    return f"{mmdd // 100:02d}-{mmdd % 100:02d}"
