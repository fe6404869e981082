"""On the page of one case: what worked elsewhere, what keeps coming back here, and the words to learn from it. 1 query at most."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases.lifecycle import Role, State
from gezhi.cases.memory import series, things, trying
from gezhi.catalogue import practices
from gezhi.catalogue import queries as catalogue
from gezhi.flows.practices import AT_WORK, CASE, may_learn
from gezhi.insight.memory.notes import AT_THE_END, NOTHING
from gezhi.kernel.persons import nameless
from gezhi.kernel.text import one_line
from gezhi.web import times
from gezhi.web.routes import route

if TYPE_CHECKING:
    from gezhi.cases.models import Case

OFFERED_IN = frozenset({State.REPORTED, State.OPENED, State.DISPATCHED, State.IN_HAND})
SHOWN = 5  # closings of a series


def context(
    case: "Case", where: Mapping[str, Any], roles: frozenset[Role], steps: Sequence[Any], at: datetime
) -> dict[str, Any]:
    """practices: those offered here; series: what keeps coming back, for its desk; lesson: what may be learned of a closed case."""
    return {
        "practices": _practices(case, where, roles, steps),
        "series": _series(case, at) if Role.DESK in roles else {},
        "lesson": _lesson(case, steps) if may_learn(case, roles) else {},
    }


def thing(where: Mapping[str, Any], steps: Sequence[Any]) -> Any:
    """The fixture that the case is about, as somebody said last; None for none. No query."""
    said = [step.entry.after.get("fixture") for step in steps if step.entry.event == things.EVENT][-1:]
    return next((one for one in where.get("fixtures", ()) if str(one.id) in said), None)


def _practices(
    case: "Case", where: Mapping[str, Any], roles: frozenset[Role], steps: Sequence[Any]
) -> list[dict[str, Any]]:
    if case.category_id is None or case.state not in OFFERED_IN or not where or not roles & AT_WORK:
        return []
    answers = {
        step.entry.after.get("practice"): step.entry.after.get("outcome")
        for step in steps
        if step.entry.event == trying.EVENT
    }
    return [
        {
            "id": one.id,
            "text": one.text,
            "useful": one.useful,
            "useless": one.useless,
            "answer": answers.get(str(one.id), ""),
        }
        for one in practices.offered(case.category_id, where["kind"], but=case.id)
    ]


def _series(case: "Case", at: datetime) -> dict[str, Any]:
    """1 query."""
    found = series.of(case, at=at)
    if found is None:
        return {}
    return {
        "count": f"{series.LOOKED_AT - 1}+"
        if len(found.before) >= series.LOOKED_AT - 1
        else len(found.before),
        "before": [
            {
                "url": route("desk:case", one.number),
                "number": one.number,
                "day": times.short_day(one.closed_at, at),
            }
            for one in found.before[:SHOWN]
        ],
        "more": max(0, len(found.before) - SHOWN),
        "answer": found.answer,
        "cure": found.cure,
        "cure_url": route("desk:case", found.cure) if found.cure and found.cure != case.number else "",
        "is_cure": found.cure == case.number,
        "may_answer": not found.answer and case.state in series.ASKED_IN,
    }


def _lesson(case: "Case", steps: Sequence[Any]) -> dict[str, Any]:
    """What was noted when it was done, without names, to begin with; or the practice that was made of it already. 1 query."""
    made = practices.of_source(CASE, [case.id]).get(case.id)
    if made is not None:
        return {"made": made}
    notes = [step.words.get("note", "").strip() for step in steps if step.entry.event in AT_THE_END]
    said = next((note for note in reversed(notes) if note not in NOTHING), "")
    return {"text": one_line(nameless(said), practices.SIGNS), "limit": practices.SIGNS}


def proposed(case: "Case", place: str, count: object) -> str:
    """How a case is called that is raised to cure what keeps coming back."""
    category = catalogue.category(case.category_id).label(get_language() or "") if case.category_id else ""
    said = {"place": place, "matter": category, "n": count}
    return _("根治：%(place)s %(matter)s，一年内办结 %(n)s 次又来") % said
