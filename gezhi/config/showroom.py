"""What the demonstration shows of the other roads: orders from above, a group that was pasted, a company's own book, pictures looked at.

It goes by the channels' own doors, as people would: so it stands here, above them, and is handed down to whoever builds the demonstration.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.cases import public
from gezhi.cases import queries as cases
from gezhi.cases.move import Move
from gezhi.cases.orders import actions as orders
from gezhi.cases.orders.actions import Terms
from gezhi.cases.orders.queries import standing
from gezhi.catalogue import queries as catalogue
from gezhi.channels import books
from gezhi.channels.chat.known import SOURCE
from gezhi.config import lessons
from gezhi.evidence import actions as pictures
from gezhi.evidence import queries as evidence
from gezhi.flows import look_at_photo, paste_group, take_order
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.build import Ready
from gezhi.flows.demonstration.play import Deed
from gezhi.flows.receive_report import Voice
from gezhi.flows.route import advance_and_route
from gezhi.flows.take_order import Coming
from gezhi.kernel.actor import Actor
from gezhi.ledger.albums import actions as albums
from gezhi.ledger.albums import queries as shelf
from gezhi.ledger.albums import standards
from gezhi.ledger.albums.actions import Choice
from gezhi.places.queries import by_ids
from gezhi.reports import books as incoming
from gezhi.reports.intake import Intake
from gezhi.reports.kinds import Channel
from gezhi.web.desk import paste_state

DESK, HANDS = "chen", "ding"  # of 悦海社区, and of its company
LOOKED_AT = timedelta(hours=1)
BOX = ((0.08, 0.55, 0.3, 0.25),)
MOST_CASES = 40
PAIRS = 2  # of a line of the album
ALBUM, ALBUM_DAYS = "文明城市迎检", timedelta(days=180)
ORDER_DEEDS = frozenset({"answer", "return", "ask_extension"})


def deeds(ready: Ready) -> list[Deed]:
    """All of it, each at its moment before now."""
    return [
        *_orders(ready),
        _group(ready),
        _ledger(ready),
        _photos(ready),
        _album(ready),
        *lessons.deeds(ready),
    ]


# ---- orders from above ----


@dataclass(slots=True)
class _Order:
    """One order on its way: the data file's entry, and its row once it was taken in."""

    ready: Ready
    told: Mapping[str, Any]
    id: UUID | None = None

    def come(self, at: datetime) -> None:
        told, ready = self.told, self.ready
        place = ready.names.places[told["place"]]
        terms = Terms(
            told["issuer"],
            told["number"],
            due_of(told["due"], ready.now),
            ready.now + timedelta(hours=told["window"]) if "window" in told else None,
            told["their_category"],
            told["wanted"],
        )
        category = catalogue.by_code(told["category"]).id if "category" in told else None
        coming = Coming(terms, told["text"], told.get("phone", ""), by_ids([place])[place], category)
        self.id = take_order.take_order(coming, actor=ready.people[DESK], at=at).order_id

    def step(self, name: str, said: Mapping[str, Any], at: datetime) -> None:
        """A deed on the order, what its issuer says of it, or a move of its case."""
        if self.id is None:
            raise ValueError("it has not come yet")
        actor = self.ready.people[HANDS if name == "take" else DESK]
        if name == "verdict":
            orders.note_verdict(self.id, {**said, "note": ""}, said["note"], actor=actor, at=at)
        elif name in ORDER_DEEDS:
            until = self.ready.now + timedelta(days=said["days"]) if "days" in said else None
            orders.do(self.id, name, said["note"], until=until, actor=actor, at=at)
        else:
            party = self.ready.parties[said["party"]] if "party" in said else None
            move = Move(name, note=said.get("note", ""), party=party)
            advance_and_route(standing(self.id).case.id, move, actor=actor, at=at)


def due_of(told: float | str, now: datetime) -> datetime:
    """When an order is due: so many hours from now, or before this local day ends."""
    if told != "today":
        return now + timedelta(hours=float(told))
    local = timezone.localtime(now)
    midnight = local.replace(hour=23, minute=59, second=0, microsecond=0)
    return min(now + timedelta(hours=5), midnight)


def _orders(ready: Ready) -> Iterator[Deed]:
    for told in bank.channels()["orders"]:
        order = _Order(ready, told)
        at = _ago(ready, told["hours"])
        yield Deed(at, partial(order.come, at), moves_others=True)
        for hours, name, said in told["steps"]:
            at = _ago(ready, hours)
            yield Deed(at, partial(order.step, name, said, at), moves_others=True)


# ---- a group, a book, pictures ----


