"""The reporter's own page, behind the tracking code: how far it is, who has it, both clocks, and his say in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.cases.public import words_for_all
from gezhi.duty import queries as duty
from gezhi.evidence import queries as evidence
from gezhi.evidence import voice
from gezhi.flows.reporter_speaks import EVENTS, REASONS, Saying, next_urge, reporter_speaks
from gezhi.kernel.actor import reporter
from gezhi.kernel.refusal import NotFound, NotFromHere, NotYours, Refusal, Stale, Unavailable
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.reports import vocabulary
from gezhi.reports.actions import leave_contact
from gezhi.reports.intake import MOST_PHOTOS
from gezhi.reports.kinds import SHARED_CODE, WITH_CODE
from gezhi.reports.queries import ReportRow
from gezhi.web import kept, limits, voices
from gezhi.web.answers import SeeOther, private
from gezhi.web.asked import Asked
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.public import pointed, progress, same, told, trust
from gezhi.web.refusals import sentence
from gezhi.web.refusals import status as number_of

if TYPE_CHECKING:
    from gezhi.cases.models import Case

LEAVE_PHONE = "leave_phone"
MOST_PER_HOUR = 30  # deeds of one reporter
# the matter was joined elsewhere a moment ago, seen before its lock or behind it: to the reporter that is a change like any other
OVERTAKEN = (NotYours, NotFound)
AFTER = ("photo_after", "photo_same_angle")
THANKS = {
    "answer": gettext_noop("收到您的补充，会继续办。"),
    "add": gettext_noop("收到您的补充。"),
    "urge": gettext_noop("已经替您催了一次。"),
    "satisfied": gettext_noop("谢谢，这件事办结了。"),
    "unsatisfied": gettext_noop("收到，社区会复核。"),
    "reopen": gettext_noop("收到，这件事重新办理。"),
    "leave_phone": gettext_noop("电话记下了，封存保管：有要问的，社区会打给您。"),
}


@dataclass(slots=True)
class Draft:
    """What the reporter just said and could not send: shown again in the form of its event."""

    event: str = ""
    text: str = ""
    reason: str = ""
    bag: Bag = field(default_factory=Bag)
    key: str = field(default_factory=fresh_key)
    problem: str = ""
    number: int = 200
    wait_seconds: int = 0


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: Asked, code: str) -> HttpResponse:
    """Show it, or take what the reporter says."""
    report = reports.by_code(code)
    draft = Draft()
    if request.method == "POST" and report.channel in SHARED_CODE:
        draft.problem, draft.number = sentence(NotFromHere("shared_code")), number_of(NotFromHere())
    elif request.method == "POST":
        draft = _heard(request, report)
        if not draft.problem:
            messages.success(request, _(THANKS[draft.event]))
            return private(SeeOther(reverse("status", args=[reports.tracking_code(report.id)])))
    page = _page(request, report, draft)
    if report.channel in SHARED_CODE:
        page |= _for_all(page)
    answer = render(request, "public/status.html", page, status=draft.number)
    if draft.wait_seconds:
        answer["Retry-After"] = str(draft.wait_seconds)
    return private(answer)


def _heard(request: Asked, report: ReportRow) -> Draft:
    """Say it in the reporter's name. A refusal leaves the draft with its sentence; nothing typed is lost."""
    sent = request.POST
    event, key = sent.get("event", ""), sent.get("key", "")[:64]
    draft = Draft(event, sent.get("text", ""), sent.get("reason", ""), key=key or fresh_key())
    try:
        limits.count("speak", report.id.hex, most=MOST_PER_HOUR, minutes=60, at=request.now)
    except limits.TooOften as too_often:
        draft.problem, draft.number = sentence(too_often), number_of(too_often)
        draft.wait_seconds = too_often.seconds
        draft.bag = kept.gather_blocked(request, draft.key, name=f"photos_{event}", at=request.now)
        draft.bag = draft.bag.without_claimed()
        return draft
    try:
        draft.bag = kept.gather(request, draft.key, name=f"photos_{event}", at=request.now)
        if draft.bag.refused:
            draft.problem, draft.number = " ".join(draft.bag.refused), 422
            return draft
        if event == LEAVE_PHONE:
            leave_contact(
                report.id,
                sent.get("contact", ""),
                may_call="may_call" in sent,
                actor=reporter(report.id),
                at=request.now,
            )
            return draft
        said = Saying(event, draft.text, draft.bag.ids, draft.reason, _number(sent.get("version", "")))
        reporter_speaks(report.id, said, at=request.now)
    except Unavailable:
        raise
    except Refusal as refusal:
        shown = Stale() if isinstance(refusal, OVERTAKEN) else refusal
        draft.problem, draft.number = sentence(shown), number_of(shown)
        draft.bag = draft.bag.without_claimed()
    return draft


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None


