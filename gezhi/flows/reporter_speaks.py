"""The reporter speaks again: adds, answers, urges, confirms or not, asks to reopen. One transaction over report and case.

His own words and pictures go to the report, where the desk reads them and an erasure finds them; the case gets a plain line,
so that whoever handles the matter never sees words that the desk restated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from gezhi.cases import queries as cases
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.flows.route import advance_and_route
from gezhi.journal.queries import Step
from gezhi.kernel.actor import reporter
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere
from gezhi.reports import queries as reports
from gezhi.reports.actions import add_words
from gezhi.reports.intake import words

if TYPE_CHECKING:
    from gezhi.cases.models import Case

EVENTS: Final = ("answer", "add", "urge", "satisfied", "unsatisfied", "reopen")
WITH_WORDS: Final = frozenset({"answer", "add"})
DECISIONS: Final = frozenset({"satisfied", "unsatisfied", "reopen"})
SEE_REPORT: Final = gettext_noop("补充的内容见上报")
REASONS: Final = {
    "not_fixed": gettext_noop("没有修好"),
    "partly": gettext_noop("只修了一部分"),
    "again": gettext_noop("修好又坏了"),
    "no_change": gettext_noop("我这里看不到变化"),
    "other": gettext_noop("其他原因，见上报人补充"),
}
SAME_DEED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Saying:
    """What the reporter says. version: the case he looked at, where it decides. reason: a key of REASONS. photos: kept."""

    event: str
    text: str = ""
    photos: tuple[UUID, ...] = ()
    reason: str = ""
    version: int | None = None


@transaction.atomic
def reporter_speaks(report_id: UUID, saying: Saying, *, at: datetime) -> "Case":
    """Write it down and move the case. The same deed again within ten minutes is the same deed; what he says more with it is kept.

    Raises NotFromHere, Stale, NotYours, Missing("answer", "reason"), Invalid (text, evidence, reason; "urge" "too_soon").
    """
    if saying.event not in EVENTS:
        raise NotFromHere(event=saying.event)
    actor = reporter(report_id)
    case = cases.of_report(report_id)
    story = cases.timeline(case)
    if _is_repeat(report_id, saying, story, at):
        if saying.event in DECISIONS:
            _keep_more(report_id, saying, story[-1], at)
        return case
    if saying.event == "urge":
        _judge_urge(report_id, story, at)
    move = _move(saying, case)
    if saying.text.strip() or saying.photos:
        add_words(report_id, saying.text, saying.photos, actor=actor, at=at)
    return advance_and_route(case.id, move, actor=actor, at=at)


def next_urge(report_id: UUID, story: list[Step], at: datetime) -> datetime | None:
    """When this reporter may urge again; None = now."""
    own = [step.entry.at for step in story if step.entry.event == "urge" and step.entry.actor_id == report_id]
    again = max(own) + timedelta(minutes=catalogue.rule("urge_pause_minutes")) if own else at
    return again if again > at else None


def _judge_urge(report_id: UUID, story: list[Step], at: datetime) -> None:
    again = next_urge(report_id, story, at)
    if again:
        raise Invalid("urge", "too_soon", again=f"{timezone.localtime(again):%H:%M}")


def _move(saying: Saying, case: "Case") -> Move:
    if saying.event in WITH_WORDS:
        if not (saying.text.strip() or saying.photos):
            raise Missing(["answer"])
        return Move(saying.event, note=SEE_REPORT)
    if saying.event == "urge":
        return Move("urge", version=case.version)  # of two at once, one is too soon
    if saying.version is None:
        raise Invalid("version", "missing")
    if saying.event == "satisfied":
        return Move("satisfied", version=saying.version)
    if not saying.reason:
        raise Missing(["reason"])
    if saying.reason not in REASONS:
        raise Invalid("reason", "unknown")
    return Move(saying.event, version=saying.version, reason=REASONS[saying.reason])


def _is_repeat(report_id: UUID, saying: Saying, story: list[Step], at: datetime) -> bool:
    """A double tap, or an answer that was lost on its way: the last deed on the case was this very one."""
    last = story[-1].entry
    if last.actor_id != report_id or last.event != saying.event or at - last.at > SAME_DEED:
        return False
    if saying.event not in WITH_WORDS:
        return saying.event != "urge" or at - last.at < timedelta(seconds=30)
    told = reports.added(report_id)
    if not told:  # the deed was noted without words of the report's own
        return False
    said = told[-1]
    return said.text == words(saying.text, "text") and sorted(_digests(said.evidence).values()) == sorted(
        _digests(saying.photos).values()
    )


def _keep_more(report_id: UUID, saying: Saying, deed: Step, at: datetime) -> None:
    """A decision is made once; another reason, other words and pictures that come with it again are added to it, each once."""
    since = [one for one in reports.added(report_id) if one.at >= deed.entry.at and one.actor_id == report_id]
    reason = REASONS.get(saying.reason, "")
    told = [reason] if reason and reason != deed.words.get("reason") else []
    text = "\n".join(filter(None, [*told, words(saying.text, "text")]))
    if text in {one.text for one in since}:
        text = ""
    known = {digest for one in since for digest in _digests(one.evidence).values()}
    photos = tuple(id for id, digest in _digests(saying.photos).items() if digest not in known)
    if text or photos:
        add_words(report_id, text, photos, actor=reporter(report_id), at=at)


def _digests(photos: tuple[UUID, ...]) -> dict[UUID, str]:
    return {id: row.sha256 for id, row in evidence.by_ids(photos).items()}
