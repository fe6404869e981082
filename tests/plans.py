"""SQLite's plan of a question, in its own words: which index it walks along.

Only SQLite is asked: told of its tables the same in every office (tenancy/engines/sqlite/plans.py), it plans for a handful of rows as for a
million. PostgreSQL plans by the rows there are, and reads a table of ten from end to end, whatever indexes it has.
"""

from typing import Any

import pytest
from django.db import connection

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by the rows there are: a handful needs no index"
)


def plan(rows: Any) -> str:
    """What SQLite would do. rows: a queryset, not asked yet."""
    return str(rows.explain())
