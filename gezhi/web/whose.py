"""Whose a copy on a phone is: a mark that says nothing of the person, the same at every log-in."""

import hashlib
import hmac

from gezhi.kernel.actor import Actor
from gezhi.tenancy.keys import derived

SIGNS = 16


def mark_of(actor: Actor) -> str:
    """A keyed digest of the account; "" for visitors."""
    if actor.id is None:
        return ""
    return hmac.new(derived("whose-copy"), actor.id.bytes, hashlib.sha256).hexdigest()[:SIGNS]
