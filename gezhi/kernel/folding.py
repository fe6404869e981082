"""How the value of a folded field stands in the journal. PURE."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID


def as_json(value: Any) -> Any:
    """A moment as ISO 8601 in UTC, an id as its text, a choice as its code; all else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    return getattr(value, "value", value)
