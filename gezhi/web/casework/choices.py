"""What the form of a move offers to choose from, worked out only when it is shown."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

Group = tuple[str, Sequence[tuple[str, str]]]


class Parties(NamedTuple):
    """Whom it may go to: near ones as chips, the others by kind; why the one that is chosen already is."""

    near: Sequence[dict[str, Any]] = ()
    others: Sequence[Group] = ()
    why: str = ""


class Choices:
    """What the form offers to choose from, looked up when it is shown; a form that goes through asks for nothing.

    near: parties as chips; others: the rest of them by kind; why: the chosen one is; into: cases nearby; later: deadlines to
    ask for; people: who of the party; reports: those that a split may take along; again: cases solved at the spot before, as chips with "no" behind them.
    suggested: categories and places that the case's words speak of, as chips. deadline: how it stands now, in words. proof: kinds that a closing proof asks for.
    """

    def __init__(
        self,
        parties: Callable[[], Parties] = Parties,
        into: Callable[[], Sequence[dict[str, Any]]] = tuple,
        later: Callable[[], Sequence[dict[str, Any]]] = tuple,
        reports: Callable[[], Sequence[dict[str, Any]]] = tuple,
        again: Callable[[], Sequence[dict[str, Any]]] = tuple,
        suggested: Callable[[], dict[str, Any]] = dict,
        people: Callable[[], Sequence[tuple[str, str]]] = tuple,
        deadline: str = "",
        proof: frozenset[str] = frozenset(),
    ) -> None:
        self._ask_parties, self._ask_into, self._ask_later = parties, into, later
        self._ask_reports, self._ask_again, self._ask_suggested = reports, again, suggested
        self._ask_people, self.deadline, self.proof = people, deadline, proof

    @cached_property
    def _parties(self) -> Parties:
        return self._ask_parties()

    @property
    def near(self) -> Sequence[dict[str, Any]]:
        return self._parties.near

    @property
    def others(self) -> Sequence[Group]:
        return self._parties.others

    @property
    def why(self) -> str:
        """Why the party that is chosen already is."""
        return self._parties.why

    @cached_property
    def into(self) -> Sequence[dict[str, Any]]:
        return self._ask_into()

    @cached_property
    def people(self) -> Sequence[tuple[str, str]]:
        return self._ask_people()

    @cached_property
    def later(self) -> Sequence[dict[str, Any]]:
        return self._ask_later()

    @cached_property
    def reports(self) -> Sequence[dict[str, Any]]:
        return self._ask_reports()

    @cached_property
    def again(self) -> Sequence[dict[str, Any]]:
        return self._ask_again()

    @cached_property
    def suggested(self) -> dict[str, Any]:
        return self._ask_suggested()
