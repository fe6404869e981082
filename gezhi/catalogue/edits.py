"""Is this change one the catalogue can take? Forms' values in, checked columns out; Invalid(field, code) says what is wrong."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gezhi.catalogue import book
from gezhi.catalogue.book import JOINS, PARTIES, PLACES, PROOF_KINDS, Link
from gezhi.catalogue.models import Condition
from gezhi.catalogue.rules import BY_THE_OFFICE
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.kernel.text import BadText, clean_name
from gezhi.kernel.worktime import calendar_from_json, calendar_to_json

ROUND_THE_CLOCK = "round_the_clock"
ICON = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?")
PHONE = re.compile(r"[0-9][0-9 -]{2,19}|")
NO_WORDS = {"zh": "", "zh_hant": "", "en": ""}
LONGEST_TEXT = 200
MOST_MINUTES = 366 * 1440
OWN_BASIS = {"source": BY_THE_OFFICE, "proposed": False, "grade": None, "alternatives": ""}
NO_MAKE_SAFE: Mapping[str, Any] = {"make_safe_minutes": None, "make_safe_clock": "", "make_safe_basis": {}}

Columns = dict[str, Any]


def category(changes: Mapping[str, Any]) -> Columns:
    """Columns of a category."""
    return _columns(
        changes,
        {
            "name": _words,
            "plain": _words,
            "refer_to": _words_or_none,
            "icon": _text(ICON),
            "refer_phone": _text(PHONE),
            "is_common": _yes_or_no,
            "dangerous": _yes_or_no,
            "complains_of_party": _yes_or_no,
            "chain": _chain,
        },
    )


def reason(text: str) -> str:
    """Why something is closed, in one line. Raises Missing("reason"), Invalid (reason: too_long)."""
    said = _line("reason", text)
    if not said:
        raise Missing(["reason"])
    return said


def condition(changes: Mapping[str, Any]) -> Columns:
    """Columns of an opening condition."""
    return _columns(
        changes,
        {
            "label": _words,
            "first_action": _words,
            "is_default": _only_yes,
            "fix": _limit,
            "make_safe": lambda field, value: NO_MAKE_SAFE if value is None else _limit(field, value),
        },
    )


def refuse_safe_after_fixed(row: Condition, fields: Columns) -> None:
    """Making safe may not take longer than the repair when both count on the same clock."""

    def will_be(name: str) -> Any:
        return fields.get(name, getattr(row, name))

    safe = will_be("make_safe_minutes")
    same_clock = will_be("make_safe_clock") == will_be("fix_clock")
    if safe is not None and same_clock and safe > will_be("fix_minutes"):
        raise Invalid("make_safe", "later_than_fix")


def proof(changes: Mapping[str, Any]) -> Columns:
    """Columns of a proof."""
    return _columns(changes, {"kinds": _kinds, "sentence": _words})


def calendar(changes: Mapping[str, Any]) -> Columns:
    """Columns of a working calendar."""
    return _columns(changes, {"name": _words, "note": _words_or_none, "hours": _hours})


Check = Callable[[str, Any], Any]


def _columns(changes: Mapping[str, Any], checks: Mapping[str, Check]) -> Columns:
    """Each field by its check; a check that gives several columns gives them as a dict with names of their own."""
    columns: Columns = {}
    for field, value in changes.items():
        if field not in checks:
            raise Invalid(field, "unknown_field")
        found = checks[field](field, value)
        columns |= found if field in {"fix", "make_safe", "chain"} else {field: found}
    return columns


def _words(field: str, value: Any) -> dict[str, str]:
    """A text in all three languages: none is left out, for a reader of each is waiting."""
    found = _words_or_none(field, value)
    if not any(found.values()):
        raise Invalid(field, "required")
    return found


def _words_or_none(field: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != set(NO_WORDS):
        raise Invalid(field, "not_words")
    found = {language: _line(field, value[language]) for language in NO_WORDS}
    if any(found.values()) and not all(found.values()):
        raise Invalid(field, "missing_language")
    return found


def _line(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(field, "not_a_text")
    text = " ".join(value.split())
    if len(text) > LONGEST_TEXT:
        raise Invalid(field, "too_long", most=LONGEST_TEXT)
    try:
        return clean_name(text, LONGEST_TEXT)
    except BadText as bad:
        raise Invalid(field, bad.code, **bad.details) from bad


def _text(pattern: re.Pattern[str]) -> Check:
    def check(field: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > 40 or not pattern.fullmatch(value):
            raise Invalid(field, "not_allowed")
        return value

    return check


def _yes_or_no(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(field, "not_yes_or_no")
    return value


def _only_yes(field: str, value: Any) -> bool:
    """A leaf is never without a default: another condition is made the default instead."""
    if value is not True:
        raise Invalid(field, "choose_another_default")
    return True


def _limit(field: str, value: Any) -> Columns:
    if not isinstance(value, Mapping) or set(value) != {"minutes", "clock"}:
        raise Invalid(field, "not_a_limit")
    minutes, clock = value["minutes"], value["clock"]
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= MOST_MINUTES:
        raise Invalid(field, "out_of_range", least=1, most=MOST_MINUTES)
    if clock not in ("working", "round"):
        raise Invalid(field, "not_a_clock")
    return {f"{field}_minutes": minutes, f"{field}_clock": clock, f"{field}_basis": OWN_BASIS}


def _kinds(field: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not value or len(set(map(str, value))) < len(value):
        raise Invalid(field, "required")
    if any(kind not in PROOF_KINDS for kind in value):
        raise Invalid(field, "not_a_proof", known=PROOF_KINDS)
    return list(value)


def _chain(field: str, value: Any) -> Columns:
    if not isinstance(value, list | tuple) or not value:
        raise Invalid(field, "required")
    links = [_link(field, link) for link in value]
    text = book._chain_text([Link(**link) for link in links])
    if len(text) > LONGEST_TEXT:
        raise Invalid(field, "too_long", most=LONGEST_TEXT)
    return {"chain": links, "chain_text": text}


def _link(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) != {"party", "agency", "where", "join", "note"}:
        raise Invalid(field, "not_a_link")
    if value["party"] not in PARTIES or value["where"] not in PLACES or value["join"] not in JOINS:
        raise Invalid(field, "not_a_link")
    return {**value, "agency": _line(field, value["agency"]), "note": _line(field, value["note"])}


def _hours(field: str, value: Any) -> dict[str, Any]:
    try:
        return calendar_to_json(calendar_from_json(value))
    except ValueError as broken:
        raise Invalid(field, "not_a_calendar", problem=str(broken)) from broken