def example() -> str:
    """The conversation of the demonstration's group, as a phone copies it."""
    return "\n".join(bank.channels()["group"]["text"])


def _group(ready: Ready) -> Deed:
    """Some of its voices were confirmed this morning: whoever pastes the same again finds them known."""
    at = _ago(ready, bank.channels()["group"]["hours"])
    return Deed(at, partial(_confirm, ready, at), moves_others=True)


def _confirm(ready: Ready, at: datetime) -> None:
    pasted = paste_state.read(example(), "demonstration", at=at)
    for words, full_name, code in bank.channels()["group"]["taken"]:
        line = next(one for one in pasted.lines if one.words.startswith(words))
        place = by_ids([ready.names.places[full_name]])[ready.names.places[full_name]]
        intake = Intake(
            Channel.GROUP.value,
            text=line.words,
            place=place.id,
            place_path=place.path,
            category=catalogue.by_code(code).id,
            source=SOURCE,
            external_number=line.number,
        )
        paste_group.take(Voice(intake, place), actor=ready.people[DESK], at=at)


def _ledger(ready: Ready) -> Deed:
    at = _ago(ready, bank.channels()["ledger"]["hours"])
    return Deed(at, partial(_bring, ready, at), moves_others=True)


def _bring(ready: Ready, at: datetime) -> None:
    """Uploaded, its columns as proposed, brought in; it may be taken back within a day."""
    told, actor = bank.channels()["ledger"], ready.people[DESK]
    id = books.take_in(_book(told, timezone.localtime(at).date()), told["filename"], actor=actor, at=at)
    books.begin(incoming.book(id, actor=actor), actor=actor, at=at)
    while books.go_on(id, at=at):
        pass


def _book(told: Mapping[str, Any], today: date) -> bytes:
    """The company's own book as it would send it."""
    import xlsxwriter

    to = io.BytesIO()
    with xlsxwriter.Workbook(to, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, told["heads"])
        for number, (code, days, *rest) in enumerate(told["rows"], start=1):
            sheet.write_row(number, 0, [code, f"{today - timedelta(days=days):%Y-%m-%d}", *rest])
    return to.getvalue()


def _photos(ready: Ready) -> Deed:
    """Of the newest pictures one is covered in part, one shown to everybody; all others wait to be looked at."""
    at = ready.now - LOOKED_AT
    return Deed(at, partial(_look, ready, at))


def _look(ready: Ready, at: datetime) -> None:
    actor = ready.people[DESK]
    home = ready.names.places[bank.channels()["group"]["taken"][0][1]]
    open_ones = public.named_at(by_ids([home])[home].path, MOST_CASES)
    reports = {
        report: case
        for case, ids in cases.report_ids([one.id for one in open_ones]).items()
        for report in ids
    }
    shown = [(reports[id], rows[0].id) for id, rows in evidence.of_each("report", reports).items() if rows]
    for (case, picture), is_covered in zip(shown[:2], (True, False), strict=False):
        if is_covered:
            look_at_photo.redact(case, picture, BOX, "遮住门牌", actor=actor, at=at)
            pictures.prepare(picture, at=at)  # a play settles its errands itself
        look_at_photo.decide(case, picture, is_public=not is_covered, actor=actor, at=at)


def _album(ready: Ready) -> Deed:
    """An album for an inspection, a line for each family, filled with pairs that its clerk looked at (none while the ledger has no lines yet)."""
    at = ready.now - LOOKED_AT / 2
    day = timezone.localtime(at).date()

    def make() -> object:
        lines, clerk = standards.of_families("zh-hans"), ready.people[DESK]
        made = albums.make(ALBUM, day - ALBUM_DAYS, day, lines, actor=clerk, at=at)
        fill(made, actor=clerk, at=at)
        return made

    return Deed(at, make)


def fill(album_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The clerk looks at the first pairs of each line, lets everybody see them and takes them."""
    for line in shelf.lines(shelf.album(album_id, actor=actor)):
        found = shelf.album(album_id, actor=actor)
        pairs = [one.pair for one in shelf.offers(found, line, actor=actor)[:PAIRS]]
        for pair in pairs:
            for picture in pair.to_clear:
                look_at_photo.decide(pair.case_id, picture.id, is_public=True, actor=actor, at=at)
        taken = {one.number: Choice("take", place, one.words) for place, one in enumerate(pairs, start=1)}
        if taken:
            albums.choose(found.id, line.id, taken, version=found.version, actor=actor, at=at)


def _ago(ready: Ready, hours: float) -> datetime:
    return ready.now - timedelta(hours=hours)
