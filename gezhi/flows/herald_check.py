"""Prove that whoever had to hear of a step was told: each concern has its notice, each notice its mails, each receiver its messages (I12)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from uuid import UUID

from django.conf import settings

from gezhi.flows import herald_network as network
from gezhi.flows.herald import MAIL, hook_key, wants
from gezhi.flows.herald_steps import Step, steps
from gezhi.journal import outbox
from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.notices import events, queries, receivers
from gezhi.notices.receivers import ReceiverRow
from gezhi.notices.whom import concern
from gezhi.parties import mailboxes, robots

PAGE = 500  # cases
FAILING = timedelta(hours=1)


def findings(at: datetime) -> Iterator[Finding]:
    """Nothing, when all is well."""
    kept = queries.kept_since()
    yield from _steps(kept)
    for kind in network.FOLLOWED:
        yield from _steps_of_things(kind, kept)
    yield from _mails(kept)
    yield from _settings(at)


def _steps(kept: datetime | None) -> Iterator[Finding]:
    """Every step that was read so far; what came before `kept` may have gone by its age. 2 queries a page of cases, and the receivers."""
    since, until = queries.told_since()
    told = receivers.receivers(is_on=True)
    messages = outbox.keys_on([receivers.road(one.id) for one in told], receivers.WEBHOOK) if told else set()
    stories = groupby(entries_of("case"), key=lambda entry: entry.subject_id)
    read = (
        [step for step in steps(case, entries) if since < step.position <= until and not _is_old(step, kept)]
        for case, entries in stories
    )
    while page := list(islice(read, PAGE)):
        yield from _untold([step for story in page for step in story], told, messages)


def _steps_of_things(kind: str, kept: datetime | None) -> Iterator[Finding]:
    """The same of other things than cases, which no program outside is told of. 1 query, 1 more a page of things."""
    since, until = queries.told_since()
    known = network.FOLLOWED[kind].known
    stories = groupby(entries_of(kind), key=lambda entry: entry.subject_id)
    read = (
        [
            step
            for step in steps(thing, entries, known)
            if since < step.position <= until and not _is_old(step, kept)
        ]
        for thing, entries in stories
    )
    while page := list(islice(read, PAGE)):
        read_now = [step for story in page for step in story]
        notices = queries.told_of_things({step.case for step in read_now})
        for step, found in network.untold(kind, read_now, notices):
            where = f"{kind} {step.after.get('number', step.case)}"
            yield Finding("I12", where, f"{step.event}: nobody was told that it is {found.news.value}")


def _is_old(step: Step, kept: datetime | None) -> bool:
    return kept is not None and step.at < kept


def _untold(page: Sequence[Step], told: Sequence[ReceiverRow], messages: set[str]) -> Iterator[Finding]:
    notices = queries.told_of({step.case for step in page})
    anybody = {entry for entry, _ in notices}
    for step in page:
        where = str(step.after.get("number"))
        found = concern(step.event, step.before, step.after)
        party = UUID(found.party) if found and found.party else None
        if found and (step.id not in anybody if party is None else (step.id, party) not in notices):
            yield Finding("I12", where, f"{step.event}: nobody was told that it is {found.news.value}")
        type = events.type_of(step.event, step.before, step.after)
        for one in told:
            if wants(one, step, type) and hook_key(step.id, one.id) not in messages:
                yield Finding("I12", where, f"{step.event}: receiver {one.name} has no message")


def _mails(kept: datetime | None) -> Iterator[Finding]:
    sent = Counter(key.partition(":")[0] for key in outbox.keys_between(MAIL, "0", "g"))
    for notice, mails in queries.mailed(kept):
        if sent[str(notice)] < mails:
            yield Finding(
                "I12", f"notice {notice}", f"{mails - sent[str(notice)]} of {mails} mails are missing"
            )


def _settings(at: datetime) -> Iterator[Finding]:
    if settings.GEZHI_MAIL is None and mailboxes.has_any():
        yield Finding("warning", "GEZHI_MAIL_URL", "is not set: parties have mailboxes, but no mail is sent")
    for robot in robots.failing(since_before=at - FAILING):
        since = f"{robot.failing_since:%Y-%m-%d %H:%M} UTC"
        yield Finding("warning", f"robot …{robot.tail}", f"takes nothing since {since}: {robot.last_error}")
    for one in receivers.receivers():
        if one.gone_at is not None:
            yield Finding("warning", f"receiver {one.name}", "answered 410 Gone and was switched off")
        elif one.failing_since is not None and at - one.failing_since > FAILING:
            since = f"{one.failing_since:%Y-%m-%d %H:%M} UTC"
            yield Finding("warning", f"receiver {one.name}", f"takes nothing since {since}: {one.last_error}")
