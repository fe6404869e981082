"""The cards of a pasted group: one for each voice that the clerk looks at, with what is proposed and what was chosen so far."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.channels.chat.known import SOURCE
from gezhi.flows import paste_group
from gezhi.flows.suggest import Suggestion
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.intake import Intake
from gezhi.reports.kinds import Channel
from gezhi.web import times
from gezhi.web.casework import alike, suggested
from gezhi.web.casework.picking import place_options, typed_leaf
from gezhi.web.desk.paste_state import Line, Paste, phone_of
from gezhi.web.kept import Bag
from gezhi.web.links import link
from gezhi.web.staff import uuid_or_none

MOST = 60  # problems of one go
MOST_PICTURES = 40
SURE = 0.5  # from here on the likeliest category is set already
FOUND = 6  # places that a search shows


@dataclass(slots=True)
class Card:
    """One voice on the screen. place: the line's place in the paste, which names its fields. error: why it was not taken."""

    place: int
    line: Line
    is_taken: bool
    words: str
    said: Mapping[str, Any]
    error: str = ""
    shows: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """As people count."""
        return self.place + 1

    def answer(self, name: str) -> str:
        """What was sent for a field of this card."""
        return str(self.said.get(f"{name}_{self.place}", "")).strip()

    @property
    def chosen_place(self) -> UUID | None:
        return uuid_or_none(self.answer("place"))

    @property
    def category(self) -> UUID | None:
        """The number or name that was typed counts before a chip."""
        return typed_leaf(self.answer("code")) or uuid_or_none(self.answer("category"))


def line_of(typed: str, paste: Paste) -> int | None:
    """The line that a field names; None for anything that is none of this paste."""
    is_number = typed.isdecimal() and len(typed) < 6
    return int(typed) if is_number and int(typed) < len(paste.lines) else None


def opened(paste: Paste, wanted: Sequence[int]) -> list[int]:
    """Which lines stand open: what is urgent or reads as a problem and is not known, then what the clerk asked for; MOST at most."""
    likely = [place for place, one in enumerate(paste.lines) if is_open(one)]
    likely.sort(key=lambda place: not paste.lines[place].is_urgent)
    new = [place for place in likely if not paste.lines[place].report]
    return sorted({*wanted, *new[: max(0, MOST - len(set(wanted)))]})[:MOST]


def is_open(line: Line) -> bool:
    """Whether the clerk sees it as a card: it reads as a problem, or somebody cries for help."""
    return (line.is_likely or line.is_urgent) and not line.twin


def urgent_first(cards: Sequence[Card]) -> list[Card]:
    """What is urgent above the rest, each in the order of the conversation."""
    return sorted(cards, key=lambda card: (not card.line.is_urgent, card.place))


def first_cards(
    paste: Paste, opened_lines: Sequence[int], said: Mapping[str, Any] | None = None
) -> list[Card]:
    """Cards as they are first shown, or as they came back."""
    cards = []
    for place in opened_lines:
        line = paste.lines[place]
        came = said is not None and f"words_{place}" in said
        card = Card(place, line, not line.report, line.words, said if came and said is not None else {})
        if came:
            card.is_taken, card.words = bool(card.answer("take")), str(card.said[f"words_{place}"])
        cards.append(card)
    return cards


def fill(card: Card, paste: Paste, *, around: PlaceRow | None, actor: Actor, at: datetime) -> None:
    """What the card shows besides its words. 20 queries at most."""
    line, chosen = card.line, card.chosen_place
    main = paste.lines[line.echo] if line.echo is not None else None
    row = places.by_ids([chosen]).get(chosen) if chosen else None
    words = card.words if main is None else f"{card.words}\n{main.words}"
    found = paste_group.proposal(words, hint=line.hint, around=around, actor=actor, at=at, place=row)
    is_new = not card.said
    card.shows = {
        "when": times.moment(datetime.fromisoformat(line.said_at), at) if line.said_at else "",
        "categories": _categories(card, found, is_new),
        "not_ours": suggested.not_ours(found.categories),
        "places": _places(card, found, around, is_new),
        "danger": found.danger,
        "is_urgent": line.is_urgent and found.danger is None,
        "similar": _similar(card, found, at, is_new),
        "echo": line.echo + 1 if line.echo is not None else 0,
        "is_echo": card.answer("join") == f"#{line.echo}" or (is_new and line.echo is not None),
        "typed": card.answer("code"),
        "place_words": card.answer("place_words"),
    }
    if is_new:
        # ticked is what needs no second thought: new, likely, and somewhere
        card.is_taken = (
            not line.report and line.is_likely and any(one["checked"] for one in card.shows["places"])
        )
    if line.report:
        case = paste_group.case_of(UUID(line.report), actor=actor)
        card.shows["known"] = (
            {"number": case.number, "url": reverse("desk:case", args=[case.number])}
            if case
            else {"number": ""}
        )


