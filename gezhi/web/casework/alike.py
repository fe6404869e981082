"""What may be the same matter, as chips: open cases nearby to join, solved ones that may have come back, reports to split off."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gezhi.cases import queries as cases
from gezhi.cases.likely import alike_to
from gezhi.cases.move import NOT_AGAIN
from gezhi.flows.suggest import categories
from gezhi.kernel.actor import Actor
from gezhi.kernel.text import one_line, visible
from gezhi.reports import queries as reports
from gezhi.web import times, words
from gezhi.web.casework import lists, suggested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gezhi.cases.likely import Alike
    from gezhi.cases.models import Case

NEARBY = 8
TEXT_SIGNS = 80
Chips = list[dict[str, Any]]


def to_join(case: "Case", actor: Actor, at: datetime, limit: int = NEARBY) -> Chips:
    """Open cases that it may be the same as, likeliest first, with what speaks for it and how much. 17 queries at most."""
    codes = [] if case.category_id else [one.category.code for one in categories(suggested.text_of(case))]
    return shown(alike_to(case, codes=codes, actor=actor, limit=limit), at)


def shown(found: "Sequence[Alike]", at: datetime) -> Chips:
    """Cases that may be the same as what is being said, with enough of each to judge. 5 queries at most, none for none."""
    rows = lists.rows([one.case for one in found], at=at) if found else []
    return [
        {
            "value": row.number,
            "number": row.number,
            "label": f"{row.spot} {row.matter}",
            "hint": " · ".join(
                [suggested.how_same(one), row.state_label, times.moment(one.case.received_at, at)]
            ),
            "url": row.url,
        }
        for one, row in zip(found, rows, strict=True)
    ]


def solved_before(case: "Case", actor: Actor, at: datetime) -> Chips:
    """Cases solved at this spot within the office's days, and "no": which of them has come back. 3 queries at most; none for none."""
    found = cases.solved_before(case, actor=actor, at=at)
    linked = case.came_back_from_id
    is_settled = case.state != "reported"
    chips = [
        {
            "value": str(one.id),
            "label": _("是，%(day)s办结的那件") % {"day": times.short_day(one.closed_at, at)},
            "hint": f"{lists.matter(one)} · {one.number.split('-', 1)[1]}",
            "checked": one.id == linked or (not is_settled and place == 0),
        }
        for place, one in enumerate(found)
    ]
    if chips:
        chips.append(
            {"value": str(NOT_AGAIN), "label": _("不是，是新的问题"), "checked": is_settled and not linked}
        )
    return chips


def to_split(case: "Case") -> Chips:
    """The reports that may leave this case: not the one it began with. 2 queries."""
    ids = cases.movable_reports(case.id)
    return [
        {
            "value": str(row.id),
            "label": one_line(visible(row.restatement or row.text), TEXT_SIGNS) or _("（只有照片）"),
            "hint": f"{words.of(words.CHANNELS, row.channel)} · {times.exact(row.received_at)}",
        }
        for row in (reports.for_desk(ids) if ids else ())
    ]