def _page(request: Asked, report: ReportRow, draft: Draft) -> dict[str, Any]:
    now = request.now
    case = cases.of_report(report.id)
    story = cases.timeline(case)
    stood = cases.pauses(case)
    pauses, paused = progress.pauses(stood, now)
    offers = cases.offers_for(case, actor=reporter(report.id), at=now)
    is_new = "new" in request.GET and draft.number == 200
    may = progress.may(offers, case, next_urge(report.id, story, now))
    may_urge = may["urge"] and not may["urge_again"] and not is_new
    place = places.by_ids([report.place_id]).get(report.place_id) if report.place_id else None
    return {
        "report": report,
        "case": case,
        "code": reports.tracking_code(report.id),
        "last_digits": case.number.rsplit("-", 1)[1].lstrip("0"),
        "is_new": is_new,
        "danger": _danger(report, case),
        "place": place,
        "place_name": place.full_name if place else "",
        "category": trust.category_words(case.category_id or report.category_id)
        if case.category_id or report.category_id
        else "",
        "steps": progress.steps(
            case,
            story,
            now,
            paused_for=progress.paused_for(stood),
            may_urge=may_urge,
            meant=_meant(case, now),
        ),
        "may_leave_phone": may_leave_phone(report, case),
        "clocks": progress.clocks(case, now),
        "waited": progress.waited(case, now),
        "pauses": pauses,
        "paused": paused,
        "turn": progress.turn(case),
        "answering": None if case.closed_at else duty.answering(case.lead_id, now),
        "may": may,
        "may_urge": may_urge,
        "silence": progress.silence(case, now),
        "question": _question(case, story),
        **_drafted(request, draft),
        **_told(report, case, story, now),
    }


def _for_all(page: dict[str, Any]) -> dict[str, Any]:
    """What differs where a whole group holds the code (a pasted line): nobody's words or pictures, and nothing to say."""
    return {
        "is_shared": True,
        "may_leave_phone": False,
        **pointed.NOTHING,
        "spoken": "",
        "is_new": False,
        "may": {},
        "may_urge": False,
        "question": "",
        "silence": "",
        "turn": "",
        "steps": [{**one, "text": ""} for one in page["steps"]],  # they speak to whoever reported, or say why
        "pauses": [{**one, "reason": ""} for one in page["pauses"]],
        "photos": (),
        "after": (),
        "lines": [],
    }


def _drafted(request: Asked, draft: Draft) -> dict[str, Any]:
    """What was typed and is shown again."""
    return {
        "reasons": _reasons(draft),
        "draft": draft if draft.event in {*EVENTS, LEAVE_PHONE} else None,
        "contact_typed": request.POST.get("contact", "") if draft.event == LEAVE_PHONE else "",
        "problem": draft.problem,
        "key": draft.key,
        "kept": draft.bag.shown(draft.key, request.now),
        "most_photos": MOST_PHOTOS,
    }


def _meant(case: "Case", now: datetime) -> str:
    """How far the matter is that one tap asked to join; "" where there is none. At most 2 queries."""
    meant = same.meant_by(case)
    return progress.meant_text(meant, parties.party(meant.lead_id).name, now) if meant else ""


def may_leave_phone(report: ReportRow, case: "Case") -> bool:
    """Whoever holds the code, has left none, and may still be called."""
    is_own = report.channel in WITH_CODE and not report.has_contact and report.erased_at is None
    return is_own and case.closed_at is None


def _danger(report: ReportRow, case: "Case") -> str:
    """The number to call now, while what these words make one fear is not made safe; "" else. No query as a rule."""
    if case.closed_at or case.made_safe_at or case.feared_id is None or report.erased_at:
        return ""
    found = vocabulary.lexicon().danger(report.text)
    return found.call if found else ""


def _told(report: ReportRow, case: "Case", story: list[Any], now: datetime) -> dict[str, Any]:
    """Pictures, the story so far, and what everybody reads of it. At most 15 queries."""
    added, reveals = reports.added(report.id), reports.reveals(report.id)
    own = evidence.of("report", report.id)
    later = {id for one in added for id in one.evidence}
    names = parties.parties_by_ids(told.parties_named(story, reveals))
    pictures = {row.id: row for row in own}
    lines = told.lines(
        report.id,
        story,
        added,
        reveals,
        parties=names,
        pictures=pictures,
        erased_at=report.erased_at,
        at=now,
    )
    return {
        "photos": told.thumbs((row for row in own if row.id not in later), now, _("您拍的照片")),
        "after": _after(case, now),
        "others": _others(case, report.id),
        "public_words": words_for_all([case.id]).get(case.id, ""),
        "spoken": voices.shown(voice.of_each([report.id]).get(report.id)),
        "lines": [told.shown(line, now) for line in lines],
        **pointed.told(report, story),
    }


def _after(case: "Case", now: datetime) -> tuple[dict[str, str], ...]:
    """What it looks like now: pictures of the newest round, once somebody else has looked."""
    if cases.public_step(case) < 3:
        return ()
    ids = [one.evidence_id for one in cases.shown(case) if one.round == case.round and one.kind in AFTER]
    rows = evidence.by_ids(ids)
    return told.thumbs((rows[id] for id in ids if id in rows), now, _("办好以后的照片"))


def _others(case: "Case", report_id: Any) -> tuple[dict[str, str], ...]:
    """What others sent of the same matter, once the desk has looked at it and said that everybody may see it. At most 2 queries."""
    ids = [id for id in cases.report_ids([case.id]).get(case.id, []) if id != report_id]
    return told.public_thumbs(evidence.public_of("report", ids) if ids else ())


def _question(case: "Case", story: list[Any]) -> str:
    """The desk's newest question while it waits for an answer."""
    asked = [step.words.get("note", "") for step in story if step.entry.event == "ask"]
    return asked[-1] if asked and case.state == "asked" else ""


def _reasons(draft: Draft) -> list[dict[str, Any]]:
    labels = {**REASONS, "other": gettext_noop("其他")}
    return [
        {"value": code, "label": _(text), "checked": code == draft.reason} for code, text in labels.items()
    ]