def _categories(card: Card, found: Suggestion, is_new: bool) -> list[dict[str, Any]]:
    chosen = uuid_or_none(card.answer("category"))
    first = found.categories[0] if found.categories else None
    if is_new and first and first.found.score >= SURE and not first.category.refer_out:
        chosen = first.category.id
    chips = suggested.category_chips(found.categories)
    if chosen and all(one["value"] != str(chosen) for one in chips):
        with suppress(NotFound):
            own = catalogue.category(chosen)
            chips.insert(0, {"value": str(own.id), "label": own.label(get_language() or "")})
    return [{**one, "checked": one["value"] == str(chosen)} for one in chips]


def _places(card: Card, found: Suggestion, around: PlaceRow | None, is_new: bool) -> list[dict[str, Any]]:
    chosen = card.chosen_place
    chips = suggested.place_chips(found.places)
    if card.line.echo is not None:
        said = {"number": card.line.echo + 1}
        chips = [
            {**one, "hint": _("本条或第 %(number)s 条：%(why)s") % {**said, "why": one["hint"]}}
            for one in chips
        ]
    if around:
        chips.append({"value": str(around.id), "label": around.full_name, "hint": _("群所在的地方")})
    beside = _("发言人昵称里有“%(hint)s”") % {"hint": card.line.hint}
    chips += [{**one, "hint": beside} for one in suggested.place_chips(found.hinted)]
    if is_new and (likely := found.place or (None if found.places else around)):
        chosen = likely.id
    typed = card.answer("place_words")
    if typed or (chosen and all(one["value"] != str(chosen) for one in chips)):
        chips = place_options(typed, chosen, FOUND) + [one for one in chips if one["value"] != str(chosen)]
    known = {one["value"]: one for one in reversed(chips)}
    return [{**one, "checked": one["value"] == str(chosen)} for one in chips if known[one["value"]] is one]


def _similar(card: Card, found: Suggestion, at: datetime, is_new: bool) -> list[dict[str, Any]]:
    shown = alike.shown(found.similar, at)
    return [{**one, "checked": one["number"] == card.answer("join")} for one in shown]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that was dropped in. of: the place of the line it belongs to, "" of none. seen: cases that have it already."""

    id: str
    token: str
    url: str
    of: str
    seen: Sequence[str]


def pictures(
    bag: Bag, paste: Paste, said: Mapping[str, Any], key: str, *, actor: Actor, at: datetime
) -> list[Picture]:
    """The pictures with the line each belongs to: by the marks in their order, until somebody moves one. 6 queries."""
    by_mark = {mark: place for place, line in enumerate(paste.lines) for mark in line.marks}
    seen = paste_group.seen([photo.id for photo in bag.photos], actor=actor)
    found = []
    for place, (photo, shown) in enumerate(zip(bag.photos, bag.shown(key, at), strict=True)):
        name = f"of_{photo.id.hex}"
        of = str(said[name]) if name in said else str(by_mark.get(place, ""))
        of = of if line_of(of, paste) is not None else ""
        found.append(
            Picture(photo.id.hex, shown["id"], link(photo.id, 400, at=at), of, seen.get(photo.id, []))
        )
    return found


def intake_of(card: Card, shown: Sequence[Picture], bag: Bag, place: PlaceRow | None) -> Intake:
    """The report as values, with the pictures moved to this card."""
    own = {one.id for one in shown if one.of == str(card.place)}
    photos = [photo for photo in bag.photos if photo.id.hex in own]
    return Intake(
        channel=Channel.GROUP.value,
        text=card.words,
        place=place.id if place else None,
        place_path=place.path if place else "",
        category=card.category,
        contact=phone_of(card.line),
        may_call=False,
        evidence=tuple(photo.id for photo in photos),
        pictures=tuple(photo.sha256 for photo in photos),
        said_at=datetime.fromisoformat(card.line.said_at) if card.line.said_at else None,
        source=SOURCE,
        external_number=card.line.number,
    )
