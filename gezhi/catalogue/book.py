"""The category book: what goes wrong at places, who is asked, by when, and what must be shown at the end.

Reads data/categories.json and data/calendars.json, which are edited by hand. What is damaged is a
ValueError that names the row. How the limits were read from their sources: docs/catalogue.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from gezhi.kernel.worktime import WorkCalendar, calendar_from_json

DATA = Path(__file__).parent / "data"
PROPOSED = "pd"
REFER_OUT = "00"
PARTIES = {"P": "物业", "O": "业委会", "C": "社区", "S": "街道", "D": "区直部门", "U": "管线单位"}
JOINS = {"then": " → ", "or": " / ", "with": " ＋ "}
PLACES = {"street": "街面：", "compound": "小区：", "": ""}
CATEGORY_KEYS = (
    "code name plain icon common dangerous complains_of_party refer chain conditions proof as_listed leaves"
)
PROOF_KINDS = ("photo_after", "photo_same_angle", "document", "count", "note")

Party = Literal["P", "O", "C", "S", "D", "U"]
Clock = Literal["working", "round"]
Where = Literal["street", "compound", ""]
Join = Literal["then", "or", "with"]


class Words(NamedTuple):
    """One text in the three languages of the product."""

    zh: str
    zh_hant: str
    en: str


@dataclass(frozen=True)
class Source:
    """Where a limit comes from. grade: B official text or its press copy, C summary by others, None unknown."""

    mark: str
    what: Words
    grade: Literal["B", "C"] | None


@dataclass(frozen=True)
class Limit:
    """minutes on the office's working clock, or day and night. alternatives: words listed beside the figure.

    proposed: no named document stands behind the figure; the office decides.
    """

    minutes: int
    clock: Clock
    source: str
    proposed: bool
    grade: Literal["B", "C"] | None
    alternatives: str


@dataclass(frozen=True)
class Stage:
    """A step on the way with a limit of its own, counted from receipt like the others."""

    label_zh: str
    label_zh_hant: str
    label_en: str
    limit: Limit


@dataclass(frozen=True)
class ConditionRow:
    """An opening condition (立案条件); the deadlines hang on it. where: the ground it holds for, "" = any."""

    code: str
    label_zh: str
    label_zh_hant: str
    label_en: str
    where: Where
    make_safe: Limit | None
    fix: Limit
    extra: tuple[Stage, ...]
    first_action_zh: str
    first_action_zh_hant: str
    first_action_en: str
    default: bool


@dataclass(frozen=True)
class ProofRow:
    """What must be shown to close as solved: kinds out of PROOF_KINDS, and the sentence the checker reads."""

    kinds: tuple[str, ...]
    sentence_zh: str
    sentence_zh_hant: str
    sentence_en: str


@dataclass(frozen=True)
class Link:
    """One party of the chain. agency: which body of D, S or U. join: how it stands to the link before it."""

    party: Party
    agency: str
    where: Where
    join: Join
    note: str


@dataclass(frozen=True)
class AsListed:
    """The words of the list the row was read from, unchanged."""

    chain: str
    deadline: str
    proof: str


@dataclass(frozen=True)
class CategoryRow:
    """A top class (parent "", no proof) or a leaf.

    plain_*: how a resident would say it. topic_icon: a lucide name or "". common: shown as a chip.
    dangerous: may hurt somebody now. complains_of_party: the party complained of neither handles nor checks.
    refer_out: not for this office; refer_to_* says whom to ask, refer_phone is a national short number or "".
    """

    code: str
    parent: str
    name_zh: str
    name_zh_hant: str
    name_en: str
    plain_zh: str
    plain_zh_hant: str
    plain_en: str
    topic_icon: str
    common: bool
    dangerous: bool
    complains_of_party: bool
    refer_out: bool
    refer_to_zh: str
    refer_to_zh_hant: str
    refer_to_en: str
    refer_phone: str
    chain: tuple[Link, ...]
    chain_text: str
    conditions: tuple[ConditionRow, ...]
    proof: ProofRow | None
    as_listed: AsListed


@dataclass(frozen=True)
class CalendarRow:
    """A working calendar an office starts with."""

    code: str
    name_zh: str
    name_zh_hant: str
    name_en: str
    note_zh: str
    note_zh_hant: str
    note_en: str
    proposed: bool
    hours: WorkCalendar


@dataclass(frozen=True)
class Book:
    """categories: every top class followed by its leaves, in the order of the codes, family 00 last."""

    categories: tuple[CategoryRow, ...]
    sources: Mapping[str, Source]
    licence: Words


def load_book(path: Path = DATA / "categories.json") -> Book:
    return read_book(json.loads(path.read_text(encoding="utf-8")))


def load_calendars(path: Path = DATA / "calendars.json") -> tuple[CalendarRow, ...]:
    """The calendars office, property_seven_day and round_the_clock."""
    return tuple(_calendar(row) for row in json.loads(path.read_text(encoding="utf-8"))["calendars"])


def read_book(data: Mapping[str, Any]) -> Book:
    """The parsed file as rows. Raises ValueError naming the row that is damaged."""
    sources = {mark: Source(mark, _words(row["what"]), row["grade"]) for mark, row in data["sources"].items()}
    rows: list[CategoryRow] = []
    for top in data["tops"]:
        for row, parent in [(top, ""), *((leaf, top["code"]) for leaf in top["leaves"])]:
            try:
                rows.append(_category(row, parent, sources))
            except (KeyError, TypeError, ValueError) as broken:
                raise ValueError(f"category {row.get('code')}: {broken!r}") from broken
    return Book(tuple(rows), sources, _words(data["about"]["licence"]))


def _category(row: Mapping[str, Any], parent: str, sources: Mapping[str, Source]) -> CategoryRow:
    _only(row, CATEGORY_KEYS)
    name, plain = _words(row["name"]), _words(row.get("plain") or row["name"])
    refer = row.get("refer") or {"to": {"zh": "", "zh_hant": "", "en": ""}, "phone": ""}
    chain = tuple(_link(link) for link in row.get("chain", ()))
    refer_to = _words(refer["to"])
    return CategoryRow(
        code=row["code"],
        parent=parent,
        name_zh=name.zh,
        name_zh_hant=name.zh_hant,
        name_en=name.en,
        plain_zh=plain.zh,
        plain_zh_hant=plain.zh_hant,
        plain_en=plain.en,
        topic_icon=row.get("icon", ""),
        common=row.get("common", False),
        dangerous=row.get("dangerous", False),
        complains_of_party=row.get("complains_of_party", False),
        refer_out=REFER_OUT in (row["code"], parent),
        refer_to_zh=refer_to.zh,
        refer_to_zh_hant=refer_to.zh_hant,
        refer_to_en=refer_to.en,
        refer_phone=refer["phone"],
        chain=chain,
        chain_text=_chain_text(chain),
        conditions=tuple(_condition(condition, sources) for condition in row.get("conditions", ())),
        proof=_proof(row["proof"]) if parent else None,
        as_listed=AsListed(**row.get("as_listed", {"chain": "", "deadline": "", "proof": ""})),
    )


def _condition(row: Mapping[str, Any], sources: Mapping[str, Source]) -> ConditionRow:
    _only(row, "code label where make_safe fix stages first_action default")
    label, action = _words(row["label"]), _words(row["first_action"])
    return ConditionRow(
        code=row["code"],
        label_zh=label.zh,
        label_zh_hant=label.zh_hant,
        label_en=label.en,
        where=_one_of(row.get("where", ""), PLACES),
        make_safe=_limit(row["make_safe"], sources) if "make_safe" in row else None,
        fix=_limit(row["fix"], sources),
        extra=tuple(_stage(stage, sources) for stage in row.get("stages", ())),
        first_action_zh=action.zh,
        first_action_zh_hant=action.zh_hant,
        first_action_en=action.en,
        default=row.get("default", False),
    )


def _limit(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Limit:
    _only(row, "minutes clock source alternatives")
    if not (isinstance(row["minutes"], int) and row["minutes"] > 0):
        raise ValueError(f"a limit is a whole number of minutes above 0, not {row['minutes']!r}")
    source = sources[row["source"]]
    clock: Clock = _one_of(row["clock"], ("working", "round"))
    return Limit(
        row["minutes"], clock, source.mark, source.grade is None, source.grade, row.get("alternatives", "")
    )


def _stage(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Stage:
    _only(row, "label limit")
    return Stage(*_words(row["label"]), limit=_limit(row["limit"], sources))


def _proof(row: Mapping[str, Any]) -> ProofRow:
    _only(row, "kinds sentence")
    kinds = tuple(_one_of(kind, PROOF_KINDS) for kind in row["kinds"])
    if not kinds or len(set(kinds)) < len(kinds):
        raise ValueError(f"a proof names each of its kinds once: {kinds}")
    return ProofRow(kinds, *_words(row["sentence"]))


def _link(row: Mapping[str, Any]) -> Link:
    _only(row, "party agency where join note")
    return Link(
        party=_one_of(row["party"], PARTIES),
        agency=row.get("agency", ""),
        where=_one_of(row.get("where", ""), PLACES),
        join=_one_of(row.get("join", "then"), JOINS),
        note=row.get("note", ""),
    )


def _chain_text(chain: Sequence[Link]) -> str:
    """The chain in staff words: "小区：物业 → 街面：市政（只管道路）"."""
    text, where = "", ""
    for link in chain:
        text += JOINS[link.join] if text else ""
        text += PLACES[link.where] if link.where != where else ""
        text += (link.agency or PARTIES[link.party]) + (f"（{link.note}）" if link.note else "")
        where = link.where
    return text


def _calendar(row: Mapping[str, Any]) -> CalendarRow:
    fields = {key: value for key, value in row.items() if key != "hours"}
    return CalendarRow(**fields, hours=calendar_from_json(row["hours"]))


def _words(row: Mapping[str, str]) -> Words:
    words = Words(**row)
    if any(words) and not all(words):
        raise ValueError(f"a text is missing in one language: {words}")
    return words


def _only(row: Mapping[str, Any], keys: str) -> None:
    if strange := set(row) - set(keys.split()):
        raise ValueError(f"unknown keys: {sorted(strange)}")


def _one_of(value: Any, allowed: Any) -> Any:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {list(allowed)}")
    return value
