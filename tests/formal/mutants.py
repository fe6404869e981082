"""The table bent in sixty ways, each of which the model must notice. `python -m tests.ready tests.formal.mutants` prints by what.

How they were chosen: every row that moves a case is bent at least once (a test counts); every column is bent where the design says
something about it (who may, what must lie on file, under which circumstance, how it ends, whether a round begins); and of the rows that
stay, those are bent on which somebody's part hangs. A change that alters nothing anybody could notice (the order of rows, a need that
another need implies) is not on the list.
"""

from dataclasses import dataclass, replace
from typing import Any

from gezhi.cases.lifecycle import ARROWS, Arrow, Ending, Fact, Role, State
from tests.formal.explore import Broken, explore
from tests.formal.steps import in_force
from tests.formal.world import CLOCK, JOINS, PAIR, POST, SILENT, WORK

S, R, F, E = State, Role, Fact, Ending
Rows = tuple[Arrow, ...]


@dataclass(frozen=True)
class Mutant:
    """One change to one row. changed: None = the row is dropped."""

    name: str
    row: Arrow
    changed: Arrow | None

    def rows(self) -> Rows:
        """The whole table with this change."""
        put = [] if self.changed is None else [self.changed]
        return tuple(one for arrow in ARROWS for one in (put if arrow is self.row else [arrow]))


def the(event: str, source: State, **wanted: Any) -> Arrow:
    """The one row of this event from this state; wanted: of what else it consists. Raises ValueError when the table has changed."""
    found = [
        arrow
        for arrow in ARROWS
        if (arrow.event, arrow.source) == (event, source)
        and all(getattr(arrow, column) == value for column, value in wanted.items())
    ]
    if len(found) != 1:
        raise ValueError(
            f"{len(found)} rows are {event} from {source}: say in tests/formal/mutants.py which is meant"
        )
    return found[0]


def _name(row: Arrow, change: str) -> str:
    so = "".join(f" ({fact.value})" for fact in sorted(row.when))
    return f"{row.event} from {row.source.value}{so}: {change}"


def dropped(row: Arrow) -> Mutant:
    return Mutant(_name(row, "dropped"), row, None)


def leads(row: Arrow, target: State) -> Mutant:
    return Mutant(_name(row, f"leads to {target.value}"), row, replace(row, target=target))


def by(row: Arrow, *who: Role) -> Mutant:
    """Others may do it."""
    return Mutant(_name(row, f"by {', '.join(who)}"), row, replace(row, who=frozenset(who)))


def without(row: Arrow, need: Fact) -> Mutant:
    """Something need not lie on file."""
    if need not in row.needs:
        raise ValueError(f"{row.event} does not need {need}")
    return Mutant(_name(row, f"without {need.value}"), row, replace(row, needs=row.needs - {need}))


def when(row: Arrow, *facts: Fact) -> Mutant:
    """It holds under other circumstances."""
    so = " and ".join(facts) or "anything"
    return Mutant(_name(row, f"when {so}"), row, replace(row, when=frozenset(facts)))


def ends(row: Arrow, ending: Ending) -> Mutant:
    return Mutant(_name(row, f"ends as {ending.value}"), row, replace(row, ending=ending, claims=False))


def claims(row: Arrow) -> Mutant:
    """It keeps what the handler claimed instead of its own ending."""
    return Mutant(_name(row, "keeps the claim"), row, replace(row, ending=None, claims=True))


def round_turned(row: Arrow) -> Mutant:
    """A round begins where none did, or none where one did."""
    change = "begins no round" if row.next_round else "begins a round"
    return Mutant(_name(row, change), row, replace(row, next_round=not row.next_round))


SAME_PASS = {"when": frozenset({F.UNASKABLE})}
DESK_NO = {"who": frozenset({R.DESK})}
BY_REPORTER = {"when": frozenset({F.JUST_CLOSED})}
BY_OFFICE = {"when": frozenset({F.REOPENABLE})}
WAS = {
    S.REPORTED: {"when": frozenset({F.WAS_REPORTED})},
    S.OPENED: {"when": frozenset({F.WAS_OPENED})},
    S.DISPATCHED: {"when": frozenset({F.WAS_DISPATCHED})},
    S.IN_HAND: {"when": frozenset({F.WAS_IN_HAND})},
}
FIRST, SECOND, LATER = (
    {"when": frozenset({fact})} for fact in (F.FIRST_RETURN, F.SECOND_RETURN, F.LATER_RETURN)
)
DRAWN, UNDRAWN = ({"when": frozenset({fact, F.ALL_IN})} for fact in (F.DRAWN, F.UNDRAWN))
PASS_ASKED = {"when": frozenset({F.ASKABLE})}

