"""Which case somebody means by a number: whole, short as lists print it (2026-0000511), or its last digits."""

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.policy import visible_to
from gezhi.insight.search.finding import look_for
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.search import folded
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

FEWEST = 3  # digits: two end too many numbers
WHOLE, YEAR, SERIAL = 17, 4, 7  # digits of a whole number at least; of its year; of what follows it at least


def whole(digits: str) -> str:
    """The number of a case of this office that so many digits name: all of them, or those behind the office's code. "" for fewer."""
    if len(digits) >= WHOLE:
        return digits
    if len(digits) >= YEAR + SERIAL:
        return f"{jurisdiction(current()).code}-{digits[:YEAR]}-{digits[YEAR:]}"
    return ""


def meant(typed: str, *, actor: Actor) -> Case:
    """The one case that this actor may see whose number ends so; of several the one whose running number it is.

    7 queries at most. Raises Invalid("number", required | no_case | several).
    """
    said = folded(typed).replace(" ", "")
    if not said:
        raise Invalid("number", "required")
    digits = said.replace("-", "")
    try:
        return cases.by_number(whole(digits) if digits.isascii() and digits.isdigit() else said, actor=actor)
    except NotFound:
        return _by_its_end(said, actor)


def _by_its_end(said: str, actor: Actor) -> Case:
    if len(said) < FEWEST or not said.isascii() or not said.replace("-", "").isdigit():
        raise Invalid("number", "no_case")
    sought = look_for(said)
    if sought is None or sought.ids is None:
        raise Invalid("number", "several" if sought else "no_case")
    rows = visible_to(actor).filter(id__in=sought.ids, number__endswith=said)
    found = [one for one in rows.order_by("number") if one.number.count("-") == 2]
    exact = [one for one in found if said in _names(one.number)]
    if len(one := exact or found) == 1:
        return one[0]
    raise Invalid("number", "several" if one else "no_case")


def _names(number: str) -> tuple[str, str, str]:
    """What a number is called in short: 2026-0000511, 0000511, 511."""
    _code, year, running = number.split("-")
    return f"{year}-{running}", running, running.lstrip("0")
