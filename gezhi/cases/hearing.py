"""Prove I12: whoever must hear of a step of his case has its message, and who is to be rung up stands on the call-back list.

Which steps tell, and whom, is read from the journal; a page of cases costs two queries, however long their stories are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.models import CallBack, CaseReport
from gezhi.cases.telling import BY_WORD_OF_MOUTH, MESSAGE, message_key, must_be_called, what_to_tell
from gezhi.journal import outbox
from gezhi.kernel.actor import ActorKind
from gezhi.kernel.finding import Finding
from gezhi.reports.queries import Reach

PAGE = 500  # cases


class Story(NamedTuple):
    """One case with all its rows of the journal, in order."""

    id: UUID
    number: str
    steps: Sequence[Any]


class Telling(NamedTuple):
    """A step that reporters must hear of. gained: the cases that had joined this one by then."""

    step: Any
    what: str
    version: int
    round: int
    gained: frozenset[str]


class Voice(NamedTuple):
    """A report as it is linked now. origin: the case it opened."""

    case: UUID
    origin: UUID
    reach: Reach
    is_erased: bool


class Beside(NamedTuple):
    """For all cases: the reports that a case opened and that now stand with another, and the calls, made and owed."""

    given: dict[UUID, list[Voice]]
    calls: dict[UUID, list[CallBack]]


def findings(stories: Sequence[Story], known: Beside) -> Iterator[Finding]:
    """Every step of a page of cases, in order of their ids, without its message or its call. 2 queries."""
    if not stories:
        return
    ids = [story.id for story in stories]
    low, high = str(ids[0]), f"{ids[-1]}g"  # "g" stands behind every digit of an id, in every collation
    messages = outbox.keys_between(MESSAGE, low, high)
    voices: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in _voices(CaseReport.objects.filter(case_id__in=ids)):
        voices[voice.case].append(voice)
    for story in stories:
        concerned, calls = voices[story.id] + known.given.get(story.id, []), known.calls.get(story.id, [])
        for telling in tellings(story.steps):
            due = [voice for voice in concerned if _must_hear(voice, story.id, telling)]
            yield from _unheard(story, telling, due, calls, messages)


def tellings(steps: Iterable[Any]) -> Iterator[Telling]:
    """The steps of one story that the reporter hears of: state and round are what the rows before add up to."""
    state, version, round, gained = State.REPORTED.value, 1, 1, frozenset[str]()
    for step in steps:
        source, state = state, step.after.get("state", state)
        version, round = step.after.get("version", version), step.after.get("round", round)
        if step.event == "joined":
            gained |= {step.after.get("gained", "")}
        elif step.event == "released":
            gained -= {step.after.get("released", "")}
        elif what := what_to_tell(step.event, source, state):
            yield Telling(step, what, version, round, gained)
        if step.event == "join":
            gained = frozenset()  # its reports went to the other case, and only its own come back


def beside() -> Beside:
    """What cannot be read along with a page: an index leads to a case's reports, but not to what it gave away. 2 queries."""
    given: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in _voices(CaseReport.objects.exclude(case_id=F("origin_id"))):
        given[voice.origin].append(voice)
    calls: dict[UUID, list[CallBack]] = defaultdict(list)
    for call in CallBack.objects.iterator(chunk_size=2000):
        calls[call.case_id].append(call)
    return Beside(given, calls)


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


def _must_hear(voice: Voice, case: UUID, telling: Telling) -> bool:
    """Whose report opened the case, while it is not joined; and whose came with a case that joined it and stayed."""
    if voice.origin == case:
        return True
    return voice.case == case and str(voice.origin) in telling.gained and telling.what != "joined"


def _is_about(call: CallBack, telling: Telling) -> bool:
    """A call that was owed at this step: made by it, or still open from an earlier one."""
    is_open = call.done_at is None or call.done_at >= telling.step.at
    return is_open and (call.kind, call.round) == (telling.what, telling.round)


def _is_yes(call: CallBack, telling: Telling) -> bool:
    """The very call in which he said yes."""
    return (call.outcome, call.done_at) == ("satisfied", telling.step.at)
