"""The figures of one place (or of one party, category or channel of it) with its own past. Each number opens into its cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.insight import definitions
from gezhi.insight.figures.asking import Question, question
from gezhi.insight.figures.clicks import lines_of
from gezhi.insight.figures.exclusions import are_any, listed, may_review
from gezhi.insight.figures.figures import Figure, Time, count
from gezhi.insight.figures.hot import Hot
from gezhi.insight.figures.sheet import BY, Part, Sheet, hot, parts, sheet
from gezhi.insight.figures.sight import grounds
from gezhi.insight.poisson import chance
from gezhi.insight.rollups.following import Reached, reached
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.months import written
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.kinds import CHANNEL_NAMES
from gezhi.web import times
from gezhi.web.bars import spark
from gezhi.web.desk.figures import kept, wording
from gezhi.web.desk.filters import options
from gezhi.web.punctuation import series as series_of
from gezhi.web.staff import actor_of, at_of, staff_required

MOST_PARTS = 60  # lines of a table
MOST_HOT = 20
SHOWN = ("closed", "resolved", "satisfied", "on_time", "rework", "recurrence")  # columns of a table of parts
WORDS = ("place", "span", "from", "to", "party", "category", "channel")
BESIDE = ("received", "ours", "duplicate", "declined", "not_ours", "excluded", "extended", "paused")


@require_GET
@staff_required
def figures(request: HttpRequest) -> HttpResponse:
    """The page. What cannot be read is said above the figures of the widest ground."""
    actor, at = actor_of(request), at_of(request)
    words = {name: request.GET[name].strip()[:60] for name in WORDS if request.GET.get(name, "").strip()}
    problem = ""
    try:
        asked = question(_coded(words), actor=actor, at=at)
        asked = asked._replace(words=_said_once(dict(asked.words), asked))
    except Invalid as refused:
        problem, asked = said(refused), question({}, actor=actor, at=at)
    by = request.GET.get("by", "")
    stood = reached()
    page = {
        "heading": _("指标"),
        "problem": problem,
        "typed": words,
        "options": options({"category": asked.words.get("category", ""), "party": asked.words.get("party", "")}),
        "channels": [(code, str(name)) for code, name in CHANNEL_NAMES.items()],
        "figures": kept.sheet(asked, by if by in BY else "place", stood, at, as_piece),
        "exclusions": _exclusions(asked, stood, actor, at),
        "may_exclude": actor.has(Duty.CLERK, Duty.OFFICER),
        "notes": (definitions.MONTH, definitions.PLACE, definitions.ROUNDING, definitions.SMALL_PARTY, definitions.SOURCE),
    }  # fmt: skip
    return render(request, "desk/figures/page.html", page)


def _coded(words: dict[str, str]) -> dict[str, str]:
    """A place may be written as people call it."""
    place = words.get("place", "")
    if not place:
        return words
    found = [*places.by_codes([place]).values()] or places.find(place, 1)
    if not found:
        raise Invalid("place", "unknown")
    return words | {"place": found[0].code}


def said(refused: Invalid) -> str:
    """What is wrong with the question, and what to do."""
    sentences = {
        "place": _("没有找到这个位置。请换一个名称、编号或拼音首字母再试。"),
        "from": _("月份看不懂，或者先后颠倒、超过36个月。请重新选择从哪个月到哪个月。"),
        "to": _("月份看不懂。请重新选择到哪个月。"),
        "party": _("没有这个单位，或者同时选了单位、类别、来源中的两样。请只选一样。"),
        "category": _("没有这个类别，或者同时选了单位、类别、来源中的两样。请只选一样。"),
        "channel": _("没有这个来源，或者同时选了单位、类别、来源中的两样。请只选一样。"),
    }
    return sentences.get(refused.field, _("没有看懂要看什么，下面是默认的范围。"))


def _said_once(words: dict[str, str], asked: Question) -> dict[str, str]:
    """The same words with the months as we write them: 2026--03 is no other question than 2026-03, and is kept once."""
    months = {"from": asked.span.first, "to": asked.span.last}
    kept_apart = {name: word for name, word in words.items() if name not in months}
    if asked.span_name != "own":
        return kept_apart
    return kept_apart | {name: written(month) for name, month in months.items() if words.get(name)}


def as_piece(asked: Question, by: str, at: datetime) -> str:
    """The figures as the piece of the page that hangs on the question alone (and on whether his own party's manager asks it), not on who asks."""
    return render_to_string("desk/figures/_sheet.html", _page(asked, by, at))


def _page(asked: Question, by: str, at: datetime) -> dict[str, Any]:
    found = sheet(asked.asked, asked.span, is_his_own=asked.is_his_own, at=at)
    by = by if asked.asked.axis == "all" else "place"
    broken = parts(
        asked.asked, by, asked.span, found.reached.edition, least=found.least, is_small=found.is_small, at=at
    )
    names = _Names(broken, by)
    return {
        "asked": asked,
        "where": where(asked),
        "span_text": wording.span(asked.span),
        "before_text": wording.span(asked.span.before()),
        "year_text": wording.span(asked.span.a_year_before()),
        "spans": _spans(asked),
        "query": wording.address(asked),
        "sheet": found,
        "position": found.reached.position,
        "reached": times.moment(found.reached.at, at),
        "beside": [_number(asked, name, count(found.whole, name)) for name in BESIDE],
        "own": [card(asked, found, one) for one in range(len(found.figures)) if not found.figures[one].of.is_theirs],
        "theirs": [card(asked, found, one) for one in range(len(found.figures)) if found.figures[one].of.is_theirs and found.figures[one].n],
        "times": [_time(found, place) for place in range(len(found.times))],
        "month_heads": [written(one) for one in asked.span.months()],
        "by": by,
        "bys": _bys(asked, by),
        "heads": [definitions.OF_NAME[name].label for name in SHOWN],
        "parts": [_line(asked, one, by, names) for one in broken[:MOST_PARTS]],
        "left": max(0, len(broken) - MOST_PARTS),
        "beyond": _beyond(asked, by, count(found.whole, "received"), broken),
        "hot": _hots(asked, found.reached.edition),
        "hot_month": written(asked.span.last),
        "series": series(found),
    }  # fmt: skip


def where(asked: Question) -> str:
    """Of what the figures are, in words."""
    place = asked.place.full_name if asked.place else _("全部范围")
    axis, key = asked.asked.axis, asked.asked.key
    if axis == "all":
        return place
    return f"{place} · {_Names.of(axis, key)}"


def _spans(asked: Question) -> list[dict[str, Any]]:
    names = (("year", _("近12个月")), ("quarter", _("本季度")), ("month", _("本月")))
    return [
        {
            "url": "?" + wording.address(asked, span=name, **{"from": "", "to": ""}),
            "label": label,
            "active": asked.span_name == name,
        }
        for name, label in names
    ]


def _bys(asked: Question, by: str) -> list[dict[str, Any]]:
    names = {"place": _("下一级位置"), "party": _("责任单位"), "category": _("类别"), "channel": _("来源")}
    shown = BY if asked.asked.axis == "all" else ("place",)
    return [
        {"url": f"?{wording.address(asked, by=name)}#parts", "label": names[name], "active": name == by}
        for name in shown
    ]


def _number(asked: Question, name: str, n: int) -> dict[str, Any]:
    return {"label": wording.count_name(name), "n": n, "url": behind(asked, name)}


def behind(asked: Question, name: str, **changes: Any) -> str:
    """The page of the cases that a count counts."""
    return f"{reverse('desk:figure_cases')}?{wording.address(asked, count=name, **changes)}"


def card(asked: Question, found: Sheet, place: int) -> dict[str, Any]:
    """One figure with its chart, its own past, its table and its definition."""
    one = found.figures[place]
    of = one.of
    months = asked.span.months()
    texts = [
        f"{written(month)} {wording.rate(value)}" for month, value in zip(months, one.months, strict=True)
    ]
    return {
        "name": of.name,
        "label": of.label,
        "value": wording.rate(one.value),
        "why_none": _why_none(found, one),
        "over": _number(asked, of.over, one.over),
        "under": _number(asked, of.under, one.n),
        "spread": wording.spread_of_rates(one.spread),
        "before": wording.rate(found.before[place].value),
        "a_year_before": wording.rate(found.a_year_before[place].value),
        "apart": [_number(asked, name, n) for name, n in one.apart],
        "chart": spark(one.months, texts, top=1.0, middle=one.spread.median if one.spread else None),
        "rows": list(
            zip(
                (written(month) for month in months),
                _counts(found, of.over),
                _counts(found, of.under),
                map(wording.rate, one.months),
                strict=True,
            )
        ),
        "definition": of,
    }


def _why_none(found: Sheet, one: Figure) -> str:
    if one.value is not None:
        return ""
    if found.is_small:
        return _("不足三人的单位，不列比率")
    return _("不足%(n)d件，不列比率") % {"n": found.least}


def _counts(found: Sheet, name: str) -> list[int]:
    return [count(one, name) for one in found.months]


def _time(found: Sheet, place: int) -> dict[str, Any]:
    one = found.times[place]
    texts = [
        f"{written(month)} {wording.lasted(value)}"
        for month, value in zip(found.span.months(), one.months, strict=True)
    ]
    return {
        "label": definitions.TIMES[one.of],
        "n": one.n,
        "value": wording.lasted(one.spread.median if one.spread else None),
        "spread": wording.spread_of_times(one.spread),
        "before": _median(found.times_before[place]),
        "a_year_before": _median(found.times_a_year_before[place]),
        "chart": spark(one.months, texts, top=None, middle=None),
        "rows": list(zip(map(written, found.span.months()), map(wording.lasted, one.months), strict=True)),
    }


def _median(one: Time) -> str:
    return wording.lasted(one.spread.median if one.spread else None)


class _Names:
    """Names of what a table is broken down by. 1 query for parties."""

    def __init__(self, broken: Sequence[Part], by: str) -> None:
        keys = [UUID(one.key) for one in broken] if by == "party" else []
        self.parties = {one.id.hex: one for one in parties.parties_by_ids(keys).values()} if keys else {}

    def words(self, one: Part, by: str) -> tuple[str, dict[str, str]]:
        """(name, the words by which one asks for it alone; {} when one cannot)."""
        if one.place is not None:
            return one.place.name, {"place": one.place.code}
        if by == "party":
            party = self.parties.get(one.key)
            return (party.name, {"party": party.code}) if party else (one.key, {})
        if by == "category":
            return self.of(by, one.key), {"category": _category(one.key).code} if one.key else {}
        return self.of(by, one.key), {"channel": one.key}

    @staticmethod
    def of(axis: str, key: str) -> str:
        """The name of one key."""
        if axis == "channel":
            return str(CHANNEL_NAMES.get(key, key))
        if axis == "party":
            return parties.party(UUID(key)).name
        if not key:
            return _("还没有类别")
        return _category(key).label(get_language() or "")


def _category(key: str) -> CategoryView:
    return catalogue.category(UUID(key))


def _beyond(asked: Question, by: str, received: int, broken: Sequence[Part]) -> str:
    """What was received and stands in no line of the table; "" of nothing. Classes hold their categories, so those are not added up."""
    n = received - sum(count(one.found, "received") for one in broken)
    if n <= 0 or by not in {"place", "party"}:
        return ""
    if by == "party":
        return _("另有 %(n)d 件还没有责任单位，不在表里。") % {"n": n}
    if asked.place is None:
        return _("另有 %(n)d 件没有定位、只定位到更大的位置，或位置已停用，不在表里。") % {"n": n}
    return _("另有 %(n)d 件只定位到%(place)s（或下级位置已停用），不在表里。") % {
        "n": n,
        "place": asked.place.name,
    }


def _line(asked: Question, one: Part, by: str, names: _Names) -> dict[str, Any]:
    name, words = names.words(one, by)
    is_leaf = by == "category" and bool(one.key) and _category(one.key).is_leaf
    own = {of.of.name: of for of in one.figures}

    def click(count: str) -> str:
        return behind(asked, count, **words) if words else ""

    return {
        "name": name,
        "is_leaf": is_leaf,
        "url": f"?{wording.address(asked, **words)}" if words else "",
        "received": {"n": count(one.found, "received"), "url": click("received")},
        "ours": {"n": one.ours, "url": click("ours")},
        "rates": [
            {
                "head": own[of].of.label,
                "text": wording.rate(own[of].value),
                "n": own[of].n,
                "url": click(own[of].of.over) if words else "",
            }
            for of in SHOWN
        ],
        "median": wording.lasted(one.times[0].spread.median if one.times[0].spread else None),
        "is_small": one.is_small,
    }


def _hots(asked: Question, edition: int) -> dict[str, Any]:
    """rows: those shown; left: how many more there are; places, categories: how many were looked at; chance: how many in a thousand months
    of one of them are above the bound.
    """
    found = hot(asked.asked, asked.path, asked.span, edition)
    looked_at = found.places + found.categories
    return {
        "rows": [_hot(asked, one) for one in found.hot[:MOST_HOT]],
        "left": max(0, len(found.hot) - MOST_HOT),
        "places": found.places,
        "categories": found.categories,
        "looked_at": looked_at,
        "share": f"{chance(looked_at):.1%}",
    }


def _hot(asked: Question, one: Hot) -> dict[str, Any]:
    last = written(asked.span.last)
    only = {"span": "own", "from": last, "to": last}
    of = one.of
    if isinstance(of, PlaceRow):
        name, words = of.full_name, {"place": of.code}
    else:
        category = of if isinstance(of, CategoryView) else None
        name = category.label(get_language() or "") if category else ""
        words = {"category": category.code if category else ""}
    return {
        "name": name,
        "n": one.count,
        "mean": f"{one.mean:.1f}",
        "expected": one.expected,
        "url": behind(asked, "received", **words, **only),
        "above": series_of([place.name for place in one.above if isinstance(place, PlaceRow)]),
    }


def series(found: Sheet) -> dict[str, Any]:
    """What the interactive chart draws: months, and a line for each figure, in percent."""
    return {
        "months": [written(one) for one in found.span.months()],
        "lines": [
            {
                "name": str(one.of.label),
                "values": [None if value is None else round(value * 100, 1) for value in one.months],
            }
            for one in found.figures
            if any(value is not None for value in one.months)
        ],
    }


def _exclusions(asked: Question, stood: Reached, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    if not are_any() or not grounds(actor).areas:
        return []
    rows = listed(lines_of(asked.asked, asked.span, stood.edition, actor=actor), actor=actor)
    return [
        {
            "id": row.id,
            "number": row.case.number,
            "reason": row.reason,
            "asked": times.moment(row.asked_at, at),
            "is_granted": row.reviewed_at is not None,
            "may_review": row.reviewed_at is None and may_review(row, actor) and actor.has(Duty.OFFICER),
        }
        for row in rows
    ]
