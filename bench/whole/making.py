"""One copy after the other: ids, moments, places and words of its own, each journal row signed, each report found by its code."""

import hashlib
import hmac
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from bench.whole.said import Said
from bench.whole.spelling import Fill
from bench.whole.units import RowKind, Unit, columns
from gezhi.cases.models import Case, Order
from gezhi.insight.models import SearchLine
from gezhi.insight.search.text import MOST_SIGNS, _kinds, _where
from gezhi.journal.chain import START
from gezhi.journal.models import Entry, Errand, Words
from gezhi.kernel.ids import case_number
from gezhi.kernel.search import folded, tokens
from gezhi.notices.models import Notice
from gezhi.places import queries as places
from gezhi.reports.contact import seal
from gezhi.reports.models import Report
from gezhi.reports.receipts import digest_of
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived

LOW = (1 << 40) - 1  # of an id: kept, so that rows of one unit stay apart and in order
VERSION = 0x7 << 76 | 0b10 << 62
FIRST_NUMBER = 100_000  # running numbers of copies begin above those the demonstration took


class Copy(NamedTuple):
    """One copy to make. begins: when its first report comes. number: of its first case, running."""

    begins: datetime
    unit: int
    number: int


class Places:
    """Where else a unit may lie: places of the same kind beside its own, in the same grid cell, so that the same parties serve them."""

    def __init__(self, rows: Sequence[Any]) -> None:
        beside = defaultdict(list)
        for row in rows:
            if row.closed_on is None:
                beside[self._key(row)].append(row)
        self._beside = beside
        known = places.by_ids([row.id for row in rows])
        said = {id: folded("\n".join(_where(row))) for id, row in known.items()}
        self.said = {id: (text, tokens(text)) for id, text in said.items()}

    @staticmethod
    def _key(row: Any) -> tuple[Any, ...]:
        return row.kind, row.grid_id, row.path.count("/"), row.path.rsplit("/", 3)[0]

    def beside(self, row: Any, number: int) -> Any:
        """One of them, another for each number."""
        rows = self._beside.get(self._key(row)) or [row]
        return rows[number % len(rows)]


