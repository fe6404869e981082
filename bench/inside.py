"""Steps that need the office's own settings, each in a process of its own: `python -m bench.inside STEP [ARGUMENT…]`.

The last line of standard output is the step's answer as JSON.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

django.setup()

from bench.models import Line  # noqa: E402
from gezhi.places import queries as places  # noqa: E402
from gezhi.tenancy.current import scope  # noqa: E402
from gezhi.tenancy.queries import all_jurisdictions  # noqa: E402


def bare_table() -> None:
    """The table of the bare view."""
    with connection.schema_editor() as editor:
        editor.create_model(Line)


def stairwells() -> list[str]:
    """The codes of the demonstration's stairwells: neighbours of the whole town report, not one house."""
    return list(places.subtree("/").filter(kind="stairwell").order_by("code").values_list("code", flat=True))


STEPS: dict[str, Callable[..., Any]] = {"bare_table": bare_table, "stairwells": stairwells}


def main() -> None:
    """Do one step in the office there is."""
    step, *arguments = sys.argv[1:]
    with scope(all_jurisdictions()[0].id):
        print(json.dumps(STEPS[step](*arguments)))


if __name__ == "__main__":
    main()