MUTANTS: tuple[Mutant, ...] = (
    # ---- a matter is opened, asked about, or turned away
    dropped(the("accept", S.REPORTED)),
    without(the("accept", S.REPORTED), F.CATEGORY),
    leads(the("accept", S.REPORTED), S.IN_HAND),
    when(the("ask", S.REPORTED)),
    dropped(the("answer", S.ASKED)),
    dropped(the("ask_lapses", S.ASKED)),
    leads(the("ask_lapses", S.ASKED), S.OPENED),
    without(the("decline", S.REPORTED), F.REASON),
    by(the("decline", S.REPORTED), R.GRID_WORKER),
    # ---- somebody gets it
    without(the("dispatch", S.OPENED), F.PARTY),
    by(the("dispatch", S.OPENED), R.GRID_WORKER, R.SYSTEM),
    dropped(the("dispatch", S.IN_HAND)),
    by(the("take", S.DISPATCHED), R.GRID_WORKER),
    leads(the("take", S.DISPATCHED), S.TO_CHECK),
    by(the("return", S.DISPATCHED, **FIRST), R.REPORTER),
    leads(the("return", S.DISPATCHED, **SECOND), S.DISPATCHED),
    leads(the("return", S.DISPATCHED, **LATER), S.OPENED),
    without(the("return", S.DISPATCHED, **FIRST), F.REASON),
    leads(the("undo_dispatch", S.DISPATCHED), S.REPORTED),
    leads(the("raise", S.IN_HAND), S.OPENED),
    without(the("raise", S.IN_HAND), F.REASON),
    leads(the("hand_over", S.IN_HAND), S.IN_HAND),
    # ---- it is done, or said to be
    without(the("solve_on_spot", S.OPENED, **UNDRAWN), F.ON_SITE),
    when(the("solve_on_spot", S.OPENED, **UNDRAWN)),
    ends(the("solve_on_spot", S.OPENED, **UNDRAWN), E.SOLVED),
    leads(the("solve_on_spot", S.OPENED, **DRAWN), S.TO_CONFIRM),
    without(the("done", S.IN_HAND), F.PROOF),
    when(the("done", S.IN_HAND)),
    when(the("not_found", S.DISPATCHED)),
    when(the("join", S.IN_HAND)),
    when(the("solve_on_spot", S.OPENED, **DRAWN), F.DRAWN),
    leads(the("assign", S.DISPATCHED), S.IN_HAND),
    by(the("supervise", S.IN_HAND), R.HANDLER),
    without(the("supervise", S.IN_HAND), F.UNTIL),
    when(the("report_back", S.TO_CHECK)),
    leads(the("done", S.IN_HAND), S.TO_CONFIRM),
    by(the("not_found", S.OPENED), R.REPORTER),
    without(the("not_found", S.DISPATCHED), F.NOTE),
    leads(the("not_found", S.IN_HAND), S.TO_CONFIRM),
    # ---- another checks it, the reporter confirms it
    by(the("pass_check", S.TO_CHECK, **PASS_ASKED), R.CHECKER, R.HANDLER),
    round_turned(the("pass_check", S.TO_CHECK, **PASS_ASKED)),
    when(the("pass_check", S.TO_CHECK, **SAME_PASS), F.ASKABLE),
    round_turned(the("fail_check", S.TO_CHECK)),
    without(the("fail_check", S.TO_CHECK), F.REASON),
    dropped(the("satisfied", S.TO_CONFIRM)),
    leads(the("unsatisfied", S.TO_CONFIRM, who=frozenset({R.REPORTER})), S.IN_HAND),
    round_turned(the("unsatisfied", S.TO_CONFIRM, **DESK_NO)),
    by(the("uphold", S.TO_CONFIRM), R.DESK),
    when(the("confirm_lapses", S.TO_CONFIRM), F.OBJECTED),
    claims(the("confirm_lapses", S.TO_CONFIRM)),
    # ---- it ends otherwise, or it lives again
    by(the("not_ours", S.OPENED), R.HANDLER),
    without(the("not_ours", S.DISPATCHED), F.REASON),
    ends(the("not_ours", S.IN_HAND), E.SOLVED),
    dropped(the("wont_do", S.OPENED)),
    by(the("wont_do", S.DISPATCHED), R.DESK),
    leads(the("wont_do", S.IN_HAND), S.TO_CONFIRM),
    without(the("join", S.REPORTED), F.INTO),
    ends(the("join", S.OPENED), E.DECLINED),
    by(the("join", S.DISPATCHED), R.HANDLER),
    dropped(the("join", S.IN_HAND)),
    when(the("undo_split", S.OPENED)),
    ends(the("undo_split", S.DISPATCHED), E.DECLINED),
    leads(the("undo_join", S.CLOSED, **WAS[S.REPORTED]), S.OPENED),
    dropped(the("undo_join", S.CLOSED, **WAS[S.OPENED])),
    leads(the("undo_join", S.CLOSED, **WAS[S.DISPATCHED]), S.IN_HAND),
    round_turned(the("undo_join", S.CLOSED, **WAS[S.IN_HAND])),
    when(the("reopen", S.CLOSED, **BY_OFFICE)),
    round_turned(the("reopen", S.CLOSED, **BY_OFFICE)),
    when(the("reopen", S.CLOSED, **BY_REPORTER), F.REOPENABLE),
    # ---- who only speaks, waits or is late
    leads(the("call_back", S.TO_CONFIRM), S.CLOSED),
    by(the("approve_extension", S.IN_HAND), R.HANDLER),
    without(the("carry_forward", S.IN_HAND), F.UNTIL),
    dropped(the("resume", S.IN_HAND)),
    dropped(the("remind", S.TO_CHECK)),
    without(the("escalate", S.DISPATCHED), F.PARTY),
    dropped(the("urge", S.ASKED)),
)


def noticed(mutant: Mutant) -> Broken | None:
    """The first promise that the bent table breaks; the quick scopes are asked first."""
    with in_force(mutant.rows()):
        return next(
            (
                broken
                for scope in (CLOCK, SILENT, WORK, POST, PAIR, JOINS)
                if (broken := explore(scope).broken)
            ),
            None,
        )


if __name__ == "__main__":
    for number, one in enumerate(MUTANTS, start=1):
        print(f"{number}. {one.name}: {noticed(one) or 'NOBODY NOTICED'}\n")
