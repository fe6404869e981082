"""Prove on live data that no rule leads to a closed party (I1), that the journal tells every version, and that cases went by them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.parties.days import local_day
from gezhi.routing.actions import KIND, TOLD
from gezhi.routing.models import RoutingRule

GRACE = timedelta(minutes=1)  # a request that began before a change may end after it


def findings() -> Iterator[Finding]:
    """Nothing, when all is well. 4 queries, 2 of them streamed."""
    yield from _ends()
    rows = {row.id: row for row in RoutingRule.objects.select_related("party")}
    yield from _versions(rows)
    yield from _dispatches(rows)


def _ends() -> Iterator[Finding]:
    """I1: a rule in force leads to an open party. (The next rule is asked meanwhile, so no case goes there.)"""
    closed = RoutingRule.objects.filter(valid_to=None, party__closed_on__isnull=False)
    for name, code in closed.values_list("name", "party__code"):
        yield Finding("I1", f"routing rule {name}", f"leads to {code}, which is closed")


def _versions(rows: dict[UUID, RoutingRule]) -> Iterator[Finding]:
    """I9: each version stands in the journal as it is stored, and each ended when the journal says so."""
    told: dict[UUID, tuple[dict[str, Any], str | None]] = {}
    for _, entries in groupby(entries_of(KIND), key=lambda entry: entry.subject_id):
        state: dict[str, Any] = {}
        for entry in entries:
            ends = entry.after.get("valid_from") or entry.after.get("valid_to")
            if state:
                told[UUID(state["row"])] = (state, ends)
            state = state | entry.after
            if "row" in entry.after:
                told[UUID(state["row"])] = (state, None)
    for id, row in rows.items():
        state, ends = told.pop(id, ({}, None))
        if not state:
            yield Finding("I9", f"routing rule {row.name}", f"version {id} is not in the journal")
        elif {name: state[name] for name in TOLD} != {name: _plain(getattr(row, name)) for name in TOLD}:
            yield Finding("I9", f"routing rule {row.name}", f"version {id} is not what the journal says")
        elif (state["valid_from"], ends) != (_plain(row.valid_from), _plain(row.valid_to)):
            yield Finding("I9", f"routing rule {row.name}", f"version {id} holds at other times than it says")
    for id in told:
        yield Finding("I9", f"routing rule {id}", "stands in the journal but not among the rules")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _dispatches(rows: dict[UUID, RoutingRule]) -> Iterator[Finding]:
    """I1: what went by a rule went by one that held then, to the party it names, which was open. 1 streamed query."""
    for entry in entries_of("case", "dispatch"):
        if (id := entry.after.get("rule")) is None:
            continue
        row, case = rows.get(UUID(id)), f"case {entry.subject_id}"
        if row is None:
            yield Finding("I9", case, f"was dispatched by rule {id}, which is not there")
            continue
        if entry.at < row.valid_from or (row.valid_to is not None and entry.at > row.valid_to + GRACE):
            yield Finding("I9", case, f"was dispatched by {row.name} when that did not hold")
        lead = entry.after.get("lead_id")
        if row.party is None or lead is None:
            continue
        if UUID(lead) != row.party_id:
            yield Finding("I1", case, f"went by {row.name} to another party than that names")
        if row.party.closed_on is not None and row.party.closed_on <= local_day(entry.at):
            yield Finding("I1", case, f"went by {row.name} to {row.party.code}, which was closed")
