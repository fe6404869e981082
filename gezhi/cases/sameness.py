"""How likely two matters are the same: category, distance, time and words, each with its say. PURE.

Distances: the same building, 30 m inside a compound, 250 m on streets. The weights of words and time were learned from pairs of real
messages (bench/labels/repeats.csv, training part); what the place and the category add was set by hand.
"""

from dataclasses import dataclass
from datetime import datetime
from math import exp, log1p

from gezhi.kernel.geo import Point, metres
from gezhi.reports.likeness import Signs, likeness

IN_A_COMPOUND, ON_STREETS = 30.0, 250.0  # metres
SHOWN_FROM = 0.72  # of the score; below, nobody is bothered
HEAD, WHOLE, DAYS, BASE = 2.2, 2.8, -0.52, 2.1  # learned
OTHER_FAMILY = -2.0
LEAST_WORDS = 0.05  # shared: with less, only the same category at the place makes it worth a look
SAME_SPOT = 0.5  # set by hand
TELLING, SOON_DAYS = 0.2, 3


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared. spot: the building, or the place itself; around: the compound, if it lies in one; "" = unknown. codes: likely leaves."""

    words: Signs
    at: datetime | None = None
    codes: tuple[str, ...] = ()
    spot: str = ""
    around: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Sameness:
    """score 0 … 1; why: same_spot near same_category words soon."""

    score: float
    why: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is worth somebody's look."""
        return self.score >= SHOWN_FROM


def sameness(a: Matter, b: Matter) -> Sameness:
    """Whether one case would solve both."""
    head, whole = likeness(a.words, b.words)
    is_dated = a.at is not None and b.at is not None
    days = abs((a.at - b.at).days) if a.at and b.at else 0
    placed = _place(a, b)
    if placed is None:
        return Sameness(0.0)
    where, near = placed
    what, is_one_category = _category(a, b)
    if whole < LEAST_WORDS and not (near and is_one_category):
        return Sameness(0.0)
    say = BASE + HEAD * head + WHOLE * whole + DAYS * log1p(days) + where + what
    why = (
        near,
        "same_category" if is_one_category else "",
        "words" if max(head, whole) > TELLING else "",
        "soon" if is_dated and days <= SOON_DAYS else "",
    )
    return Sameness(round(1 / (1 + exp(-say)), 3), tuple(filter(None, why)))


def _place(a: Matter, b: Matter) -> tuple[float, str] | None:
    """What the places say, and the reason; None where they lie too far apart."""
    if a.spot and a.spot == b.spot:
        return SAME_SPOT, "same_spot"
    if a.point and b.point:
        within = IN_A_COMPOUND if a.around and b.around else ON_STREETS
        return (0.0, "near") if metres(a.point, b.point) <= within else None
    if a.around and a.around == b.around and (not a.spot or not b.spot or a.around in {a.spot, b.spot}):
        return 0.0, "near"  # one of them names the compound only
    return None if a.spot and b.spot else (0.0, "")


def _category(a: Matter, b: Matter) -> tuple[float, bool]:
    if not a.codes or not b.codes:
        return 0.0, False
    if a.codes[0] == b.codes[0]:
        return 0.0, True
    families = {code[:2] for code in a.codes[:2]} & {code[:2] for code in b.codes[:2]}
    return (0.0, False) if families else (OTHER_FAMILY, False)
