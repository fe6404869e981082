"""One-time codes: read over the phone or from a slip, stored as a keyed digest only."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from gezhi.kernel.ids import ALPHABET
from gezhi.tenancy.keys import derived

RESET_LIFE = timedelta(minutes=30)  # asked for at the desk, used at once
SLIP_LIFE = timedelta(days=14)  # printed for a new colleague who comes on duty next week
# A code is one of 31**10 = 8.2e14. Twenty thousand tries hit it once in 4e10 codes, so that many may be made before it is
# void: five, as few as a card allows, let any stranger spoil a colleague's code with five clicks. The web besides lets one
# caller err five times in half an hour at one account. So to void a code of the desk (30 minutes, at most two such windows)
# takes 20,000 / 10 = 2,000 addresses, and a slip's (14 days, 672 windows, 3,360 tries an address) six of them, day and
# night. Without this count a million addresses would have 3.4e9 tries at a slip, one in 240,000; with it one in 4e10.
MOST_WRONG_TRIES = 20_000
_SIGNS = 10


def new_code() -> str:
    """A fresh code, such as `k7m2p-9xq4r`."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(_SIGNS))
    return f"{signs[:5]}-{signs[5:]}"


def digest(account_id: UUID, code: str) -> str:
    """What is stored of a code: bound to its account and to the office's key. Spaces, dashes and case do not count."""
    signs = "".join(code.split()).replace("-", "").casefold()[:100]
    return hmac.new(derived("reset-code"), account_id.bytes + signs.encode(), hashlib.sha256).hexdigest()


def matches(stored: str, account_id: UUID, code: str) -> bool:
    """Whether this is the code, in a time that tells nothing."""
    return hmac.compare_digest(stored, digest(account_id, code))
