"""How often the suggestion is right, on labelled messages it was never trained on; and how long it takes. No office is asked."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from math import sqrt

from bench.labels import MESSAGES, Labelled, labelled, pairs, texts
from bench.labels import part as part_of
from bench.office import Office
from bench.table import Table
from gezhi.cases.sameness import Matter, sameness
from gezhi.reports.features import features
from gezhi.reports.learning import Confirmed, learn
from gezhi.reports.likeness import signs_of
from gezhi.reports.suggesting import Suggested, suggest, worth_saying

Judge = Callable[[Labelled, Sequence[Suggested]], bool]
NOT_OURS = "00"
TAUGHT = ("train", "dev")  # what the shipped weights were learned from
OWN_CASES = 300
TWIN = 0.35  # of the likeness of two texts: as of two messages about one matter


def wilson(right: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson), 0 … 1."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def said(right: int, of: int) -> str:
    """「86.1 % (82.8–88.9)」"""
    low, high = wilson(right, of)
    return f"{100 * right / max(of, 1):.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def _family(one: Labelled, found: Sequence[Suggested], places: int, *, second: bool = False) -> bool:
    right = {one.code[:2]} | ({one.second[:2]} if second and one.second else set())
    return any(each.code[:2] in right for each in found[:places])


JUDGES: Sequence[tuple[str, Judge, str]] = (
    ("top class right, first", lambda one, found: _family(one, found, 1), "≥ 80 %"),
    ("top class right, one of three", lambda one, found: _family(one, found, 3), "≥ 95 %"),
    (
        "the same, or the reader's second answer, first",
        lambda one, found: _family(one, found, 1, second=True),
        "",
    ),
    ("… one of three", lambda one, found: _family(one, found, 3, second=True), ""),
    ("leaf right, first", lambda one, found: found[0].code == one.code, ""),
    ("leaf right, one of three", lambda one, found: one.code in {each.code for each in found}, ""),
)


def categories(office: Office | None, part: str = "test") -> Table:
    """The suggested categories of the test part."""
    if not MESSAGES.exists():
        return Table(
            "Suggested categories: skipped", ("why",), (("the data set is not beside the project",),)
        )
    known = list(labelled(part))
    suggest(known[0].text)  # the weights are read at the first
    answers, times = [], []
    for one in known:
        begun = time.thread_time()
        answers.append((one, worth_saying(suggest(one.text))))
        times.append(1000 * (time.thread_time() - begun))
    strange = _without_twin([one for one, _ in answers])
    groups = {
        "all": answers,
        "no twin in training": [one for one in answers if one[0].number in strange],
        "ours": [one for one in answers if one[0].code[:2] != NOT_OURS],
        "not ours": [one for one in answers if one[0].code[:2] == NOT_OURS],
    }
    rows = [
        (name, *(said(sum(judge(*one) for one in group), len(group)) for group in groups.values()), floor)
        for name, judge, floor in JUDGES
    ]
    rows.extend(_taught(answers))
    times.sort()
    rows.append(
        (
            "ms of processor time a text, middle and 99th percentile",
            f"{times[len(times) // 2]:.1f}, {times[int(len(times) * 0.99)]:.1f}",
            "",
            "",
            "",
            "≤ 5",
        )
    )
    counts = ", ".join(f"{name} {len(group)}" for name, group in groups.items())
    return Table(
        f"Suggested categories, {part} part of the labels: {counts}",
        ("what (95 % interval, Wilson)", *groups, "floor"),
        rows,
    )


def _taught(answers: Sequence[tuple[Labelled, Sequence[Suggested]]]) -> list[tuple[str, ...]]:
    """The first two lines anew for an office that has confirmed some hundred cases: what it learned must not spoil what was shipped."""
    own = learn(
        Confirmed(frozenset(features(one.text)), one.code)
        for one in [one for one in labelled("dev") if one.code[:2] != NOT_OURS][:OWN_CASES]
    )
    again = [(one, suggest(one.text, own=own)) for one, _ in answers]
    return [
        (f"with {own.cases} confirmed cases: {name}", said(sum(judge(*one) for one in again), len(again)), "",
         *(said(sum(judge(*one) for one in again if (one[0].code[:2] == NOT_OURS) is other), sum((one[0].code[:2] == NOT_OURS) is other for one in again)) for other in (False, True)), "")
        for name, judge, _ in JUDGES[:2]
    ]  # fmt: skip


def _without_twin(tested: Sequence[Labelled]) -> set[str]:
    """Those that no message of the training part resembles much: people write to the board several times about one matter."""
    rare: dict[int, list[tuple[int, float]]] = {}
    for place, one in enumerate(labelled(*TAUGHT)):
        for bucket, weight in signs_of(one.text).whole.items():
            rare.setdefault(bucket, []).append((place, weight))
    found = set()
    for one in tested:
        alike: dict[int, float] = {}
        for bucket, weight in signs_of(one.text).whole.items():
            for place, other in rare.get(bucket, ()):
                alike[place] = alike.get(place, 0.0) + weight * other
        if max(alike.values(), default=0.0) < TWIN:
            found.add(one.number)
    return found


def repeats(office: Office | None, part: str = "test") -> Table:
    """Of the labelled pairs, which are shown as likely the same: words, category and time alone, for the board names no place of ours."""
    if not MESSAGES.exists():
        return Table("Likely the same: skipped", ("why",), (("the data set is not beside the project",),))
    known = texts()
    judged = [(one, sameness(_matter(known[one.a]), _matter(known[one.b])).is_shown) for one in pairs(part)]
    unseen = [
        (one, is_shown) for one, is_shown in judged if not {part_of(one.a), part_of(one.b)} & set(TAUGHT)
    ]
    rows = []
    for name, least, some in (
        ("one case would solve both", 2, judged),
        ("at least partly", 1, judged),
        ("the first, neither message among those the categories were learned from", 2, unseen),
    ):
        same = [is_shown for one, is_shown in some if one.same >= least]
        shown = [one.same >= least for one, is_shown in some if is_shown]
        rows.append(
            (
                name,
                str(len(same)),
                said_of(same),
                said_of(shown),
                said_of([one.same >= least for one, _ in some]),
            )
        )
    return Table(
        f"Likely the same, {part} part of the pairs: N = {len(judged)}",
        (
            "same means",
            "pairs",
            "of them shown (recall; floor ≥ 85 %)",
            "of the shown the same (precision; floor ≥ 80 %)",
            "same among all these pairs",
        ),
        rows,
        (
            "The pairs were drawn from those whose words are alike, so most of them are the same: of all pairs of a day precision would be lower; place and distance, which the board lacks, are what keeps it up in use.",
        ),
    )


def said_of(answers: Sequence[bool]) -> str:
    """The share of yes."""
    return said(sum(answers), len(answers))


def _matter(message: tuple[str, datetime | None]) -> Matter:
    text, at = message
    codes = tuple(one.code for one in suggest(text))
    return Matter(signs_of(text), at, codes)
