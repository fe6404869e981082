"""The columns of the ledger by a name that stays, whatever their heads are called in a language; and which fields of a line each looks at."""

from collections.abc import Mapping
from typing import Final

from gezhi.ledger.columns import COLUMNS, Column

KEYS: Final = (
    "number", "state", "received_at", "place", "category", "matter", "party", "fix_due", "done_at", "fixed_on_time",
    "closed_at", "ending", "said_at", "channel", "community", "grid", "category_code", "condition", "level", "held_by",
    "accepted_at", "dispatched_at", "taken_at", "checked_at", "confirmed_at", "make_safe_due", "made_safe_at",
    "made_safe_on_time", "paused_minutes", "reason", "verdict", "is_checked_by_another", "returns", "round", "urges",
    "pictures_before", "pictures_after", "came_back", "came_back_from", "split_from", "joined_into",
)  # fmt: skip
BY_KEY: Final[Mapping[str, Column]] = dict(zip(KEYS, COLUMNS, strict=True))
LATE: Final = "fixed_late"  # 处置按时 the other way round, as superiors ask: 是否超期
KEY_OF: Final[Mapping[int, str]] = {id(column): key for key, column in BY_KEY.items()}
# Of columns whose words are looked up: the fields that point to them.
LOOKED_UP: Final[Mapping[str, frozenset[str]]] = {
    "place": frozenset({"place_id"}),
    "community": frozenset({"place_path"}),
    "grid": frozenset({"grid_id"}),
    "category": frozenset({"category_id"}),
    "category_code": frozenset({"category_id"}),
    "condition": frozenset({"condition_id"}),
    "party": frozenset({"lead_id"}),
    "held_by": frozenset({"held_by"}),
    "reason": frozenset({"ending", "closed_at"}),
    "came_back_from": frozenset({"came_back_from_id"}),
    "split_from": frozenset({"split_from_id"}),
    "joined_into": frozenset({"joined_into_id"}),
}
