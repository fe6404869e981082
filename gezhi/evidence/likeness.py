"""Which pictures are the same picture, sent again, made smaller or pressed harder: 64 bits each, compared bit by bit. Pure."""

MOST_APART = 4  # bits of 64 that may differ; see docs/adr/0022-photos-first.md
PARTS = MOST_APART + 1  # of five parts one is equal when at most four bits differ: what the index finds
BITS = 64 // PARTS + 1


def parts(likeness: str) -> list[int]:
    """The five parts, each with its place in front, as numbers below 2^16. likeness: 16 hexadecimal digits, or "" (no parts)."""
    if not likeness:
        return []
    whole = int(likeness, 16)
    return [place << BITS | whole >> place * BITS & (1 << BITS) - 1 for place in range(PARTS)]


def apart(one: str, other: str) -> int:
    """How many of 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
