"""What goes in and out, as OpenAPI describes it. What is not named here is refused on the way in and never sent out."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, WithJsonSchema

from gezhi.cases.lifecycle import Ending, State

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def _as_rfc_3339(value: Any) -> Any:
    """A text in the one way RFC 3339 writes moments; numbers and half moments are read differently by everybody."""
    if value is not None and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("not RFC 3339")
    return value


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL takes no offset beyond 15:59, and both engines keep UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("out of the calendar") from beyond


Code = Annotated[str, Field(min_length=1, max_length=40)]
Moment = Annotated[AwareDatetime, BeforeValidator(_as_rfc_3339), AfterValidator(_in_utc)]
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Point = Annotated[list[Degrees], Field(min_length=2, max_length=2)]
Whole = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Version = Annotated[int, Field(strict=True, ge=1, le=2_147_483_647)]
Key = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^[\x21-\x7e]{16,255}$"})
]  # judged by reports.intake
Pictures = Annotated[list[UUID], Field(max_length=9)]


class Sent(Schema):
    """Something a program sends: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Event(StrEnum):
    """The moves of design §7."""

    ACCEPT = "accept"
    ASK = "ask"
    ANSWER = "answer"
    JOIN = "join"
    UNDO_JOIN = "undo_join"
    DECLINE = "decline"
    DISPATCH = "dispatch"
    UNDO_DISPATCH = "undo_dispatch"
    TAKE = "take"
    RETURN = "return"
    DONE = "done"
    RAISE = "raise"
    PUT_TO_MEETING = "put_to_meeting"
    REQUEST_EXTENSION = "request_extension"
    APPROVE_EXTENSION = "approve_extension"
    CARRY_FORWARD = "carry_forward"
    NOT_FOUND = "not_found"
    NOT_OURS = "not_ours"
    WONT_DO = "wont_do"
    PASS_CHECK = "pass_check"
    FAIL_CHECK = "fail_check"
    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    REOPEN = "reopen"
    SOLVE_ON_SPOT = "solve_on_spot"


class Step(StrEnum):
    """The four plain steps of the reporter."""

    RECEIVED = "received"
    BEING_SOLVED = "being_solved"
    PLEASE_CONFIRM = "please_confirm"
    DONE = "done"


class ReportIn(Sent):
    text: str = Field("", description="At most 5,000 graphemes. Words or evidence, one of them at least.")
    place: Code | None = Field(None, description="Code of a place, as on its poster.")
    fixture: Code | None = Field(
        None,
        description="Code of a lift, lamp or hydrant at that place or above it, as on its label; without a place it says the place.",
    )
    point: Point | None = Field(None, description="[longitude, latitude], WGS-84 degrees.")
    category: Code | None = Field(None, description="Code of a leaf of GET categories.")
    contact: Annotated[str, Field(max_length=40)] | None = Field(None, description="A phone number.")
    evidence: Pictures = Field(default_factory=list, description="Ids of POST evidence.")


class Receipt(Schema):
    code: str = Field(description="What the reporter keeps; whoever has it may see the report.")
    url: str = Field(description="The reporter's page.")


class PlaceName(Schema):
    code: str
    name: str


class PartyName(Schema):
    id: UUID
    name: str


class CaseOfReport(Schema):
    number: str
    state: State


class ReportOut(Schema):
    code: str
    url: str
    step: Step
    received_at: datetime
    place: PlaceName | None
    category: str | None
    due_at: datetime | None = Field(description="When it is to be mended, once it was accepted.")
    closed_at: datetime | None
    ending: Ending | None
    case: CaseOfReport


class EvidenceOut(Schema):
    id: UUID


class CaseRow(Schema):
    number: str
    state: State
    version: int
    title: str
    level: str
    channel: str
    category: str | None
    place: PlaceName | None
    lead: PartyName
    desk: PartyName
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    ending: Ending | None


class CasePage(Schema):
    items: list[CaseRow]
    next: str | None


class OfferOut(Schema):
    event: Event
    needs: list[str] = Field(description="Members that the body of the event must bring.")


class ReportOfCase(Schema):
    text: str
    received_at: datetime
    channel: str


class PictureOut(Schema):
    id: UUID
    kind: str
    round: int
    at: datetime
    url: str = Field(description="Opens for two days.")


class CaseOut(CaseRow):
    round: int
    make_safe_due: datetime | None
    fix_due: datetime | None
    extension_until: datetime | None
    review_at: datetime | None
    meeting_at: datetime | None
    ending_reason: str
    joined_into: str | None = Field(description="Number of the case it was joined to.")
    reports: list[ReportOfCase]
    evidence: list[PictureOut]
    parties: list[PartyName] = Field(
        description="Who serves this spot, nearest first: whom it may be dispatched to."
    )
    offers: list[OfferOut]


