"""What of a case's story an actor may read: a step that leads to a case he may not open does not lead him there."""

from collections.abc import Sequence

from gezhi.cases.policy import visible_to
from gezhi.journal.queries import Step
from gezhi.kernel.actor import Actor


def open_to(actor: Actor, steps: Sequence[Step]) -> list[Step]:
    """The steps, without words and number where the case on the other side (a complaint split off, one joined into) is not his to see.

    1 or 2 queries, none where no other case takes part.
    """
    linked = {step.entry.after["elsewhere"] for step in steps if step.entry.after.get("elsewhere")}
    if not linked:
        return list(steps)
    seen = set(visible_to(actor).filter(number__in=linked).values_list("number", flat=True))
    return [step if step.entry.after.get("elsewhere", "") in {"", *seen} else _kept(step) for step in steps]


def _kept(step: Step) -> Step:
    """A copy for reading; the stored row is not touched."""
    step.entry.after = {name: value for name, value in step.entry.after.items() if name != "elsewhere"}
    return Step(step.entry, {})
