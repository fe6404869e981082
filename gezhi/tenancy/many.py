"""Thousands of ids in one statement, as one value: its text hangs on nothing, and no engine's bound on values is met."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL


def among(ids: Iterable[UUID]) -> RawSQL:
    """What stands behind IN: `filter(place_id__in=among(ids))`. For as many as a place or a map may have."""
    return named(as_text([one.hex for one in ids]))


def as_text(ids: Sequence[str]) -> str:
    """Ids, 32 hexadecimal signs each, as the one value that `named` takes."""
    return json.dumps(ids) if connection.vendor == "sqlite" else "{" + ",".join(ids) + "}"


def named(text: str) -> RawSQL:
    """What stands behind IN of the ids that `as_text` made a text of; a prepared question takes it as a value."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [text])
    return RawSQL("SELECT unnest(%s::uuid[])", [text])
