"""Suggestions as chips, each with its reason. Nothing is chosen by them: a person presses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gezhi.cases import queries as cases
from gezhi.cases.likely import Alike
from gezhi.flows import suggest
from gezhi.flows.suggest import Leaf, Spot
from gezhi.kernel.actor import Actor
from gezhi.reports import queries as reports
from gezhi.web.punctuation import series

if TYPE_CHECKING:
    from datetime import datetime

    from gezhi.cases.models import Case

Chips = list[dict[str, Any]]
SAME_WHY = {
    "same_spot": gettext_lazy("同一处"),
    "near": gettext_lazy("就在附近"),
    "same_category": gettext_lazy("同一类"),
    "words": gettext_lazy("说法相近"),
    "soon": gettext_lazy("时间相近"),
}


def why_category(one: Leaf) -> str:
    """「提到“路灯、不亮”」, or what else speaks for it; whom a matter that is not ours belongs to."""
    reason = _("提到“%(words)s”") % {"words": series(one.found.words)} if one.found.words else ""
    if not reason:
        reason = _("本单位办过的类似的话") if one.found.of_own else _("说法像这一类")
    if one.category.refer_out:
        whom = one.category.refer_to(get_language() or "")
        return _("%(reason)s；不归我们管，请找%(whom)s %(phone)s") % {
            "reason": reason,
            "whom": whom,
            "phone": one.category.refer_phone,
        }
    return reason


def why_place(one: Spot) -> str:
    """「提到“悦海花园3号楼”」, and how: by another name, by its sound."""
    said = {"words": one.found.words, "name": one.place.name}
    if one.found.by == "other":
        return _("“%(words)s”是%(name)s的别名") % said
    if one.found.by == "sound":
        return _("“%(words)s”读音像%(name)s") % said
    return _("提到“%(words)s”") % said


def why_same(one: Alike) -> str:
    """「同一处、同一类、时间相近」"""
    return series(str(SAME_WHY[why]) for why in one.sameness.why)


def how_same(one: Alike) -> str:
    """The reasons and the score: 「同一处、同一类（92 %）」; by the number that its words name first of all."""
    reasons = why_same(one)
    if one.is_named:
        return _("话里点名就是这件")
    return _("%(why)s（%(score)s %%）") % {
        "why": reasons or _("说法相近"),
        "score": min(99, round(100 * one.sameness.score)),
    }


def category_chips(found: Sequence[Leaf]) -> Chips:
    """Those of ours, as chips of the name "category"."""
    language = get_language() or ""
    return [
        {
            "value": str(one.category.id),
            "label": one.category.label(language),
            "hint": why_category(one),
            "checked": False,
        }
        for one in found
        if not one.category.refer_out
    ]


def not_ours(found: Sequence[Leaf]) -> list[str]:
    """What it would be when it is not ours: 「购房合同/开发商：…」; only where that is the likeliest."""
    first = found[0] if found else None
    if first is None or not first.category.refer_out:
        return []
    return [f"{first.category.label(get_language() or '')}{_('：')}{why_category(first)}"]


def place_chips(found: Sequence[Spot]) -> Chips:
    """As chips of the name "place"."""
    return [
        {"value": str(one.place.id), "label": one.place.full_name, "hint": why_place(one), "checked": False}
        for one in found
    ]


def text_of(case: "Case") -> str:
    """What was said in a case, as the desk has it. 2 queries."""
    ids = cases.report_ids([case.id]).get(case.id, [])
    return "\n".join(row.restatement or row.text for row in reports.for_desk(ids)) if ids else ""


class OfCase:
    """What a case's own words suggest, looked up when it is shown."""

    def __init__(self, case: "Case", actor: Actor, at: "datetime") -> None:
        self.case, self.actor, self.at = case, actor, at

    def __call__(self) -> dict[str, Any]:
        """categories, places: chips; not_ours: lines. 6 queries at most; none where both are set already."""
        if self.case.category_id and self.case.place_id:
            return {}
        text = text_of(self.case)
        leaves = [] if self.case.category_id else suggest.categories(text)
        spots = [] if self.case.place_id else suggest.spots_in(text)
        return {
            "categories": category_chips(leaves),
            "places": place_chips(spots),
            "not_ours": not_ours(leaves),
        }
