"""What may stand in an album or a brief: words that leave the house on paper name nobody."""

from gezhi.cases.publicly import DOUBTFUL, spans
from gezhi.kernel.refusal import Invalid


def refuse_persons(text: str, field: str, *, names_confirmed: bool, **details: object) -> None:
    """names_confirmed: somebody looked, and what reads like a name or a flat is nobody's.

    Raises Invalid(field, code): phone, identity, plate, card, email, chat; to_confirm.
    """
    found = spans(text)
    if strict := [one for one in found if one.kind not in DOUBTFUL]:
        raise Invalid(field, strict[0].kind, **details)
    if found and not names_confirmed:
        raise Invalid(field, "to_confirm", **details)