class EventIn(Sent):
    event: Event
    version: Version
    note: str | None = None
    reason: str | None = None
    evidence: Pictures = Field(default_factory=list)
    party: UUID | None = None
    into: Code | None = Field(None, description="Number of a case.")
    until: Moment | None = Field(None, description="RFC 3339.")
    ending: Ending | None = None
    place: Code | None = Field(
        None, description="accept: where it is. solve_on_spot: the code read off the plate there."
    )
    point: Point | None = Field(None, description="solve_on_spot: where one stands, instead of the plate.")
    category: Code | None = Field(None, description="accept: code of a leaf.")
    count: Whole | None = Field(None, description="done: where the closing proof asks for a number.")


class Limit(Sent):
    cursor: Annotated[str, Field(max_length=64)] | None = None
    limit: int = Field(50, ge=1, le=100)


class MapWanted(Sent):
    bbox: Annotated[str, Field(max_length=130)] = Field(
        description="west,south,east,north in degrees of WGS-84."
    )
    zoom: int = Field(ge=0, le=22, description="As of the usual map tiles; from 18 on each place is a sign.")
    place: Code | None = Field(None, description="Code of a place: its subtree.")
    category: Code | None = Field(None, description="Code of a leaf, or of a top class with all its leaves.")
    party: UUID | None = Field(None, description="Who has it.")
    q: Annotated[str, Field(max_length=100)] | None = Field(None, description="Part of a title or a number.")


class MapSign(Schema):
    point: list[float]
    counts: list[int] = Field(description="As many as `kinds` has, in its order.")
    places: int = Field(description="How many places are gathered in it.")
    place: str = Field(description="Code of the place with most.")
    name: str


class MapOut(Schema):
    kinds: list[str] = Field(description="in_time, due_soon, overdue, paused.")
    signs: list[MapSign]
    heat: dict[str, int] = Field(description="Open cases by code of the grid cell, in the whole office.")
    total: list[int]
    apart: list[int] = Field(description="Those that lie nowhere on the map.")


class PlacesWanted(Limit):
    place: Code | None = Field(None, description="Code of a place: its subtree.")
    q: Annotated[str, Field(max_length=60)] | None = Field(
        None, description="Name, other name, number or pinyin; the best ones on one page."
    )


class PlaceOut(Schema):
    code: str
    name: str
    full_name: str
    kind: str
    parent: str | None
    grid: str | None
    point: list[float] | None


class PlacePage(Schema):
    items: list[PlaceOut]
    next: str | None


class SpotWanted(Sent):
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)


class Spot(Schema):
    grid: str | None = Field(description="Code of the grid cell, null outside of all.")
    place: str | None = Field(description="Code of its community.")


class CategoryOut(Schema):
    code: str
    name: str
    plain_name: str
    parent: str | None
    dangerous: bool
    refer_to: str | None = Field(description="Whom it belongs to when it is not taken in here.")
    refer_phone: str | None


class CategoryPage(Schema):
    items: list[CategoryOut]
    next: None = None


class SuggestIn(Sent):
    text: str = Field(description="At most 5,000 graphemes.")
    place: Code | None = Field(None, description="Code of a place that is known already.")
    point: Point | None = Field(None, description="[longitude, latitude], WGS-84 degrees.")


class Guess(Schema):
    code: str
    score: float = Field(description="0 … 1")
    why: str = Field(description="In the reader's language.")


class SameGuess(Schema):
    number: str
    score: float = Field(description="0 … 1")
    why: str = Field(description="In the reader's language.")


class SuggestOut(Schema):
    """A suggestion is never an act: nothing is filed, joined or declined because of it."""

    categories: list[Guess] = Field(
        description="Three leaves of different families at most; family 00 is not ours."
    )
    places: list[Guess]
    danger: bool
    call: str | None = Field(description="The number to call now, where it is dangerous.")
    similar: list[SameGuess] = Field(description="Open cases that may be the same matter.")


class FieldProblem(Schema):
    field: str
    code: str
    detail: str


class Problem(Schema):
    """RFC 9457. Members that a problem has nothing to say in are absent."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    facts: list[str] | None = None
    needs: list[str] | None = None
    scope: str | None = None
    errors: list[FieldProblem] | None = None
    state: State | None = None
    version: int | None = None
    refer_to: str | None = None
    refer_phone: str | None = None
