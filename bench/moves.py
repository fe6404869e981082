"""Moving a case at the desk, through the form a clerk sends, against the bare view of the same run."""

from dataclasses import dataclass
from functools import partial

from bench.forms import cookies, forms, header
from bench.load import Seen, post, post_with_files, send
from bench.office import Office
from bench.reports import bare, figures, reports
from bench.table import Table

CASES = 1000
ROUNDS = 2
FLOOR = "ratio ≥ 0.20"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody logged in: her cookies."""

    kept: dict[str, str]


def measure(office: Office) -> Table:
    """Accept and then dispatch cases that were reported a moment ago, in turns with the bare view."""
    codes = office.inside("stairwells")
    with office.serving():
        reported = send(office.port, reports(office, codes, CASES), expect=303)
        clerk = Clerk(office.inside("log_in", "zhou"))
        cases = office.inside("cases_in", "reported", str(CASES))
        seen: dict[str, Seen] = {}
        for round_ in range(ROUNDS):
            part = cases[round_::ROUNDS]
            _add(seen, "bare view, one INSERT", send(office.port, bare(office, CASES), expect=204))
            for event in ("accept", "dispatch"):
                requests = moves_of(office, clerk, part, event)
                _add(seen, event, send(office.port, requests, expect=302))
    measure_ = seen["bare view, one INSERT"]
    rows = [
        (name, *figures(one, measure_), FLOOR if one is not measure_ else "") for name, one in seen.items()
    ]
    return Table(
        f"Moves at the desk: N = {len(cases)} cases accepted and dispatched, {CASES * ROUNDS} bare inserts",
        ("what", "per second", "ratio", "p50 ms", "p99 ms", "floor"),
        rows,
        (f"The cases were reported just before, at {reported.rate:.0f}/s.",),
    )


def _add(seen: dict[str, Seen], name: str, one: Seen) -> None:
    seen[name] = seen[name] + one if name in seen else one


def moves_of(office: Office, clerk: Clerk, cases: list[list[str]], event: str) -> list[bytes]:
    """The form of this move as it is shown for the first case, sent for each: they are alike but for the address and the place."""
    path = f"/desk/cases/{cases[0][0]}/move/{event}/"
    status, heads, page = office.fetch(path, {"Cookie": header(clerk.kept)})
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    kept = clerk.kept | cookies(heads)
    form = next(form for form in forms(page) if "version" in form.fields)
    make = partial(post_with_files, empty_file="photos") if b'type="file"' in page else post
    return [
        make(
            f"/desk/cases/{number}/move/{event}/",
            form.fields | ({"place": place} if "place" in form.fields else {}),
            kept,
        )
        for number, place in cases
    ]
