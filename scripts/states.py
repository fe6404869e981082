"""Print docs/states.md from the rows of gezhi.cases.lifecycle and gezhi.work.lifecycle: `python -m scripts.states`; `--check` only compares."""

import sys
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils import translation

from gezhi.cases.lifecycle import ARROWS, CIRCUMSTANCES, Arrow, State
from gezhi.cases.wording import ENDINGS, STATES
from gezhi.work.lifecycle import CIRCUMSTANCES as TASK_CIRCUMSTANCES
from gezhi.work.lifecycle import TASK_ARROWS, TaskArrow, TaskState
from gezhi.work.wording import TASK_STATES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def page() -> str:
    """The whole page, with the names as they are in the source: a section per state with its arrows, then endings and circumstances."""
    if not settings.configured:
        settings.configure(USE_I18N=False)
    with translation.override(None):
        return _page()


def _page() -> str:
    parts = [
        "# States of a case",
        "",
        "Printed from `gezhi/cases/lifecycle.py` by `python -m scripts.states`; a test compares. One row is one move that may be",
        "made; whatever is not drawn here is refused (409), by whom it is not drawn for (403), without what it needs (422).",
    ]
    for state in State:
        parts += [
            "",
            f"## {state.value} {STATES[state]}",
            "",
            "| event | to | who | needs on file | when |",
            "|---|---|---|---|---|",
        ]
        parts += [_row(arrow) for arrow in ARROWS if arrow.source is state]
    parts += ["", "## Endings", "", ", ".join(f"`{ending}` {name}" for ending, name in ENDINGS.items()) + "."]
    parts += [
        "",
        "## Circumstances",
        "",
        "Nobody hands them in; they follow from the case, the clock and the desk's call-back list: "
        + _words(CIRCUMSTANCES)
        + ".",
    ]
    parts += _tasks()
    return "\n".join(parts) + "\n"


def _tasks() -> list[str]:
    """The same of a task, below the cases."""
    parts = [
        "",
        "# States of a task",
        "",
        "Printed from `gezhi.work.lifecycle`: a share of a case, or other work, that one party does (docs/the-whole-network.md).",
    ]
    for state in TaskState:
        parts += [
            "",
            f"## task {state.value} {TASK_STATES[state]}",
            "",
            "| event | to | who | needs on file | when |",
            "|---|---|---|---|---|",
        ]
        parts += [_task_row(arrow) for arrow in TASK_ARROWS if arrow.source is state]
    parts += ["", "Circumstances of a task: " + _words(TASK_CIRCUMSTANCES) + "."]
    return parts


def _task_row(arrow: TaskArrow) -> str:
    to = "stays" if arrow.target is arrow.source else f"{arrow.target.value} {TASK_STATES[arrow.target]}"
    to += ", next round" if arrow.next_round else ""
    cells = (arrow.event, to, _words(arrow.who), _words(arrow.needs) or "–", _words(arrow.when) or "–")
    return "| " + " | ".join(cells) + " |"


def _row(arrow: Arrow) -> str:
    to = "stays" if arrow.target is arrow.source else f"{arrow.target.value} {STATES[arrow.target]}"
    if arrow.closes:
        to += f" ({arrow.ending.value if arrow.ending else 'as claimed'})"
    if arrow.next_round:
        to += ", next round"
    cells = (arrow.event, to, _words(arrow.who), _words(arrow.needs) or "–", _words(arrow.when) or "–")
    return "| " + " | ".join(cells) + " |"


def _words(words: Iterable[str]) -> str:
    return ", ".join(sorted(str(word) for word in words))


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if PAGE.read_text() == page()
            else "docs/states.md is not what the rows say: run python -m scripts.states"
        )
    PAGE.write_text(page())
