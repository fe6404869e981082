"""What is asked of a list of cases, as its query string says it. PURE: whether there is such a category or place is judged by whoever knows.

One question has one spelling: what is read and written again is the same text, and so a view is kept as its query string.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode
from uuid import UUID

FIELDS = (
    "q", "place", "state", "category", "party", "clock", "channel", "level", "round", "since", "until", "order", "box",
)  # fmt: skip
# answers of a form that has a box for each, and with dots between them in a link
SEVERAL = frozenset({"state"})
_BETWEEN = re.compile(r"[.,\s]")
MOST_SIGNS = 100  # of a value
MOST_QUERY = 4000  # of a whole query string
DEFAULT_VIEW = "open"
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Question:
    """view: which of the desk's own lists it begins with. typed: every field, "" where nothing is asked."""

    view: str
    typed: Mapping[str, str]

    @property
    def states(self) -> tuple[str, ...]:
        """What is asked for of states, each by itself."""
        return tuple(filter(None, self.typed["state"].split(".")))

    def changed(self, **changes: str) -> "Question":
        """The same with other values."""
        return replace(self, typed={**self.typed, **changes})

    def written(self, **more: object) -> str:
        """`view=…&q=…`, empty values left out; more: what a link says besides."""
        said = {"view": self.view, **self.typed, **more}
        return urlencode({name: value for name, value in said.items() if value not in ("", None)})


def read(said: Mapping[str, Sequence[str]]) -> Question:
    """The question of an address or a form, name → its values; whatever else stands there is left."""
    views = said.get("view") or [DEFAULT_VIEW]
    return Question(
        _tidy(views[-1]) or DEFAULT_VIEW, {name: _one(name, said.get(name, ())) for name in FIELDS}
    )


def read_text(query: str) -> Question:
    """The question of a query string."""
    return read(parse_qs(query[:MOST_QUERY]))


def _one(name: str, values: Sequence[str]) -> str:
    if name in SEVERAL:
        each = {_tidy(value) for said in values for value in _BETWEEN.split(said)}
        return ".".join(sorted(filter(None, each)))[:MOST_SIGNS].strip(".")
    return _tidy(values[-1]) if values else ""


def _tidy(value: str) -> str:
    return value.replace("\0", "").strip()[:MOST_SIGNS]


def day(text: str) -> date | None:
    """A day as the browser's picker writes it; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


class Mark(NamedTuple):
    """From behind which row a page goes on; in an address `after`, or `before` where it goes backwards. page: which one that is, 0 where nobody knows."""

    section: int
    at: datetime
    id: UUID
    page: int = 0


def mark(section: int, at: datetime, id: UUID, page: int = 0) -> str:
    """As an address says it: part, microseconds, id, page."""
    since = at - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{section}.{micros}.{id.hex}" + (f".{page}" if page else "")


def marked(text: str) -> Mark | None:
    """The row that an address says; None for what is none."""
    try:
        section, micros, id, *rest_of_it = text.split(".", 3)
        page = int(rest_of_it[0][:5]) if rest_of_it else 0
        spot = UUID(hex=id)
        seconds, rest = divmod(int(micros[:20]), 1_000_000)
        at = datetime.fromtimestamp(seconds, _EPOCH.tzinfo).replace(microsecond=rest)
        return Mark(int(section[:2]), at, spot, max(0, page))
    except (ValueError, OverflowError, OSError):
        return None