class Maker:
    """rows: by table, what was made since it was last taken. position: of the last entry. macs: signatures in their order."""

    def __init__(self, units: Sequence[Unit], code: str, places: Places, said: Sequence[Said]) -> None:
        self.units, self._code, self._places, self._said = units, code, places, said
        self.rows: dict[Any, list[list[Any]]] = defaultdict(list)
        self.found: list[tuple[int, str, str]] = []  # number of a search line, its tokens, its case
        self.position, self.macs = 0, list[str]()
        self._chance = random.Random(2)
        self._journal, self._text = derived("journal"), derived("report-text")
        self._office = str(current())
        self._at = {model: {name: at for at, name in enumerate(columns(model))} for model in _NAMED}

    def make(self, copy: Copy, serial: int, now: datetime, is_told: bool) -> None:
        """All rows of one copy. serial: another for each. is_told: with the notices of those whom it concerned."""
        unit = self.units[copy.unit]
        values = self._values(unit, copy, serial)
        words = {
            one.id: self._said[(serial * 7 + at * 31) % len(self._said)]
            for at, one in enumerate(unit.reports)
        }
        heard = dict[UUID, str]()  # report → id of its copy
        for row in unit.rows:
            if row.model is Notice and not is_told:
                continue
            made = _filled(row, values)
            special = self._SPECIAL.get(row.model)
            if special is not None:
                special(self, made, row, unit, words, heard)
            if row.model is Errand and row.row.done_at is None:
                self._later(made, row, now)
            self.rows[row.model].append(made)
        firsts = self._tell(unit, values, words)
        self._searched(unit, values, firsts, words, serial)

    def _values(self, unit: Unit, copy: Copy, serial: int) -> list[str]:
        """What stands in the slots of this copy."""
        slots, values = unit.slots, [""] * unit.slots.size
        base, oldest = int(copy.begins.timestamp() * 1000), unit.oldest
        mark = (serial & 0x3FFFFF) << 40 | VERSION
        for id, at in slots.ids.items():
            new = (base + (id.int >> 80) - oldest) << 80 | mark | id.int & LOW
            values[at] = text = f"{new:032x}"
            values[at + 1] = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        moved = copy.begins - unit.begins
        for moment, at in slots.moments.items():
            values[at] = text = str(moment + moved)
            values[at + 1] = f"{text[:10]}T{text[11:]}+00:00"
        for ahead, case in enumerate(unit.cases):
            values[slots.words[case.number]] = case_number(self._code, copy.begins.year, copy.number + ahead)
        for place in unit.places.values():
            other = self._places.beside(place, serial)
            values[slots.words[place.id.hex]] = other.id.hex
            values[slots.words[str(place.id)]] = str(other.id)
            values[slots.words[place.path]] = other.path
        return values

    def _report(self, made: list[Any], row: RowKind, words: dict[UUID, Said]) -> None:
        at, id = self._at[Report], UUID(made[0])
        made[at["text"]] = words[row.row.id].text
        made[at["code_digest"]] = digest_of(id)
        if row.row.external_number:
            made[at["external_number"]] += _mark(made[0])
        if row.row.key_digest:
            made[at["key_digest"]] = hashlib.sha256(id.bytes).hexdigest()
            made[at["body_digest"]] = hashlib.sha256(id.bytes + b"body").hexdigest()
        if row.row.contact is not None:
            number, key, tail = seal(id, f"1380000{id.int % 10_000:04d}")
            made[at["contact"]], made[at["contact_key"]], made[at["contact_tail"]] = number, key, tail

    def _special_report(self, made: Any, row: Any, unit: Any, words: Any, heard: Any) -> None:
        self._report(made, row, words)

    def _special_case(self, made: Any, row: Any, unit: Unit, words: Any, heard: Any) -> None:
        first = unit.firsts.get(row.row.id)
        if first is not None:
            made[self._at[Case]["title"]] = words[first].title

    def _special_order(self, made: Any, row: Any, unit: Any, words: Any, heard: Any) -> None:
        for name in ("number", "number_key"):
            made[self._at[Order][name]] += _mark(made[0])

    _SPECIAL: dict[Any, Callable[..., None]] = {
        Report: _special_report,
        Case: _special_case,
        Order: _special_order,
    }

    def _later(self, made: list[Any], row: RowKind, now: datetime) -> None:
        """A timer that was due long ago would act on ten thousand cases at once: it comes within the month."""
        at = self._at[Errand]["due_at"]
        soon = now + timedelta(seconds=self._chance.randrange(3600, 30 * 86400))
        if made[at] < str(now):
            made[at] = str(soon.astimezone(UTC).replace(tzinfo=None))

    def _tell(self, unit: Unit, values: list[str], words: dict[UUID, Said]) -> dict[str, int]:
        """The journal of one copy, signed row by row. Case → position of its first row."""
        previous, firsts, rows = dict[str, str](), dict[str, int](), self.rows[Entry]
        at = self._at[Entry]
        for told in unit.told:
            made, entry = _filled(told, values), told.row
            id, subject = _dashed(made[0]), made[at["subject_id"]]
            if entry.event == "received" and entry.subject_kind == "report":
                made[at["after"]] = self._received(made[at["after"]], entry, subject, words)
            made[at["words"]] = self._words(entry, id, values)
            self.position += 1
            moment = made[at["at"]].replace(" ", "T")
            said = (
                f'["{previous.get(subject, START)}","{id}","{self._office}","{entry.subject_kind}","{_dashed(subject)}"'
                f',{entry.seq},"{entry.event}","{moment if len(moment) > 19 else moment + ".000000"}+00:00","{entry.actor_kind}"'
                f",{self._actor(made[at['actor_id']])},{made[at['before']]},{made[at['after']]},{made[at['words']]}]"
            )
            signature = hmac.digest(self._journal, said.encode(), "sha256").hex()
            made[at["mac"]], made[at["position"]] = signature, self.position
            previous[subject] = signature
            self.macs.append(signature)
            if entry.seq == 1 and entry.subject_kind == "case":
                firsts[subject] = self.position
            rows.append(made)
        return firsts

    @staticmethod
    def _actor(id: str | None) -> str:
        return f'"{_dashed(id)}"' if id else "null"

    def _received(self, after: str, entry: Any, subject: str, words: dict[UUID, Said]) -> str:
        said = f'["{_dashed(subject)}",{words[entry.subject_id].spelled}]'
        return after.replace(entry.after["text"], hmac.digest(self._text, said.encode(), "sha256").hex())

    def _words(self, entry: Any, id: str, values: Sequence[str]) -> str:
        """The digests of what was written beside an entry."""
        if not entry.words:
            return "{}"
        digests = []
        for name, (fill, spelled) in entry.kept.items():
            text = spelled if isinstance(fill, str) else json.dumps(fill(values), ensure_ascii=False)
            said = f'["{id}","{name}",{text}]'
            digests.append(f'"{name}":"{hmac.digest(self._journal, said.encode(), "sha256").hex()}"')
        return "{" + ",".join(digests) + "}"

    def _searched(
        self,
        unit: Unit,
        values: Sequence[str],
        firsts: dict[str, int],
        words: dict[UUID, Said],
        serial: int,
    ) -> None:
        for case in unit.cases:
            id = values[unit.slots.ids[case.id]]
            number = values[unit.slots.words[case.number]]
            place = self._places.beside(unit.places[case.place_id], serial).id if case.place_id else None
            where, keys = self._places.said[place] if place else ("", "")
            told = [words[one] for one in unit.linked[case.id]]
            first = unit.firsts.get(case.id)
            title = words[first].folded_title if first else folded(case.title)
            kinds = [folded(one) for one in _kinds(case.category_id)]
            said = (number, where, title, *kinds, *(one.folded for one in told))
            text = " ".join(filter(None, said))[:MOST_SIGNS]
            row: list[Any] = [""] * 5
            at = self._at[SearchLine]
            row[0], row[at["case_id"]], row[at["text"]] = (
                f"{id[:-2]}{self._chance.randrange(256):02x}",
                id,
                text,
            )
            row[at["number"]], row[at["jurisdiction_id"]] = firsts[id], current().hex
            self.rows[SearchLine].append(row)
            parts = [tokens(number), keys, *map(tokens, kinds), *(one.tokens for one in told)]
            if first not in unit.linked[case.id]:  # told nowhere else
                parts.append(tokens(title))
            self.found.append((firsts[id], " ".join(filter(None, parts)), id))


def _filled(row: RowKind, values: Sequence[str]) -> list[Any]:
    made = row.base.copy()
    for column, fill in row.fills:
        made[column] = fill(values) if isinstance(fill, Fill) else values[fill]
    return made


def _mark(id: str) -> str:
    """What the ids of one copy have in common and no other copy has."""
    return id[16:22].upper()


def _dashed(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_NAMED = (Report, Case, Order, Errand, Entry, SearchLine, Words)
