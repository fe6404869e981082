"""Thousands of ids in one statement, as one value: its text hangs on nothing, and no engine's bound on values is met."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL


def among(ids: Iterable[UUID]) -> RawSQL:
    """What stands behind IN: `filter(place_id__in=among(ids))`. For as many as a place or a map may have."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps([one.hex for one in ids])])
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])
