"""Prove on live data that no rule leads to a closed party (I1), that the journal tells every version, and that cases went by them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.parties.days import local_day
from gezhi.routing.models import RoutingRule
from gezhi.routing.versions import KIND, TOLD, open_rows

GRACE = timedelta(minutes=1)  # a request that began before a change may end after it


def findings(at: datetime) -> Iterator[Finding]:
    """Nothing, when all is well. 4 queries, 2 of them streamed."""
    yield from _ends(at)
    rows = {row.id: row for row in RoutingRule.objects.select_related("party")}
    yield from _versions(rows)
    yield from _one_at_a_time(rows.values())
    yield from _dispatches(rows)


def _ends(at: datetime) -> Iterator[Finding]:
    """I1: a rule that holds or is to begin leads to an open party. (The next rule is asked meanwhile, so no case goes there.)"""
    closed = open_rows(at).filter(party__closed_on__isnull=False)
    for name, code in closed.values_list("name", "party__code"):
        yield Finding("I1", f"routing rule {name}", f"leads to {code}, which is closed")


@dataclass
class _Told:
    """One version by the journal: what it says, and when it ends."""

    state: dict[str, Any]
    ends: str | None = None


def _versions(rows: dict[UUID, RoutingRule]) -> Iterator[Finding]:
    """I9: each version stands in the journal as it is stored, and each ends when the journal says so."""
    told: dict[str, _Told] = {}
    for _, entries in groupby(entries_of(KIND), key=lambda entry: entry.subject_id):
        told |= _replayed(entries)
    for id, row in rows.items():
        found = told.pop(str(id), None)
        if found is None:
            yield Finding("I9", f"routing rule {row.name}", f"version {id} is not in the journal")
        elif {name: found.state[name] for name in TOLD} != {
            name: _plain(getattr(row, name)) for name in TOLD
        }:
            yield Finding("I9", f"routing rule {row.name}", f"version {id} is not what the journal says")
        elif (found.state["valid_from"], found.ends) != (_plain(row.valid_from), _plain(row.valid_to)):
            yield Finding("I9", f"routing rule {row.name}", f"version {id} holds at other times than it says")
    for gone in told:
        yield Finding("I9", f"routing rule {gone}", "stands in the journal but not among the rules")


def _replayed(entries: Iterable[Any]) -> dict[str, _Told]:
    """The versions of one rule by what was written of it, oldest deed first.

    Deeds from before a rule could begin on a later day do not say which version they end: the last one, at once.
    """
    told: dict[str, _Told] = {}
    last = ""
    for entry in entries:
        after = dict(entry.after)
        ends = after.pop("ends", None)
        if ends is None:
            ends = {last: after.get("valid_from") or after.get("valid_to")} if last else {}
        if row := after.get("row"):
            before = told.get(entry.before.get("row"))
            told[row], last = _Told((before.state if before else {}) | after), row
        for id in ends.keys() & told.keys():
            told[id].ends = ends[id]
    return told


def _one_at_a_time(rows: Iterable[RoutingRule]) -> Iterator[Finding]:
    """I9: at any moment a rule has one version, and a place in the order one rule. The database guards only those without an end."""
    held = sorted((row for row in rows if row.valid_from != row.valid_to), key=lambda row: row.valid_from)
    lines: dict[UUID, RoutingRule] = {}
    ranks: dict[int, RoutingRule] = {}
    for row in held:
        before, beside = lines.get(row.line), ranks.get(row.rank)
        if before and _goes_on(before, row.valid_from):
            yield Finding(
                "I9", f"routing rule {row.name}", f"version {row.id} begins while {before.id} holds"
            )
        elif beside and _goes_on(beside, row.valid_from):
            yield Finding("I9", f"routing rule {row.name}", f"stands where {beside.name} stands")
        lines[row.line] = ranks[row.rank] = row


def _goes_on(row: RoutingRule, moment: datetime) -> bool:
    return row.valid_to is None or row.valid_to > moment


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
