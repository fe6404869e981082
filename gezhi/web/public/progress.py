"""How far it is: four plain steps, who has it, both clocks, every pause, and what the reporter may do now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.cases.lifecycle import WORKING, Offer, State
from gezhi.cases.queries import public_step, silence_may_be_broken
from gezhi.journal.queries import Step
from gezhi.web import times, words

if TYPE_CHECKING:
    from gezhi.cases.models import Case, Pause

STEPS: Final = (
    gettext_noop("已收到"),
    gettext_noop("处理中"),
    gettext_noop("请您确认"),
    gettext_noop("已办结"),
)

ENDINGS: Final = {
    "solved": gettext_noop("办好了，另一个人到现场看过。"),
    "solved_on_spot_unchecked": gettext_noop("发现时当场办好了。"),
    "not_found": gettext_noop("两个人去看过，没有看到您说的问题。"),
    "no_longer_there": gettext_noop("两个人去看过，问题已经没有了。"),
    "not_ours": gettext_noop("这件事不归这里管，理由见下面。"),
    "wont_do": gettext_noop("这件事暂时不办，理由见下面。"),
    "duplicate": gettext_noop("和同一件事合在一起办。"),
    "declined": gettext_noop("没有受理，理由见下面。"),
    "no_answer": gettext_noop("办好后没有等到您的答复，先办结了。"),
}
NOW: Final = {
    State.REPORTED: gettext_noop("社区会先看一看，预计 %(due)s 前告诉您归谁办。"),
    State.ASKED: gettext_noop("有一个问题请您补充，见下面。"),
    State.OPENED: gettext_noop("已受理，正在安排由谁来办。"),
    State.DISPATCHED: gettext_noop("已经交办，等对方接手。"),
    State.IN_HAND: gettext_noop("有人正在办。"),
    State.TO_CHECK: gettext_noop("说是办好了，另一个人会去看。"),
    State.TO_CONFIRM: gettext_noop("请看看办得怎么样，告诉我们。"),
}

MEANT: Final = {  # of the matter that a report of one tap asks to join
    State.OPENED: gettext_noop("已经受理，正在安排由谁来办"),
    State.DISPATCHED: gettext_noop("已经交给%(party)s"),
    State.IN_HAND: gettext_noop("%(party)s正在处理"),
    State.TO_CHECK: gettext_noop("%(party)s说办好了，正在核对"),
    State.TO_CONFIRM: gettext_noop("%(party)s说办好了，正在核对"),
}

TURN: Final = {  # whose turn it is where the party that answers for it has done its part
    State.ASKED: gettext_noop("您，补充情况"),
    State.TO_CHECK: gettext_noop("另一个人，到现场看"),
    State.TO_CONFIRM: gettext_noop("您，说说办好了没有"),
}


class ClockLine(NamedTuple):
    """One clock in a sentence. state as in ui/clock_chip.html."""

    title: str
    state: str
    text: str
    exact: str


def steps(
    case: "Case",
    story: Sequence[Step],
    now: datetime,
    *,
    paused_for: str = "",
    may_urge: bool = False,
    meant: str = "",
) -> list[dict[str, str]]:
    """The four steps as ui/step_line.html takes them. paused_for: the reason of the pause it is in; may_urge: at this moment.

    meant: how far the matter is that it asks to join.
    """
    here = public_step(case)
    when = _moments(case, story)
    rows = []
    for number, title in enumerate(STEPS, start=1):
        state = "done" if number < here or here == 4 else "now" if number == here else "next"
        at = when.get(number) if state != "next" else None
        text = ""
        if number == here:
            text = meant or _late_text(case, story, now, may_urge) or _now_text(case, now, paused_for)
        if state == "done" and at is None:
            text = _("这件事没有经过这一步。")
        rows.append(
            {
                "title": _(title),
                "state": state,
                "text": text,
                "time": times.moment(at, now),
                "exact": times.exact(at),
            }
        )
    return rows


def _moments(case: "Case", story: Iterable[Step]) -> dict[int, datetime]:
    found = {1: case.received_at}
    for step in story:
        state = step.entry.after.get("state")
        if state in {State.OPENED, State.DISPATCHED, State.IN_HAND}:
            found.setdefault(2, step.entry.at)
        elif state == State.TO_CONFIRM:
            found[3] = step.entry.at
    if case.closed_at:
        found[4] = case.closed_at
    return found


def meant_text(meant: "Case", party: str, now: datetime) -> str:
    """Of a matter that others have told: who has it and until when; a person at the desk still confirms that it is the same."""
    what, due = _(MEANT[State(meant.state)]) % {"party": party}, ""
    if meant.fix_due and not meant.review_at and State(meant.state) in {State.DISPATCHED, State.IN_HAND}:
        said = {"due": times.moment(meant.fix_due, now)}
        late = meant.fix_due < now
        due = _("，应在 %(due)s 前办好，已超时") % said if late else _("，预计 %(due)s 前办好") % said
    told = {"what": what, "due": due}
    return _("已有人反映，%(what)s%(due)s。社区看过是同一件，会把您的并过去，办好了也告诉您。") % told


def _late_text(case: "Case", story: Sequence[Step], now: datetime, may_urge: bool) -> str:
    """Of what is late: which rung of the ladder was reached since, and what he may do. "" when it is in time."""
    state = State(case.state)
    due = case.stage_due if state is State.REPORTED else case.fix_due if state in WORKING else None
    if due is None or due >= now or case.review_at:
        return ""
    since = {words.deed(step.entry.event, step.entry.after) for step in story if step.entry.at >= due}
    if "escalate" in since:
        what = _("超过时间了，已报上一级督办。")
    elif "escalate.own" in since:
        what = _("超过时间了，已提醒办理单位的负责人。")
    else:
        what = _("超过时间了。")
    advice = _("可以催一下，或打下面的电话。") if may_urge else _("着急的话，请打下面的电话。")
    return _("%(what)s%(advice)s") % {"what": what, "advice": advice}


def _now_text(case: "Case", now: datetime, paused_for: str) -> str:
    state = State(case.state)
    if state is State.CLOSED:
        return _(ENDINGS[case.ending])
    if state is State.TO_CONFIRM and case.has_objection:
        return _("您说没有办好，社区正在复核。")
    if case.review_at:
        said = {
            "reason": paused_for.strip().rstrip("。.；;，,"),
            "day": times.short_day(case.review_at, now),
        }
        return _("现在还不能办：%(reason)s。%(day)s再看能不能办，这段不算时间。") % said
    return _(NOW[state]) % {"due": times.moment(case.stage_due, now)}


def turn(case: "Case") -> str:
    """Who must act now, when it is not the party that answers for it; "" when it is."""
    state = State(case.state)
    if state is State.TO_CONFIRM and case.has_objection:
        return _("社区，复核结果")
    return _(TURN[state]) if state in TURN else ""


def clocks(case: "Case", now: datetime) -> list[ClockLine]:
    """Make safe (where the category asks for it) and fix, as the reporter reads them."""
    found = [_fix(case, now)]
    if case.made_safe_at and case.condition_id and case.make_safe_due:
        text = _("%(moment)s 已排除") % {"moment": times.moment(case.made_safe_at, now)}
        found.insert(0, ClockLine(_("先排除危险"), "in_time", text, times.exact(case.made_safe_at)))
    elif case.make_safe_due and not case.closed_at:
        found.insert(0, _running(_("先排除危险"), case.make_safe_due, now))
    return found


def _fix(case: "Case", now: datetime) -> ClockLine:
    title = _("办好")
    if case.closed_at:
        text = _("用了 %(span)s") % {"span": times.between(case.received_at, case.closed_at)}
        return ClockLine(title, "none", text, times.exact(case.closed_at))
    if case.done_at and case.state in {State.TO_CHECK, State.TO_CONFIRM}:
        return _worked(title, case.done_at, case.fix_due, now)
    if case.review_at:
        text = _("暂停，%(day)s 再看能不能办") % {"day": times.short_day(case.review_at, now)}
        return ClockLine(title, "paused", text, times.exact(case.review_at))
    if case.fix_due is None:
        return ClockLine(title, "none", _("受理以后，这里会写明哪天前办好"), "")
    return _running(title, case.fix_due, now)


def _worked(title: str, done_at: datetime, due: datetime | None, now: datetime) -> ClockLine:
    said = {"moment": times.moment(done_at, now)}
    if due and due < done_at:
        text = _("%(moment)s 做完，超时 %(span)s") % {**said, "span": times.between(due, done_at)}
        return ClockLine(title, "overdue", text, times.exact(done_at))
    return ClockLine(title, "in_time", _("%(moment)s 做完") % said, times.exact(done_at))


def _running(title: str, due: datetime, now: datetime) -> ClockLine:
    if due < now:
        text = _("应在 %(moment)s 前，已超时 %(span)s") % {
            "moment": times.moment(due, now),
            "span": times.between(due, now),
        }
        return ClockLine(title, "overdue", text, times.exact(due))
    return ClockLine(
        title, "in_time", _("预计 %(moment)s 前") % {"moment": times.moment(due, now)}, times.exact(due)
    )


def pauses(rows: Sequence["Pause"], now: datetime) -> tuple[list[dict[str, str]], str]:
    """Every stretch in which the clocks stood, with its reason, and the running total of several in words ("" when it says no more)."""
    told = [
        {
            "span": times.between(row.started_at, row.ended_at or now),
            "since": times.moment(row.started_at, now),
            "until": times.moment(row.ended_at, now) if row.ended_at else _("现在"),
            "reason": row.reason,
        }
        for row in rows
    ]
    total = sum(((row.ended_at or now) - row.started_at).total_seconds() for row in rows) / 60
    return told, times.span(total) if len(told) > 1 else ""


def paused_for(rows: Sequence["Pause"]) -> str:
    """The reason of the pause that has not ended, "" when none runs."""
    return next((row.reason for row in rows if row.ended_at is None), "")


def silence(case: "Case", now: datetime) -> str:
    """What happens, and when, if whoever is asked says nothing; "" when nothing happens by itself."""
    if State(case.state) is not State.TO_CONFIRM or case.has_objection:
        return ""
    said = {"moment": times.moment(case.due_at, now)}
    if silence_may_be_broken():
        return _("到 %(moment)s 没有答复，就先算办好；之后觉得没办好，还能请重新办。") % said
    return _("到 %(moment)s 没有答复，就先算办好。") % said


def waited(case: "Case", now: datetime) -> str:
    """How long it has waited, or had waited when it ended."""
    return times.between(case.received_at, case.closed_at or now)


def may(offers: Sequence[Offer], case: "Case", again: datetime | None) -> dict[str, Any]:
    """Which forms the page shows. again: when the reporter may urge next, None = now."""
    events = {offer.event for offer in offers}
    return {
        "answer": "answer" in events,
        "add": "add" in events and "answer" not in events,
        "confirm": "satisfied" in events,
        "object": "unsatisfied" in events and not case.has_objection,
        "reopen": "reopen" in events,
        "urge": "urge" in events and State(case.state) not in {State.ASKED, State.TO_CONFIRM},
        "urge_again": again,
    }
