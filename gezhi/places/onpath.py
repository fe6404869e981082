"""The id that stands at a depth of a path, as the tables' own indexes keep it."""

from django.db import models
from django.db.models import F, Func

from gezhi.places import paths

COMPOUND, BUILDING = 4, 5  # depths: district, subdistrict, community, compound (or street, market), building


def on_path(depth: int) -> Func:
    """The id at this depth of `place_path`, as 32 hex digits; "" above. Its figures are written out, or SQLite finds no index by it."""
    begins = paths.begins(depth) + 1
    return Func(
        F("place_path"), template=f"SUBSTR(%(expressions)s, {begins}, 32)", output_field=models.TextField()
    )


def key(path: str, depth: int) -> str:
    """What `on_path` gives for places below the one at this depth of a path."""
    return paths.ids(path)[depth - 1].hex
