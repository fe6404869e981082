"""The versions of rules as they are written: which are open, how one ends and the next begins, and what the journal keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms

KIND = "routing_rule"
TOLD = ("rank", *Terms(name="").columns())


class Open(NamedTuple):
    """The rows of one rule that has not ended: the version in force (None before the first begins), and the one ahead of it."""

    line: UUID
    now: RoutingRule | None
    ahead: RoutingRule | None

    @property
    def rank(self) -> int:
        """Its place in the order: both versions have the same."""
        return next(row.rank for row in (self.now, self.ahead) if row)

    @property
    def changes_at(self) -> datetime | None:
        """When another version, or nothing, is to follow."""
        if self.ahead is not None:
            return self.ahead.valid_from
        return self.now.valid_to if self.now else None


def open_rows(at: datetime) -> QuerySet[RoutingRule]:
    """Versions that hold or are to hold; what was taken back before its day is none of them."""
    ends_later = Q(valid_to__gt=at) & ~Q(valid_to=F("valid_from"))
    return RoutingRule.objects.filter(Q(valid_to=None) | ends_later).order_by("rank", "valid_from")


def opened(at: datetime) -> list[Open]:
    """Every rule that holds or is to begin, by rank, its rows locked. 1 query."""
    lines: dict[UUID, Open] = {}
    for row in open_rows(at).select_for_update(no_key=True):
        found = lines.setdefault(row.line, Open(row.line, None, None))
        has_begun = row.valid_from <= at
        lines[row.line] = found._replace(now=row) if has_begun else found._replace(ahead=row)
    return list(lines.values())


@dataclass
class Change:
    """One deed on one rule while it is being done. Whatever moves an end here stands in the journal as such."""

    line: UUID
    event: str
    _before: dict[str, Any] = field(default_factory=dict)
    _after: dict[str, Any] = field(default_factory=dict)
    _ends: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def end(self, row: RoutingRule, moment: datetime | None) -> None:
        """It holds until then; None takes an end that lies ahead back."""
        self._ends[str(row.id)] = (_plain(row.valid_to), _plain(moment))
        row.valid_to = moment
        row.save(update_fields=["valid_to"])

    def begin(
        self,
        columns: Mapping[str, Any],
        begins: datetime,
        *,
        until: datetime | None = None,
        instead_of: RoutingRule | None = None,
    ) -> UUID:
        """A version from then on; the journal gets what differs from the one it stands instead of."""
        old = told(instead_of) if instead_of else {}
        row: RoutingRule = RoutingRule.objects.create(
            line=self.line, valid_from=begins, valid_to=until, **columns
        )
        if until is not None:
            self._ends[str(row.id)] = (None, _plain(until))
        new = told(row)
        differs = [name for name in new if name not in old or old[name] != new[name] or name == "valid_from"]
        self._before |= {name: old[name] for name in differs if name in old}
        self._after |= {name: new[name] for name in differs}
        id: UUID = row.id
        return id

    def write(self, *, actor: Actor, at: datetime) -> None:
        """Into the journal."""
        before, after = dict(self._before), dict(self._after)
        if self._ends:
            before["ends"] = {id: old for id, (old, _) in self._ends.items()}
            after["ends"] = {id: new for id, (_, new) in self._ends.items()}
        deed = Deed(KIND, self.line, self.event, before, after, is_first=self.event == "add")
        record(deed, actor=actor, at=at)


def columns_of(row: RoutingRule) -> dict[str, Any]:
    """What a version says, and its place in the order."""
    return {name: getattr(row, name) for name in TOLD}


def told(row: RoutingRule) -> dict[str, Any]:
    """What the journal keeps of a version."""
    return {"row": row.id, **columns_of(row), "valid_from": row.valid_from}


def _plain(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
