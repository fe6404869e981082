"""What the form of each move asks, in order: rows, like the arrows. Which of them are demanded follows from the arrow's needs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from gezhi.cases.lifecycle import ARROWS, Fact


class Ask(NamedTuple):
    """fields in order; pictures: the kinds that photos of this form count as; hint: what will follow, said above the button."""

    fields: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    hint: Any = ""


ASKS: Mapping[str, Ask] = {
    "accept": Ask(("came_back_from", "place", "category", "condition")),
    "ask": Ask(("note",), hint=_("上报人会在进度页看到这段话；时限内没有答复，案件回到待受理。")),
    "answer": Ask(("note", "photos"), ("before",)),
    "decline": Ask(("reason",), hint=_("理由会给上报人看。案件就此结案，需要时可以重新办理。")),
    "dispatch": Ask(("party", "note"), hint=_("对方签收前可以撤回。")),
    "take": Ask(("note",)),
    "solve_on_spot": Ask(("place_code", "photos", "note"), ("photo_after",)),
    "done": Ask(("photos", "documents", "count", "note"), ("photo_after",)),
    "pass_check": Ask(("note", "photos"), ("verdict",)),
    "fail_check": Ask(("reason", "photos"), ("verdict",), _("退回同一责任单位返工。")),
    "satisfied": Ask(("note",)),
    "unsatisfied": Ask(("reason",), hint=_("退回同一责任单位返工。")),
    "uphold": Ask(("reason",), hint=_("理由会给上报人看，案件结案。")),
    "call_back": Ask(("note",)),
    "return": Ask(("ready", "reason")),
    "undo_dispatch": Ask(("note",)),
    "raise": Ask(
        ("party", "reason"),
        hint=_("签收以后不再退回；不归本单位、或本单位办不了的，在这里上报，改派或由上级定。"),
    ),
    "put_to_meeting": Ask(("until", "note"), hint=_("责任单位和时限不变。")),
    "request_extension": Ask(("until", "reason"), hint=_("由审批人决定；同意之前时限不变。")),
    "approve_extension": Ask(("until", "note")),
    "refuse_extension": Ask(("reason",)),
    "carry_forward": Ask(("until", "reason"), hint=_("到复核日期之前两个时限都暂停，上报人看得到理由。")),
    "resume": Ask(("note",)),
    "not_found": Ask(("ending", "note", "photos"), ("verdict",), _("由另一人到现场核查后才结案。")),
    "not_ours": Ask(("reason",), hint=_("理由会给上报人看。案件就此结案，需要时可以重新办理。")),
    "wont_do": Ask(("reason",), hint=_("理由会给上报人看。案件就此结案，需要时可以重新办理。")),
    "join": Ask(("into",), hint=_("上报人和照片一起并过去；24 小时内可以撤销。")),
    "undo_join": Ask(("note",)),
    "split": Ask(
        ("reports", "note", "place", "category", "condition"),
        hint=_("选中的上报转到新的一件，上报人会收到通知；一天之内还没有人动手时可以撤销。"),
    ),
    "undo_split": Ask(("note",)),
    "reopen": Ask(("reason",)),
    "correct": Ask(("came_back_from", "place", "category", "condition")),
    "made_safe": Ask(("note", "photos"), ("photo_after",)),
    "urge": Ask(("note",), hint=_("催责任单位抓紧办，时限不变；催过的收不回来。")),
    "assign": Ask(("person", "note"), hint=_("整件事还是本单位负责，时限不变。")),
    "supervise": Ask(
        ("until", "note"), hint=_("责任单位和时限不变；到这一天前要有答复。再督办一次，就改成新的一天。")
    ),
    "report_back": Ask(("note",), hint=_("答复给督办的上级看。案件照常办。")),
    "note": Ask(("note", "photos"), ("document",)),
}
PLAIN = frozenset({"take", "resume", "undo_dispatch", "undo_join", "undo_split"})  # one press does it

FIELD_OF = {
    Fact.PLACE: "place",
    Fact.CATEGORY: "category",
    Fact.NOTE: "note",
    Fact.REASON: "reason",
    Fact.PARTY: "party",
    Fact.INTO: "into",
    Fact.UNTIL: "until",
    Fact.PERSON: "person",
}


def demanded(event: str) -> frozenset[str]:
    """Fields without which no arrow of this event goes."""
    needs = [arrow.needs for arrow in ARROWS if arrow.event == event]
    common = frozenset.intersection(*needs) if needs else frozenset()
    return frozenset(FIELD_OF[need] for need in common if need in FIELD_OF)
