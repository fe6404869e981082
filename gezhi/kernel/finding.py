"""One row that breaks an invariant, as `gezhi check` prints it."""

from typing import NamedTuple


class Finding(NamedTuple):
    """invariant: "I1" … "I14" or a rule's name; where: the row in words; what: what is wrong with it."""

    invariant: str
    where: str
    what: str
