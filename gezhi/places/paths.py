"""Where a place stands in the tree, as text: `/<hex>/<hex>/`, the ids from the root to the place itself. Pure.

A subtree is a range: `path >= low and path < high`. Ids are 32 hex digits, so `g` closes the range under
every collation; `/` or `0` would not under those that weigh punctuation last.
"""

from uuid import UUID

ROOT = "/"
_STEP = 33  # 32 digits and a stroke
# depths: below district and subdistrict the community, the compound (or street, or market), the building
COMMUNITY, COMPOUND, BUILDING = 3, 4, 5


def joined(parent_path: str, id: UUID) -> str:
    """The path of a place under a parent (ROOT or "" for the root of the tree)."""
    return f"{parent_path or ROOT}{id.hex}/"


def ids(path: str) -> list[UUID]:
    """The ids on a path, root first, the place itself last."""
    return [UUID(hex=part) for part in path.split("/") if part]


def depth(path: str) -> int:
    """How many ids are on a path; 0 for "" and "/". No id is parsed."""
    return len(path) // _STEP


def end(path: str) -> UUID | None:
    """The place that a path leads to, None for "" and "/"."""
    return UUID(hex=path[-_STEP:-1]) if depth(path) else None


def begins(depth: int) -> int:
    """At which sign of a path the id of this depth begins, counted from 0; the root's depth is 1."""
    return 1 + _STEP * (depth - 1)


def above(path: str) -> list[str]:
    """The paths of the places above this one, root first. No id is parsed."""
    return [path[: 1 + _STEP * n] for n in range(1, depth(path))]


def span(path: str) -> tuple[str, str]:
    """(low, high): every path in the subtree of `path`, itself included, is >= low and < high. "" and "/" = all."""
    low = path or ROOT
    return low, f"{low}g"


def is_within(path: str, area: str) -> bool:
    """Whether a path is in the subtree of an area ("/" holds all, "" nothing)."""
    return bool(area) and path.startswith(area)


def community_id(path: str) -> UUID | None:
    """The community that a path goes through, None above it."""
    on_path = path.split("/")  # "", then the ids, then ""
    return UUID(hex=on_path[COMMUNITY]) if len(on_path) > COMMUNITY + 1 else None


def upper(path: str, depth: int) -> str:
    """The path as far as its first `depth` ids; itself when it is no longer."""
    return "/".join(path.split("/")[: depth + 1]).rstrip("/") + "/"
