"""How each rule stands at a moment: the version that holds, and what is ahead of it. PURE."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.routing.match import Rule


class Standing(NamedTuple):
    """One rule. now: the version that holds, None before the first begins; ahead: the one that is to follow; ends_at: when `now` ends
    with none to follow.
    """

    now: Rule | None
    ahead: Rule | None
    ends_at: datetime | None

    @property
    def shown(self) -> Rule:
        """What there is to show of it: the version that holds, else the one that is to begin."""
        found = self.now or self.ahead
        if found is None:
            raise ValueError("a rule that stands has a version")
        return found

    @property
    def line(self) -> UUID:
        """The rule through all its versions."""
        return self.shown.line

    @property
    def changes_at(self) -> datetime | None:
        """When it will be another than now."""
        return self.ahead.valid_from if self.ahead else self.ends_at


def standing(versions: Iterable[Rule], at: datetime) -> list[Standing]:
    """The rules that hold at this moment or are to begin, in their order; those that have ended are left out."""
    lines: dict[UUID, list[Rule]] = {}
    for rule in versions:
        lines.setdefault(rule.line, []).append(rule)
    found = [one for rules in lines.values() if (one := _line(rules, at))]
    return sorted(found, key=lambda one: one.shown.rank)


def _line(rules: Iterable[Rule], at: datetime) -> Standing | None:
    open_ = [one for one in rules if not one.never_held and (one.valid_to is None or one.valid_to > at)]
    now = next((one for one in open_ if _begun(one, at)), None)
    ahead = next((one for one in open_ if not _begun(one, at)), None)
    if now is None and ahead is None:
        return None
    return Standing(now, ahead, now.valid_to if now and ahead is None else None)


def _begun(rule: Rule, at: datetime) -> bool:
    return rule.valid_from is not None and rule.valid_from <= at
