"""Figures as people read them: rates, hours, months, places, and the addresses of the cases behind them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gezhi.insight.definitions import COUNT_NAMES
from gezhi.insight.figures.asking import Question
from gezhi.insight.histogram import Spread
from gezhi.kernel.months import Span, written


def rate(value: float | None) -> str:
    """87.5%; "" where there is none."""
    return "" if value is None else f"{value * 100:.1f}%"


def lasted(hours: float | None) -> str:
    """50 分钟 · 7.5 小时 · 3.2 天; "" of None."""
    if hours is None:
        return ""
    if hours < 1:
        return _("%(n)d 分钟") % {"n": max(1, round(hours * 60))}
    if hours < 48:
        return _("%(n).1f 小时") % {"n": hours}
    return _("%(n).1f 天") % {"n": hours / 24}


def spread_of_rates(spread: Spread | None) -> str:
    """Median and quartiles of months."""
    if spread is None or spread.n < 2:
        return ""
    said = {"n": spread.n, "median": rate(spread.median), "low": rate(spread.low), "high": rate(spread.high)}
    return _("%(n)d个月的中位数 %(median)s，中间一半在 %(low)s 至 %(high)s") % said


def spread_of_times(spread: Spread | None) -> str:
    """Quartiles of cases."""
    if spread is None:
        return ""
    return _("中间一半用了 %(low)s 至 %(high)s") % {"low": lasted(spread.low), "high": lasted(spread.high)}


def span(of: Span) -> str:
    """2026-01 – 2026-03, or a single month."""
    return written(of.first) if of.first == of.last else f"{written(of.first)} – {written(of.last)}"


def cases(n: int) -> str:
    """12 件."""
    return ngettext("%(n)d 件", "%(n)d 件", n) % {"n": n}


def address(asked: Question, **changes: Any) -> str:
    """The words of this question with changes, as a query; empty ones are left out."""
    words: Mapping[str, Any] = {**asked.words, **changes}
    return urlencode({name: value for name, value in words.items() if value})


def count_name(name: str) -> str:
    """What a count is called."""
    return str(COUNT_NAMES[name])
