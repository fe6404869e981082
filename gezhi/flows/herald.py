"""Follow the sealed journal and write down who must hear of it: notices for the staff, mails and webhooks as errands. Story: ADR 0015.

A move writes its journal row in its own transaction and nothing more for this. The reader holds a cursor: notices, errands and the
cursor's new place are one transaction, so a step is told exactly once however often a worker dies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gezhi.catalogue import queries as catalogue
from gezhi.flows import herald_network as network
from gezhi.flows.fold_news import carry_on, folded
from gezhi.flows.herald_steps import Step, steps_of
from gezhi.journal import outbox
from gezhi.journal.following import read_on
from gezhi.journal.outbox import Following
from gezhi.journal.queries import after_position, sealed_position
from gezhi.notices import actions as notices
from gezhi.notices import events, receivers
from gezhi.notices.actions import Coming
from gezhi.notices.queries import told_until
from gezhi.notices.whom import Concern, concern, settles
from gezhi.parties import mailboxes, robots, wecom
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.tenancy.clock import new_id

MAIL = "mail"  # errand kind; payload: notice, mailbox
TO_USERS = "wecom.notice"  # errand kind; payload: notice
WECOM_ROAD = "wecom"  # all that leaves by the office's application in WeCom
BATCH = 250  # entries: a few ten milliseconds of SQLite's only writer


def catch_up(*, at: datetime) -> int:
    """Read on until nothing is left; each batch is one short transaction. Returns how many entries. Writes nothing when nothing is new."""
    return read_on(partial(_follow, at), is_behind=lambda: told_until() < sealed_position())


@transaction.atomic
def _follow(at: datetime) -> int:
    position = notices.held_position()
    entries = list(after_position(position, BATCH))
    if not entries:
        return 0
    reached = entries[-1].position or position
    cases = {entry.subject_id for entry in entries if entry.subject_kind == "case"}
    new = [step for step in steps_of(cases, reached) if step.position > position]
    coming, settled = _notices(new, at)
    coming, outside = folded(coming, at=at)
    others, over = network.coming_of(entries, position)
    told = [one for one in coming if one.id in outside] + others
    coming = coming + others
    mails = _mails(told, at)
    sent = {coming_id: len(errands) for coming_id, errands in mails.items()}
    left = notices.heads(settled)
    notices.write(
        [replace(one, mails=sent.get(one.id, 0)) for one in coming],
        settled,
        position=reached,
        at=at,
        other_settled=over,
    )
    carry_on(left)
    mailed = (errand for errands in mails.values() for errand in errands)
    outbox.queue(*mailed, *_chats(told, at), *_hooks(new, at))
    return len(entries)


def _notices(new: Sequence[Step], at: datetime) -> tuple[list[Coming], set[UUID]]:
    """What came by these steps, and the cases on which nothing older waits any more."""
    coming: list[Coming] = []
    settled: set[UUID] = set()
    for step in new:
        if step.before and settles(step.before, step.after):
            settled.add(step.case)
            coming = [_over(one) if one.case == step.case else one for one in coming]
        found = concern(step.event, step.before, step.after)
        party = _party(found, step, at) if found else None
        if found and party:
            person = UUID(found.person) if found.person else None
            coming = [_over(one) if (one.case, one.party) == (step.case, party) else one for one in coming]
            coming.append(Coming(new_id(), step.id, step.case, party, found.news, step.at, person, step.by))
    return coming, settled


def _over(one: Coming) -> Coming:
    return replace(one, is_settled=True)


def _party(found: Concern, step: Step, at: datetime) -> UUID | None:
    """The party itself; of what must be approved, that of the nearest officer who covers the place. Never the one complained of."""
    if found.party:
        return UUID(found.party)
    hidden = step.after.get("complained_of_id")
    officers = parties.officers(step.after.get("place_path", ""), at)
    return next((one.party_id for one in officers if str(one.party_id) != hidden), None)


def _mails(coming: Sequence[Coming], at: datetime) -> dict[UUID, list[Following]]:
    """The mails of each notice; none while the office has no mail. 1 query where there is something."""
    if settings.GEZHI_MAIL is None or not coming:
        return {}
    boxes = mailboxes.mailboxes_of(one.party for one in coming)
    return {
        one.id: [
            Following(
                MAIL,
                f"{one.id}:{box.id}",
                at,
                {"notice": str(one.id), "mailbox": str(box.id)},
                (one.about, one.thing),
                mail_road(box.id),
            )
            for box in boxes.get(one.party, [])
        ]
        for one in coming
    }


def _chats(coming: Sequence[Coming], at: datetime) -> list[Following]:
    """Each notice into the party's group chats, and to those of its people who are linked to WeCom. 2 queries where there is something."""
    if not coming:
        return []
    known = robots.robots_of(one.party for one in coming)
    reached = wecom.parties_reached((one.party for one in coming), at=at)
    posted = [
        Following(
            robots.NOTICE,
            f"{one.id}:{robot.id}",
            at,
            {"notice": str(one.id), "robot": str(robot.id)},
            (one.about, one.thing),
            robots.road(robot.id),
        )
        for one in coming
        for robot in known.get(one.party, [])
    ]
    return posted + [
        Following(TO_USERS, str(one.id), at, {"notice": str(one.id)}, (one.about, one.thing), WECOM_ROAD)
        for one in coming
        if one.party in reached
    ]


def mail_road(mailbox: UUID) -> str:
    """The road to a mailbox in the outbox."""
    return f"mail:{mailbox}"


def _hooks(new: Sequence[Step], at: datetime) -> list[Following]:
    """One errand for each step and receiver that asked for its type. 1 query without receivers."""
    told = receivers.receivers(is_on=True)
    typed = [(step, events.type_of(step.event, step.before, step.after)) for step in new] if told else []
    wanted = [(step, type, one) for step, type in typed for one in told if wants(one, step, type)]
    codes = _Codes.of([step.after for step, _, _ in wanted])
    return [
        Following(
            receivers.WEBHOOK,
            hook_key(step.id, one.id),
            at,
            {"type": type, "at": step.at.isoformat(), "data": codes.facts(step.after)},
            ("case", step.case),
            receivers.road(one.id),
        )
        for step, type, one in wanted
    ]


def wants(receiver: receivers.ReceiverRow, step: Step, type: str) -> bool:
    """Whether this receiver is to be told of a step."""
    return type in receiver.events and step.position > receiver.since


def hook_key(entry: UUID, receiver: UUID) -> str:
    """An errand's key: one message per step and receiver. Before the colon stands the id that the receiver sees."""
    return f"{entry}:{receiver}"


class _Codes(NamedTuple):
    """Codes by id as rows of the journal write ids."""

    places: Mapping[str, str]
    categories: Mapping[str, str]
    parties: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> "_Codes":
        """2 queries where there are rows; categories are known."""
        place_ids = {UUID(row["place_id"]) for row in rows if row.get("place_id")}
        party_ids = {UUID(row["lead_id"]) for row in rows}
        category_ids = {row["category_id"] for row in rows if row.get("category_id")}
        return cls(
            {str(id): one.code for id, one in places.by_ids(place_ids).items()} if place_ids else {},
            {id: catalogue.category(UUID(id)).code for id in category_ids},
            {str(id): one.code for id, one in parties.parties_by_ids(party_ids).items()} if rows else {},
        )

    def facts(self, after: Mapping[str, Any]) -> dict[str, Any]:
        return events.facts(
            after,
            place=self.places.get(after.get("place_id") or ""),
            category=self.categories.get(after.get("category_id") or ""),
            party=self.parties.get(after["lead_id"]),
        )
