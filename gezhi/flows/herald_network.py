"""Whom the steps of other things than cases concern: one row a kind of thing. The pure functions lie in the package of the kind."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from gezhi.cases.network import queries as cases
from gezhi.flows.herald_steps import Step, steps_of
from gezhi.notices.actions import Coming
from gezhi.notices.whom import Concern, Row
from gezhi.tenancy.clock import new_id
from gezhi.work import fold as tasks
from gezhi.work import whom


class Followed(NamedTuple):
    """known: fields the journal is folded to. concerns: whom a step concerns; a party "" is whoever set the thing.

    settles: whether what came before waits no more. owners: by thing's id who set it, a party's id, asked of the last rows.
    """

    known: frozenset[str]
    concerns: Callable[[str, Row, Row], list[Concern]]
    settles: Callable[[Row, Row], bool]
    owners: Callable[[Mapping[UUID, Row]], Mapping[UUID, UUID]]


def _owners_of_tasks(rows: Mapping[UUID, Row]) -> Mapping[UUID, UUID]:
    """Whoever set a task: its case's lead as that is now, or its owner. 1 query where one is of a case."""
    leads = cases.leads({UUID(row["case_id"]) for row in rows.values() if row.get("case_id")})
    return {
        id: leads[UUID(row["case_id"])] if row.get("case_id") else UUID(row["owner_id"])
        for id, row in rows.items()
    }


FOLLOWED: Final[dict[str, Followed]] = {
    "task": Followed(frozenset(tasks.FOLDED), whom.concerns, whom.settles, _owners_of_tasks)
}


def coming_of(entries: Sequence[Any], position: int) -> tuple[list[Coming], set[UUID]]:
    """The notices of these journal rows, which lie behind a position, and the things on which nothing older waits. 2 queries a kind that
    is among them, else none.
    """
    coming: list[Coming] = []
    settled: set[UUID] = set()
    for kind in sorted({entry.subject_kind for entry in entries} & set(FOLLOWED)):
        ids = {entry.subject_id for entry in entries if entry.subject_kind == kind}
        steps = list(steps_of(ids, entries[-1].position, kind=kind, known=FOLLOWED[kind].known))
        found, over = _of_kind(kind, [step for step in steps if step.position > position])
        coming, settled = coming + found, settled | over
    return coming, settled


def _of_kind(kind: str, new: Sequence[Step]) -> tuple[list[Coming], set[UUID]]:
    followed, coming, settled = FOLLOWED[kind], list[Coming](), set[UUID]()
    owners = followed.owners({step.case: step.after for step in new})
    for step in new:
        if step.before and followed.settles(step.before, step.after):
            settled.add(step.case)
            coming = [_over(one) if one.about_id == step.case else one for one in coming]
        for found, party in _told(followed, step, owners):
            person = UUID(found.person) if found.person else None
            older = (step.case, party)
            coming = [_over(one) if (one.about_id, one.party) == older else one for one in coming]
            coming.append(
                Coming(
                    *(new_id(), step.id, None, party, found.news, step.at, person, step.by),
                    about=kind,
                    about_id=step.case,
                )
            )
    return coming, settled


def _told(followed: Followed, step: Step, owners: Mapping[UUID, UUID]) -> Iterator[tuple[Concern, UUID]]:
    """Each party once: a step that concerns one twice is one notice."""
    told: set[UUID] = set()
    for found in followed.concerns(step.event, step.before, step.after):
        party = UUID(found.party) if found.party else owners.get(step.case)
        if party is not None and party not in told:
            told.add(party)
            yield found, party


def _over(one: Coming) -> Coming:
    return replace(one, is_settled=True)


def untold(
    kind: str, page: Iterable[Step], notices: Collection[tuple[UUID, UUID]]
) -> Iterator[tuple[Step, Concern]]:
    """Steps of which somebody has no notice, and which. For `herald_check`."""
    anybody = {entry for entry, _ in notices}
    for step in page:
        for found in FOLLOWED[kind].concerns(step.event, step.before, step.after):
            is_told = (step.id, UUID(found.party)) in notices if found.party else step.id in anybody
            if not is_told:
                yield step, found
