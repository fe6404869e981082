"""Months as bars: what came, and how much of it was closed. The same numbers stand in the table below."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gezhi.insight.memory.sums import Month
from gezhi.kernel.bars import Drawing, Frame, drawn
from gezhi.web.bars import BRAND, INK, MUTED, SOFT, Bar, Chart, Word, filled

FRAME = Frame(400, 170, head=18, foot=26, share=0.76)  # below the bars their months, above them their figures
FILLS = (BRAND, SOFT)


def shown(months: Sequence[Month]) -> dict[str, Any]:
    """The drawing, and the rows of its table, in the order of time."""
    made = drawn([[one.came for one in months], [one.closed for one in months]], FRAME)
    return {
        "drawing": _chart(months, made),
        "is_empty": not any(one.came or one.closed for one in months),
        "months": [(date_format(one.first, _("Y年n月")), one) for one in months],
    }


def _chart(months: Sequence[Month], made: Drawing) -> Chart:
    words = []
    for one, middle in zip(months, made.middles, strict=True):
        if one.came or one.closed:
            words.append(Word(middle, made.level(max(one.came, one.closed)) - 5, str(one.came), INK))
        label = date_format(one.first, pgettext("short month", "n月"))
        words.append(Word(middle, FRAME.high - 8, label, MUTED))
    return filled(
        made, lambda bar: Bar(*bar[2:], FILLS[bar.series], is_faint=not months[bar.place].is_whole), words
    )
