"""What stands between the steps of pasting a group: in the form alone, signed, without names. Nothing of a paste is stored as such."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from django.core import signing

from gezhi.channels.chat import known, layouts
from gezhi.channels.chat.layouts import Message
from gezhi.channels.chat.marks import words_of
from gezhi.channels.chat.names import home_of, names_of, taking_out
from gezhi.channels.chat.problems import Problem, problems_in
from gezhi.kernel.private import private_spans
from gezhi.kernel.text import mask_private, phone_key
from gezhi.parties.days import local_day, zone
from gezhi.places import gazetteer
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports import vocabulary
from gezhi.tenancy.keys import derived

# who stands in the fire lane is found by it; lists, handlers and the public get ***
FOR_THE_DESK = ("plate",)
CRY = re.compile(r"[!！]\s*[!！]|快来|救命|救人|紧急|急[!！]|着急|急急|出人命|出事了")
HOURS = 24
WORDS_OF_A_VOICE = 4000  # signs; a report may have no more than 5,000


@dataclass(frozen=True, slots=True)
class Line:
    """One voice as the form carries it. marks: places of its pictures among all of the paste. report: known already, "" when it is not.

    echo: the place of the voice that it says again. hint: building and stairwell beside the name. twin: said twice in this paste.

    phone: the one number that was said, sealed; it goes to the report as its contact. is_urgent: a danger, or a cry for help: never left aside.
    """

    words: str
    number: str
    said_at: str
    marks: tuple[int, ...]
    is_likely: bool
    echo: int | None
    quoted: str
    hint: str
    has_more: bool
    report: str = ""
    twin: bool = False
    phone: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Paste:
    """A whole paste. pictures: how many marks of pictures it has."""

    layout: str
    lines: tuple[Line, ...]
    pictures: int


def read(text: str, form: str, *, at: datetime) -> Paste:
    """The voices of a paste (form: the key of its form), names, numbers and flats taken out, those known already marked. Raises layouts.TooLong."""
    today = local_day(at)
    found = layouts.read(text, today=today, tz=zone())
    things = {one.word.casefold() for one in vocabulary.lexicon().words}
    names = names_of(
        found.messages, is_known=lambda name: name.casefold() in things or gazetteer.is_name(name)
    )
    quiet = taking_out(names)
    voices = problems_in(found.messages, speaks_of=_speaker())
    key = derived("group-voice")
    numbers = [known.number_of(one, found.messages, key, today, form) for one in voices]
    here = _known(voices, found.messages, key, at)
    lines = [
        _line(one, found.messages, quiet, number, here.get(place))
        for place, (one, number) in enumerate(zip(voices, numbers, strict=True))
    ]
    first = {number: place for place, number in reversed(list(enumerate(numbers)))}
    lines = [
        replace(one, twin=True, is_likely=False) if first[one.number] != place else one
        for place, one in enumerate(lines)
    ]
    return Paste(found.layout, tuple(lines), sum(len(one.marks) for one in lines))


def _known(
    voices: Sequence[Problem], messages: Sequence[Message], key: bytes, at: datetime
) -> dict[int, UUID]:
    """Which of the voices are reports already."""
    today = local_day(at)
    asked = {
        place: list(known.numbers_to_look_for(one, messages, key, today)) for place, one in enumerate(voices)
    }
    found = reports.by_numbers(known.SOURCE, (number for each in asked.values() for number in each))
    return {
        place: next(found[number] for number in each if number in found)
        for place, each in asked.items()
        if any(number in found for number in each)
    }


def _line(
    one: Problem, messages: Sequence[Message], quiet: Callable[[str], str], number: str, report: UUID | None
) -> Line:
    said_at = messages[one.messages[0]].at
    return Line(
        words=mask_private(quiet(one.words), keep=FOR_THE_DESK)[:WORDS_OF_A_VOICE],
        number=number,
        said_at=said_at.isoformat() if said_at else "",
        marks=one.picture_marks,
        is_likely=one.is_likely,
        echo=one.echo_of if one.echo_of is None or one.echo_of >= 0 else None,
        quoted=mask_private(quiet(words_of(one.quoted)))[:200],
        hint=home_of(one.sender),
        has_more=one.has_more_in_chat,
        report=str(report or ""),
        phone=_sealed_phone(one.words),
        is_urgent=is_urgent(one.words),
    )


def is_urgent(words: str) -> bool:
    """Whether somebody speaks of a danger, or cries for help. No query as a rule."""
    return bool(CRY.search(words)) or vocabulary.lexicon().danger(words) is not None


def _sealed_phone(words: str) -> str:
    """The phone number that was said, where it is one alone, as only this program reads it; "" else."""
    said = {phone_key(words[one.start : one.stop]) for one in private_spans(words) if one.kind == "phone"} - {
        None
    }
    return _box().encrypt(str(said.pop()).encode()).decode() if len(said) == 1 else ""


def phone_of(line: Line) -> str:
    """The number that a voice said; "" where it said none, or two."""
    return _box().decrypt(line.phone.encode()).decode() if line.phone else ""


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived("pasted-phone")))


def _speaker() -> Callable[[str], bool]:
    """Whether a text names a danger, or something that the office itself put into its lexicon. 1 query."""
    own = [one.word.casefold() for one in vocabulary.own_words() if one.strength and not one.condition]
    lexicon = vocabulary.lexicon()
    return lambda words: any(one in words.casefold() for one in own) or lexicon.danger(words) is not None


def home(group: str) -> PlaceRow | None:
    """Where a group lives, by its name: 「悦海花园业主群」. At most 3 queries."""
    found = gazetteer.named_in(group)[:1] if group.strip() else []
    return places.by_ids([found[0].place_id]).get(found[0].place_id) if found else None


def packed(paste: Paste, key: str) -> str:
    """The paste as one hidden field of the form with this key."""
    return signing.dumps(asdict(paste), salt=f"paste:{key}", compress=True)


def unpacked(token: str, key: str) -> Paste | None:
    """The other way round; None when it is not ours, of another form, or older than a day."""
    try:
        found: Mapping[str, Any] = signing.loads(token, salt=f"paste:{key}", max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    lines = tuple(Line(**{**one, "marks": tuple(one["marks"])}) for one in found["lines"])
    return Paste(found["layout"], lines, found["pictures"])
