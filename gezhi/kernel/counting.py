"""How far cases are counted. Beyond it no query looks on, however large the office grows, and a page says so: 1000+."""

COUNTED = 1000  # exactly; whoever counts asks for one more


def said(count: int | None) -> str:
    """A count as it is shown: 1000, then 1000+; nothing where nobody counted."""
    if count is None:
        return ""
    return str(count) if count <= COUNTED else f"{COUNTED}+"
