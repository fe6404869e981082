"""What a stranger asks the public face for: a place, a family of categories, a month. Nothing of who asks is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import pgettext

from gezhi.cases import face
from gezhi.cases.face import FaceRow
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.months import back_from, written
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.web import limits
from gezhi.web.asked import Asked
from gezhi.web.public import trust
from gezhi.web.public.home import LONGEST_SEARCH
from gezhi.web.words import language

ASKED_PER_TEN_MINUTES = 600  # of one address, which many share; panning asks, too
MONTHS = 13  # that a year back from today touches
PART_OF_CODE = 40


@dataclass(frozen=True, slots=True)
class Question:
    """typed: what stood in the box of the place; place: what it means, None of nothing or of nothing known. family: code of a top class; month: "2026-03"."""

    typed: str
    place: PlaceRow | None
    family: str
    month: str

    @property
    def path(self) -> str:
        """From where on is told: a stairwell is asked for as its building. 1 query for a spot, else none."""
        return trust.open_path(self.place) if self.place else ""

    @property
    def is_unknown(self) -> bool:
        return bool(self.typed) and self.place is None

    def query(self, **changes: Any) -> str:
        """For a link to the same."""
        whole = {"place": self.typed, "family": self.family, "month": self.month, **changes}
        said = {name: value for name, value in whole.items() if value}
        return f"?{urlencode(said)}" if said else ""

    def of(self, rows: tuple[FaceRow, ...]) -> list[FaceRow]:
        """Those it asks for. 1 query for a spot, else none."""
        ids = catalogue.covered_by(self.family) if self.family else None
        return face.narrowed(rows, path=self.path, category_ids=ids, month=self.month)


def opened(request: Asked, what: str) -> None:
    """Raises NotFound where the office has no public face, TooOften."""
    if not face.is_shown():
        raise NotFound("public_face")
    limits.count(what, limits.address(request), most=ASKED_PER_TEN_MINUTES, minutes=10, at=request.now)


def question(request: Asked, today: date) -> Question:
    """What it does not know it leaves out. 1 query for a code, 4 at most for the words of a place, none without."""
    typed = request.GET.get("place", "").strip()[:LONGEST_SEARCH]
    family, month = request.GET.get("family", ""), request.GET.get("month", "")
    known = {one.code for one in families()}
    return Question(
        typed, meant(typed), family if family in known else "", month if month in months(today) else ""
    )


def meant(typed: str) -> PlaceRow | None:
    """The place of a code, else the one that the words mean best."""
    if not typed:
        return None
    if typed.isascii() and len(typed) <= PART_OF_CODE:
        try:
            return places.by_code(typed)
        except NotFound:
            pass
    return next(iter(places.find(typed, 1)), None)


def families() -> list[Any]:
    """The top classes of which a stranger may see anything. No query as a rule."""
    return [
        top
        for top in catalogue.tops()
        if any(not (leaf.refer_out or leaf.complains_of_party) for leaf in catalogue.leaves(top.id))
    ]


def family_options(chosen: str) -> list[dict[str, Any]]:
    """For a list to choose from."""
    return [
        {"code": one.code, "name": one.plain_label(language()), "chosen": one.code == chosen}
        for one in families()
    ]


def months(today: date) -> list[str]:
    """The months that a year back from today touches, the running one first."""
    return [written(one) for one in back_from(today, MONTHS)]


def step_words(row: FaceRow) -> str:
    """The plain step, as strangers are told."""
    return pgettext("step", "正在办") if row.is_open else pgettext("step", "办好了")
