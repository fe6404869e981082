"""A report without a photo through the public form, against the bare view: 8 visitors, in turns, in one run."""

import secrets
from collections.abc import Sequence
from itertools import cycle, islice

from bench.forms import cookies, forms
from bench.load import Seen, post_json, post_with_files, send
from bench.office import Office
from bench.table import Table

REPORTS = 3000
BARE = 6000
ROUNDS = 3
TEXT = "二楼转角的玻璃碎了，地上有碎片，孩子进出不安全"
FLOOR_RATIO, AIM_RATIO, FLOOR_RATE, FLOOR_P99 = 0.20, 0.35, 150, 300


def measure(office: Office) -> Table:
    """Rates, ratio and latencies; once more with the clockwork sealing and counting beside it."""
    codes = office.inside("stairwells")
    with office.serving():
        send(office.port, bare(office, 400), expect=204)
        send(office.port, reports(office, codes, 400), expect=303)
        plain, said = _in_turns(office, codes)
        send(office.port, by_program(codes, 200), expect=201)
        program = send(office.port, by_program(codes, REPORTS // ROUNDS), expect=201)
        with office.working():
            beside = send(office.port, reports(office, codes, REPORTS // ROUNDS), expect=303)
    return Table(
        f"Report without photo: N = {REPORTS} reports, {BARE} bare inserts, in {ROUNDS} turns",
        ("what", "per second", "ratio", "p50 ms", "p99 ms", "floor"),
        (
            ("bare view, one INSERT", *figures(plain, plain), ""),
            (
                "report",
                *figures(said, plain),
                f"≥ {FLOOR_RATE}/s, ≥ {FLOOR_RATIO:.2f} (aim {AIM_RATIO}), p99 ≤ {FLOOR_P99}",
            ),
            ("report by a program, /api/v1/reports", *figures(program, plain), ""),
            ("report, clockwork running beside", *figures(beside, plain), ""),
        ),
        (
            f"The client took {said.client_share:.0%} of one core during reports, {plain.client_share:.0%} during bare inserts.",
        ),
    )


def _in_turns(office: Office, codes: Sequence[str]) -> tuple[Seen, Seen]:
    plain = said = None
    for _ in range(ROUNDS):
        one = send(office.port, bare(office, BARE // ROUNDS), expect=204)
        plain = one if plain is None else plain + one
        two = send(office.port, reports(office, codes, REPORTS // ROUNDS), expect=303)
        said = two if said is None else said + two
    if plain is None or said is None:
        raise ValueError("no turn was taken")
    return plain, said


def figures(seen: Seen, plain: Seen) -> tuple[str, str, str, str]:
    """Rate, ratio, p50, p99 as text."""
    ratio = "1" if seen is plain else f"{seen.rate / plain.rate:.2f}"
    return f"{seen.rate:.0f}", ratio, f"{seen.percentile(50):.1f}", f"{seen.percentile(99):.1f}"


def filled(office: Office, path: str) -> tuple[dict[str, str], dict[str, str]]:
    """(fields, cookies) of the report form at a place as a visitor gets it, with words typed and a topic chosen."""
    _, heads, page = office.fetch(path)
    form = next(form for form in forms(page) if form.name == "report")
    said = {"text": TEXT, "category": "0501", "apart": "1"}  # no other's matter: asked once, answered
    return form.fields | said, cookies(heads)


def reports(office: Office, codes: Sequence[str], count: int) -> list[bytes]:
    """All over the town, each with a key of its own as if every visitor had opened the form; with CSRF token and cookie."""
    fields, kept = filled(office, f"/r/{codes[0]}")
    return [
        post_with_files(f"/r/{code}", fields | {"key": fresh_key()}, kept, empty_file="photos")
        for code in islice(cycle(codes), count)
    ]


def by_program(codes: Sequence[str], count: int) -> list[bytes]:
    """The same words through the programs' door, each with an idempotency key."""
    return [
        post_json(
            "/api/v1/reports",
            {"text": TEXT, "place": code, "category": "0501"},
            {"Idempotency-Key": fresh_key()},
        )
        for code in islice(cycle(codes), count)
    ]


def bare(office: Office, count: int) -> list[bytes]:
    """The very same form, sent to the bare view."""
    fields, kept = filled(office, "/r/")
    return [
        post_with_files("/bare", fields | {"key": fresh_key()}, kept, empty_file="photos")
        for _ in range(count)
    ]


def fresh_key() -> str:
    """As the form makes them."""
    return secrets.token_urlsafe(18)
