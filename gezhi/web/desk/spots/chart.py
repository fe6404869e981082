"""Months as bars: what came, and how much of it was closed. Numbers for an SVG that the template writes; the same stand in its table."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gezhi.insight.memory.sums import Month

WIDTH, HEIGHT = 400, 170
FOOT, HEAD = 26, 18  # below the bars their months, above them their figures
GAP = 4


def drawn(months: Sequence[Month]) -> dict[str, Any]:
    """Bars in the order of time: x, y, width, height in units of the drawing."""
    most = max([1, *(max(one.came, one.closed) for one in months)])
    wide = WIDTH / max(1, len(months))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "foot": HEIGHT - FOOT,
        "is_empty": not any(one.came or one.closed for one in months),
        "months": [_bars(one, number * wide, wide, most) for number, one in enumerate(months)],
    }


def _bars(one: Month, left: float, wide: float, most: int) -> dict[str, Any]:
    room, bar = HEIGHT - FOOT - HEAD, (wide - 2 * GAP) / 2
    came, closed = (round(count / most * room, 1) for count in (one.came, one.closed))
    foot = HEIGHT - FOOT
    return {
        "label": date_format(one.first, pgettext("short month", "n月")),
        "name": date_format(one.first, _("Y年n月")),
        "came": one.came,
        "closed": one.closed,
        "is_whole": one.is_whole,
        "bar": round(bar, 1),
        "middle": round(left + wide / 2, 1),
        "came_x": round(left + GAP, 1),
        "came_y": round(foot - came, 1),
        "came_height": came,
        "closed_x": round(left + GAP + bar, 1),
        "closed_y": round(foot - closed, 1),
        "closed_height": closed,
        "figure_y": round(foot - max(came, closed) - 5, 1),
    }
