"""The catalogue as frozen values, in the reader's language. Languages: zh-hans, zh-hant, en."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gezhi.catalogue.book import Limit, Link, Stage, Words
from gezhi.kernel.worktime import WorkCalendar

TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


def in_language(words: Words, language: str) -> str:
    """One text in the reader's language; Simplified Chinese for every language that is not kept."""
    wanted = language.lower().replace("_", "-")
    if wanted.startswith(TRADITIONAL):
        return words.zh_hant
    return words.en if wanted.startswith("en") else words.zh


@dataclass(frozen=True)
class CategoryView:
    """A top class (parent_id None) or a leaf. icon: a lucide name, a leaf without one has its top's.

    closed_on: since then it is not offered any more, None = it is.
    """

    id: UUID
    code: str
    parent_id: UUID | None
    name: Words
    plain: Words
    icon: str
    is_common: bool
    dangerous: bool
    complains_of_party: bool
    refer_out: bool
    refer_to_whom: Words
    refer_phone: str
    chain: tuple[Link, ...]
    chain_text: str
    closed_on: date | None
    revision: int

    @property
    def is_leaf(self) -> bool:
        return self.parent_id is not None

    def label(self, language: str) -> str:
        """The name staff use."""
        return in_language(self.name, language)

    def plain_label(self, language: str) -> str:
        """The name a resident would say."""
        return in_language(self.plain, language)

    def refer_to(self, language: str) -> str:
        """To whom a refer-out topic belongs, "" for what is ours. The phone is `refer_phone`."""
        return in_language(self.refer_to_whom, language)


@dataclass(frozen=True)
class ConditionView:
    """An opening condition: when it holds, what to do first, and both limits. stages: steps with a limit of their own."""

    id: UUID
    code: str
    category_id: UUID
    text: Words
    action: Words
    where: str
    is_default: bool
    make_safe: Limit | None
    fix: Limit
    stages: tuple[Stage, ...]
    revision: int

    def label(self, language: str) -> str:
        return in_language(self.text, language)

    def first_action(self, language: str) -> str:
        return in_language(self.action, language)


@dataclass(frozen=True)
class ProofView:
    """What must be shown: kinds out of book.PROOF_KINDS, and the sentence shown to the checker."""

    category_id: UUID
    kinds: tuple[str, ...]
    words: Words
    revision: int

    def sentence(self, language: str) -> str:
        return in_language(self.words, language)


@dataclass(frozen=True)
class CalendarView:
    """A working calendar with its name, for the desk."""

    id: UUID
    code: str
    name: Words
    remark: Words
    hours: WorkCalendar
    proposed: bool
    revision: int

    def label(self, language: str) -> str:
        return in_language(self.name, language)

    def note(self, language: str) -> str:
        return in_language(self.remark, language)


@dataclass(frozen=True)
class RuleView:
    """One rule with its bounds, for the desk. unit: working_minutes minutes hours days working_days percent times cases choice switch (1 = on, 0 = off)."""

    key: str
    value: int
    unit: str
    source: str
    proposed: bool
    least: int
    most: int
    name: Words
    revision: int

    def label(self, language: str) -> str:
        return in_language(self.name, language)


@dataclass(frozen=True)
class PracticeView:
    """What worked, offered for the same kind of matter at the same kind of place. useful, useless: as counted when it was read."""

    id: UUID
    text: str
    category_id: UUID
    place_kind: str
    source_id: UUID
    useful: int
    useless: int
