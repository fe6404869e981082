"""Prove I12: whoever must hear of a step of his case has its message, and who is to be rung up stands on the call-back list.
Prove I11 step by step: the reports that a case has are those that its story gives it.

Which steps tell, and whom, is read from the journal; a page of cases costs two queries, however long their stories are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.models import CallBack, CaseReport
from gezhi.cases.telling import (
    BY_WORD_OF_MOUTH,
    MESSAGE,
    PLEASE_CONFIRM,
    STRUCK_OFF,
    message_key,
    must_be_called,
    what_to_tell,
)
from gezhi.cases.voices import BESIDE, BIRTHS, CHANGE, Held, Reports, held
from gezhi.journal import outbox
from gezhi.kernel.actor import ActorKind
from gezhi.kernel.finding import Finding
from gezhi.reports.queries import Reach

PAGE = 500  # cases
ANSWERS = frozenset({"satisfied", "unsatisfied"})
UNDONE = frozenset({"undo_join", "rejoined"})


class Story(NamedTuple):
    """One case with all its rows of the journal, in order."""

    id: UUID
    number: str
    steps: Sequence[Any]


class Telling(NamedTuple):
    """A step that reporters must hear of: those of the reports named."""

    step: Any
    what: str
    version: int
    round: int
    reports: Reports


class Voice(NamedTuple):
    """A report as it is linked now. origin: the case it opened."""

    case: UUID
    origin: UUID
    reach: Reach
    is_erased: bool


class Beside(NamedTuple):
    """For all cases: the reports that a case opened and that now stand with another. by_origin: the same, for rows of old that name the case only."""

    given: dict[UUID, list[Voice]]
    by_origin: dict[str, Reports]


def findings(stories: Sequence[Story], known: Beside) -> Iterator[Finding]:
    """What a page of cases, in order of their ids, breaks: steps without message or call (I12), reports elsewhere than told (I11).

    3 queries, 1 more where reports passed through.
    """
    if not stories:
        return
    ids = [story.id for story in stories]
    called = _calls(ids)
    low, high = str(ids[0]), f"{ids[-1]}g"  # "g" stands behind every digit of an id, in every collation
    messages = outbox.keys_between(MESSAGE, low, high)
    here: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in _voices(CaseReport.objects.filter(case_id__in=ids)):
        here[voice.case].append(voice)
    own = {id: [*here[id], *known.given.get(id, ())] for id in ids}
    voices = {str(voice.reach.id): voice for found in own.values() for voice in found}
    voices |= _passed_through(stories, voices)
    for story in stories:
        opened = frozenset(str(voice.reach.id) for voice in own[story.id] if voice.origin == story.id)
        steps, calls = list(held(story.steps, opened, known.by_origin)), called.get(story.id, [])
        for telling in tellings(steps):
            due = [voices[id] for id in sorted(telling.reports) if id in voices]
            yield from _unheard(story, telling, due, calls, messages)
        yield from _unmade(story, calls, {voice.reach.id for voice in voices.values() if voice.is_erased})
        yield from _elsewhere(story, steps, frozenset(str(voice.reach.id) for voice in here[story.id]))


def _passed_through(stories: Sequence[Story], known: Mapping[str, Voice]) -> dict[str, Voice]:
    """Reports that cases of this page once held. No query where none is named."""
    named = {id for story in stories for step in story.steps for id in step.after.get("reports", ())}
    links = CaseReport.objects.filter(report_id__in=named - known.keys()) if named - known.keys() else ()
    return {str(voice.reach.id): voice for voice in _voices(links)} if links else {}


def _elsewhere(story: Story, steps: Sequence[Held], stored: Reports) -> Iterator[Finding]:
    """I11: the story adds up to the reports that the case has. A story that does not name them all is not judged."""
    if not steps or not all(one.is_told for one in steps):
        return
    for id in sorted(stored - steps[-1].reports):
        yield Finding("I11", story.number, f"has report {id}, which its journal does not give it")
    for id in sorted(steps[-1].reports - stored):
        yield Finding("I11", story.number, f"lost report {id}, which its journal gives it")


def tellings(steps: Iterable[Held]) -> Iterator[Telling]:
    """The steps of one story that reporters hear of: state and round are what the rows before add up to."""
    state, version, round = State.REPORTED.value, 1, 1
    for one in steps:
        step = one.step
        source, state = state, step.after.get("state", state)
        version, round = step.after.get("version", version), step.after.get("round", round)
        if step.event in BESIDE or step.event in BIRTHS:
            continue
        what = what_to_tell(step.event, source, state)
        is_silent = step.event == "undo_join" and not one.is_told  # the first release said nothing of it
        if what and not is_silent:
            yield Telling(step, what, version, round, one.moved if step.event in CHANGE else one.reports)


def beside() -> Beside:
    """What cannot be read along with a page: what any case gave away may be named by another. Of some cases in a hundred. 1 query."""
    given: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in _voices(CaseReport.objects.exclude(case_id=F("origin_id"))):
        given[voice.origin].append(voice)
    told = {
        str(origin): frozenset(str(voice.reach.id) for voice in voices) for origin, voices in given.items()
    }
    return Beside(given, told)


def _calls(case_ids: Sequence[UUID]) -> dict[UUID, list[CallBack]]:
    """The calls of these cases, made and owed. 1 query."""
    calls: dict[UUID, list[CallBack]] = defaultdict(list)
    for call in CallBack.objects.filter(case_id__in=case_ids).order_by("id"):
        calls[call.case_id].append(call)
    return calls


def _voices(links: QuerySet[CaseReport]) -> Iterator[Voice]:
    how = ("report_id", "report__channel", "report__contact_tail", "report__erased_at")
    for case, origin, report, channel, tail, erased_at in links.values_list("case_id", "origin_id", *how):
        yield Voice(case, origin, Reach(report, channel, tail != ""), erased_at is not None)


def _unheard(
    story: Story, telling: Telling, due: list[Voice], calls: list[CallBack], messages: set[str]
) -> Iterator[Finding]:
    where = f"step {telling.version} ({telling.step.event})"
    listed = {call.report_id for call in calls if _is_about(call, telling)}
    says_it = {call.report_id for call in calls if _is_yes(call, telling)}
    if telling.step.actor_kind == ActorKind.REPORTER:
        says_it.add(telling.step.actor_id)
    for one in due:
        report = one.reach.id
        is_told = message_key(story.id, telling.version, report) in messages
        has_no_page = one.reach.channel in BY_WORD_OF_MOUTH
        if not (is_told or one.is_erased or (has_no_page and report in listed)):
            yield Finding("I12", story.number, f"{where}: the message to report {report} is missing")
        if must_be_called(one.reach, telling.what) and report not in listed | says_it:
            yield Finding("I12", story.number, f"{where}: report {report} is on no call-back list")


def _is_about(call: CallBack, telling: Telling) -> bool:
    """A call that was owed at this step: made by it, or still open from an earlier one."""
    is_open = call.done_at is None or call.done_at >= telling.step.at
    return is_open and (call.kind, call.round) == (telling.what, telling.round)


def _unmade(story: Story, calls: Sequence[CallBack], erased: Set[UUID]) -> Iterator[Finding]:
    """Calls that were struck off the list although nobody spoke with him: neither is he rung up about something newer, nor did he say
    that moment's word himself, nor was what he was to hear taken back.
    """
    heard: set[tuple[UUID, datetime | None]] = {(call.report_id, call.made_at) for call in calls}
    heard |= {(call.report_id, call.done_at) for call in calls if call.outcome in ANSWERS}
    heard |= {(step.actor_id, step.at) for step in story.steps if step.actor_kind == ActorKind.REPORTER}
    taken_back = {step.at for step in story.steps if step.event in UNDONE}
    for call in calls:
        is_due = call.outcome == STRUCK_OFF and call.kind != PLEASE_CONFIRM and call.report_id not in erased
        if is_due and (call.report_id, call.done_at) not in heard and call.done_at not in taken_back:
            what = f"the call to report {call.report_id} ({call.kind}) was struck off unmade"
            yield Finding("I12", story.number, what)


def _is_yes(call: CallBack, telling: Telling) -> bool:
    """The very call in which he said yes."""
    return (call.outcome, call.done_at) == ("satisfied", telling.step.at)
