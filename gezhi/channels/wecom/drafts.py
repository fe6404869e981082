"""Which messages of one sender belong to one report. PURE: rows in the order of their coming, a moment, a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gezhi.channels.wecom.messages import Kind
from gezhi.reports.intake import MOST_PHOTOS

SILENCE: Final = timedelta(minutes=5)
MOST_SIGNS: Final = 4500  # code points; a report takes 5,000 graphemes with what we add
SAYS_SOMETHING: Final = frozenset({Kind.TEXT, Kind.IMAGE})


@dataclass(frozen=True, slots=True)
class Row:
    """One message that waits. payload: messages.Message.payload."""

    id: UUID
    kind: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """Messages that become one report. due: from when on it is complete. is_sent: its sender said so himself."""

    rows: tuple[Row, ...]
    due: datetime
    is_sent: bool

    @property
    def first(self) -> UUID:
        """What a draft is known by, however many messages join it."""
        return self.rows[0].id

    @property
    def says_something(self) -> bool:
        """Whether there are words or a picture; a place alone is no report."""
        return any(row.kind in SAYS_SOMETHING for row in self.rows)

    def media(self) -> list[str]:
        """Numbers of its pictures, each once, in order."""
        return list(dict.fromkeys(row.payload["media"] for row in self.rows if row.kind == Kind.IMAGE))

    def words(self) -> list[str]:
        """What was written, line by line."""
        return [row.payload["text"] for row in self.rows if row.kind == Kind.TEXT and row.payload.get("text")]


def drafts(rows: Iterable[Row]) -> list[Draft]:
    """Rows of one sender, oldest first. A new draft begins after five minutes of silence, after somebody said that it is complete, and when
    a report could take no more.
    """
    found: list[list[Row]] = []
    for row in rows:
        if not found or _is_over(found[-1], row):
            found.append([])
        found[-1].append(row)
    return [_draft(group) for group in found]


def _is_over(group: list[Row], coming: Row) -> bool:
    if group[-1].kind == Kind.SEND or coming.at - group[-1].at > SILENCE:
        return True
    both = [*group, coming]
    pictures = sum(row.kind == Kind.IMAGE for row in both)
    signs = sum(len(row.payload.get("text", "")) + len(row.payload.get("label", "")) + 20 for row in both)
    return pictures > MOST_PHOTOS or signs > MOST_SIGNS


def _draft(group: list[Row]) -> Draft:
    last = group[-1]
    is_sent = last.kind == Kind.SEND
    return Draft(tuple(group), last.at if is_sent else last.at + SILENCE, is_sent)
