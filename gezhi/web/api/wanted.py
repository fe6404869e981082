"""What a program may ask of the list of cases: the filters of the desk's list, each with all that it may be."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gezhi.cases.lifecycle import Level, State
from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR
from gezhi.reports.kinds import Channel
from gezhi.web.api.shapes import Code, Limit


def _states(value: Any) -> Any:
    """State by state, each as it is spelled."""
    known = [state.value for state in State]
    if not isinstance(value, str) or any(one not in known for one in value.split(".")):
        expected = {"expected": " ".join(known)}
        raise PydanticCustomError("states", "states of a case with dots between", expected)
    return value


def _as_day(value: Any) -> date:
    """A day as forms write it, within the calendar of the office."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise PydanticCustomError("day", "a day as 2026-03-02", {"first": FIRST_YEAR, "last": LAST_YEAR})
    return found


STATES: Final = "|".join(state.value for state in State)
States = Annotated[
    str,
    BeforeValidator(_states),
    WithJsonSchema({"type": "string", "pattern": rf"^({STATES})(\.({STATES}))*$"}),
]
Day = Annotated[
    date,
    BeforeValidator(_as_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]


class Clock(StrEnum):
    """Of open cases: whose deadline is far, soon or over, or which stand still."""

    SAFE = "safe"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    PAUSED = "paused"


class Round(StrEnum):
    """Times that it was worked on: once, twice or oftener, three times or oftener."""

    FIRST = "1"
    REWORKED = "2"
    REWORKED_TWICE = "3"


class CasesWanted(Limit):
    """As the desk's list is filtered; all that is said holds at once."""

    state: States | None = Field(None, description="One state, or several with dots between: opened.in_hand.")
    place: Code | None = Field(None, description="Code of a place: its subtree.")
    category: Code | None = Field(None, description="Code of a leaf, or of a top class with all its leaves.")
    party: UUID | None = Field(None, description="Who has it.")
    clock: Clock | None = Field(None, description="Of open cases: how its deadline stands now.")
    channel: Channel | None = Field(None, description="The door by which it came.")
    level: Level | None = Field(None, description="Where it is being solved.")
    round: Round | None = Field(
        None, description="1: never worked on anew; 2: worked on anew; 3: twice or oftener."
    )
    since: Day | None = Field(
        None, description="First day of receipt, by the office's own days, as 2026-03-02."
    )
    until: Day | None = Field(None, description="Last day of receipt, that day included.")
    q: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="Words, number, place: as the desk searches."
    )
