"""What may stand as a user name, a person's name, a short code or a standing phone. Raises Invalid."""

import re
import unicodedata

from gezhi.kernel.refusal import Invalid
from gezhi.kernel.text import BadText, clean_name, code_key, skeleton

LEAST_USERNAME, MOST_USERNAME = 2, 40  # signs
_USERNAME = re.compile(rf"[\w.@-]{{{LEAST_USERNAME},{MOST_USERNAME}}}")
_PHONE = re.compile(r"[0-9+()\-, #转轉]{3,40}")
_DIGIT = re.compile(r"[0-9]")
KEY_LIMIT = 60


def name(text: str, field: str = "name", limit: int = 60) -> str:
    """One line without hidden signs. Codes: empty, hidden, too_long …"""
    try:
        found = clean_name(text, limit)
    except BadText as bad:
        raise Invalid(field, bad.code) from bad
    if not found:
        raise Invalid(field, "empty")
    return found


def username(text: str) -> str:
    """As it is stored and looked up: NFKC, lower case; letters of any script, digits and . _ - @. Code: bad_username (least, most)."""
    found = as_typed(text)
    if not _USERNAME.fullmatch(found):
        raise Invalid("username", "bad_username", least=LEAST_USERNAME, most=MOST_USERNAME)
    return found


def as_typed(text: str) -> str:
    """A user name as somebody types it, in the spelling that is stored."""
    return unicodedata.normalize("NFKC", text[: 2 * KEY_LIMIT]).strip().casefold()


def look(text: str, field: str) -> str:
    """The skeleton of a name: what it looks like to a reader. Code: too_long."""
    found = skeleton(text)
    if len(found) > KEY_LIMIT:
        raise Invalid(field, "too_long")
    return found


def party_code(text: str) -> str:
    """A party's short code: folded, upper case, at most 32 signs."""
    return code_key(name(text, "code", 32))


def standing_phone(text: str) -> str:
    """The number that is answered day and night. Codes: last_contact (nothing left to call), not_a_phone."""
    found = unicodedata.normalize("NFKC", text[:100]).strip()
    if not _DIGIT.search(found):
        raise Invalid("standing_phone", "last_contact")
    if not _PHONE.fullmatch(found) or len(_DIGIT.findall(found)) < 3:
        raise Invalid("standing_phone", "not_a_phone")
    return found
