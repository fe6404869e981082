"""The numbers an office decides: what each is called, what it may be, and what it is until the office says otherwise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gezhi.catalogue.book import DATA, PROPOSED, Words

BY_THE_OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one office. Minutes are working minutes on the clock of who must act, except urge_pause_minutes."""

    accept_minutes: int
    take_minutes: int
    check_minutes: int
    confirm_days: int
    ask_working_days: int
    recheck_percent: int
    came_back_days: int
    undo_join_hours: int
    remind_percent: int  # of the clock used up
    escalation_minutes: int  # per level
    call_tries: int
    urge_pause_minutes: int
    figure_least: int  # cases; below it a figure has no rate
    public_list: int  # 1: strangers may list cases, reduced to what is public
    open311_key: int  # 1: who reports through Open311 shows a key
    freeze_month_day: int  # of the month after it; 0: nobody but people freezes
    keep_traces_days: int  # bulk deeds, settled notices, errands that left the office
    public_map: int  # 1: strangers have a map, feeds and a table of what was solved
    public_map_open: int  # 1: and of what is being solved
    open_data_licence: int  # 0: none is named, 1: CC BY 4.0, 2: CC0 1.0
    site_visit_days: int
    whistle_minutes: int
    whistle_urgent_minutes: int  # day and night


@dataclass(frozen=True, slots=True)
class ShippedRule:
    """A rule as it comes with the product. source: "design" or "pd"; least and most are both allowed."""

    key: str
    value: int
    unit: str
    source: str
    least: int
    most: int
    label: Words

    @property
    def proposed(self) -> bool:
        """No named document stands behind the value; the office decides."""
        return self.source == PROPOSED


@cache
def shipped() -> Mapping[str, ShippedRule]:
    """The rules of data/office_rules.json by key, in the order of the file."""
    rows = json.loads((DATA / "office_rules.json").read_text(encoding="utf-8"))["rules"]
    return {row["key"]: ShippedRule(**{**row, "label": Words(**row["label"])}) for row in rows}


def rules_from(stored: Mapping[str, int]) -> Rules:
    """The office's values; a rule it does not have yet (it came with a newer version) is as shipped."""
    return Rules(**{key: stored.get(key, rule.value) for key, rule in shipped().items()})
