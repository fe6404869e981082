"""What befell an order, as lines of its page: taken in, answered, sent back, judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from gezhi.kernel.text import visible
from gezhi.parties import queries as parties
from gezhi.web import times, words

LINES = {
    "order_received": gettext_lazy("收到来件"),
    "order_answer": gettext_lazy("已答复"),
    "order_return": gettext_lazy("已退回"),
    "order_ask_extension": gettext_lazy("已申请延期"),
    "order_grant_extension": gettext_lazy("来件单位同意延期"),
    "order_refuse_extension": gettext_lazy("来件单位不同意延期"),
    "order_send_back": gettext_lazy("来件单位要求再办"),
    "order_verdict": gettext_lazy("来件单位作了评价"),
}
ICONS = {"order_received": "inbox", "order_answer": "check", "order_return": "undo", "order_verdict": "star"}


def story(steps: Sequence[Any], at: datetime) -> list[dict[str, Any]]:
    """1 query, however long it is."""
    names = parties.account_names({step.entry.actor_id for step in steps if step.entry.actor_id})
    return [_line(step, names, at) for step in steps]


def _line(step: Any, names: Mapping[UUID, str], at: datetime) -> dict[str, Any]:
    entry = step.entry
    return {
        "icon": ICONS.get(entry.event, "clock"),
        "title": words.of(LINES, entry.event),
        "who": names.get(entry.actor_id, ""),
        "text": visible(step.words.get("text", "")),
        "time": times.moment(entry.at, at),
        "exact": times.exact(entry.at),
    }
