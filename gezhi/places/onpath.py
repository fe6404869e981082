"""Where rows lie, asked of a table: at a place or below it, and by the id at a depth of their path. As the tables' own indexes keep it."""

from django.db import models
from django.db.models import F, Func, Q

from gezhi.places import paths


def within(path: str, of: str = "place_path") -> Q:
    """At the place of this path or below it: a range of paths. of: the column they stand in. "" and "/" are all that have a place."""
    low, high = paths.span(path)
    return Q((f"{of}__gte", low), (f"{of}__lt", high))


def on_path(depth: int) -> Func:
    """The id at this depth of `place_path`, as 32 hex digits; "" above. Its figures are written out, or SQLite finds no index by it."""
    begins = paths.begins(depth) + 1
    return Func(
        F("place_path"), template=f"SUBSTR(%(expressions)s, {begins}, 32)", output_field=models.TextField()
    )


def key(path: str, depth: int) -> str:
    """What `on_path` gives for places below the one at this depth of a path."""
    return paths.ids(path)[depth - 1].hex
