"""What a rule says, as somebody writes it down, and whether it can be said."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.parties import names
from gezhi.parties import queries as parties
from gezhi.parties.kinds import PartyKind
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.routing.match import MINUTES_OF_A_DAY, is_day


@dataclass(frozen=True, slots=True)
class Terms:
    """The columns of a rule that its keeper decides; their meaning: routing.match.Rule."""

    name: str
    place: UUID | None = None
    place_kind: str = ""
    category: UUID | None = None
    condition: UUID | None = None
    hour_from: int | None = None
    hour_to: int | None = None
    season_from: int | None = None
    season_to: int | None = None
    party: UUID | None = None
    party_kind: str = ""
    is_automatic: bool = False

    def checked(self) -> "Terms":
        """The same with its name tidied; a condition brings its category along. 1 query for the place, 1 for the party.

        Raises Invalid (name, place, place_kind, category, condition, hour_to, season_from, season_to, party, party_kind) and Missing.
        """
        _refuse_half("hour_to", self.hour_from, self.hour_to)
        _refuse_half("season_to", self.season_from, self.season_to)
        if self.hour_from is not None and self.hour_from == self.hour_to:
            raise Invalid("hour_to", "same_hour")
        for field in ("hour_from", "hour_to"):
            if not 0 <= (getattr(self, field) or 0) < MINUTES_OF_A_DAY:
                raise Invalid(field, "not_allowed")
        for field in ("season_from", "season_to"):
            if (day := getattr(self, field)) is not None and not is_day(day):
                raise Invalid(field, "not_a_day")
        if self.place_kind and self.place_kind not in Kind.values:
            raise Invalid("place_kind", "unknown")
        if self.place is not None and not places.by_ids([self.place]):
            raise Invalid("place", "unknown")
        self._refuse_target()
        return replace(self, name=names.name(self.name), category=self._category())

    def _refuse_target(self) -> None:
        """One party that is open, or one kind of them."""
        if self.party is None and not self.party_kind:
            raise Missing(["party"])
        if self.party is not None and self.party_kind:
            raise Invalid("party_kind", "one_of_both")
        if self.party_kind and self.party_kind not in PartyKind.values:
            raise Invalid("party_kind", "unknown")
        if self.party is not None:
            found = parties.parties_by_ids([self.party]).get(self.party)
            if found is None or found.closed_on is not None:
                raise Invalid("party", "closed" if found else "unknown")

    def _category(self) -> UUID | None:
        try:
            under = catalogue.condition(self.condition).category_id if self.condition else None
            if self.category is not None and catalogue.category(self.category).refer_out:
                raise Invalid("category", "refer_out")
        except NotFound:
            raise Invalid("category", "unknown") from None
        if under is not None and self.category not in {None, under}:
            raise Invalid("condition", "of_another_category")
        return under or self.category

    def columns(self) -> dict[str, Any]:
        """By the names that the table and the journal use."""
        keys = {"place", "category", "condition", "party"}
        return {f"{name}_id" if name in keys else name: value for name, value in asdict(self).items()}


def _refuse_half(field: str, begin: int | None, end: int | None) -> None:
    if (begin is None) != (end is None):
        raise Invalid(field, "half")
