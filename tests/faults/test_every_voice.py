"""F1 for every channel at once: while everybody speaks through the door of his own, server and worker are killed again and again.

Afterwards each thing that was acknowledged is there once, what was told leads to it, nothing is there twice, and `gezhi check` finds nothing.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.faults.client import GaveUp, Line, Tally
from tests.faults.doors import DOORS, MARK, Door, number_of
from tests.faults.installation import Installation, kill
from tests.faults.open_office import LINKED
from tests.wecom.standin import Standin, standing_in

HOW_MANY = {  # door: in short, at length
    "web": (22, 2600),
    "photo": (5, 300),
    "api": (18, 2300),
    "open311": (16, 2000),
    "group": (10, 800),
    "wecom": (8, 400),
    "order": (6, 400),
    "paper": (4, 100),
    "book": (10, 800),
    "phone": (6, 200),
    "found": (3, 100),
}
FEW, MANY = ({door: counts[which] for door, counts in HOW_MANY.items()} for which in (0, 1))
AHEAD = 0.05  # of its voices no door is further than all together, so that each kill meets each
TAP_EVERY, GIVE_UP_EVERY = 10, 4
EMPTY_WITHIN = 600  # seconds, for the worker when nobody speaks any more
TO_DO = (
    "SELECT count(*) FROM journal_errand WHERE done_at IS NULL AND parked_at IS NULL AND kind <> 'case.timer'"
)
STORED = "SELECT id, text, channel, code_digest FROM reports_report"
NUMBERS = "SELECT c.number, l.report_id FROM cases_casereport l JOIN cases_case c ON c.id = l.case_id"
PICTURES = "SELECT claimed_kind, claimed_id FROM evidence_evidence WHERE claimed_at IS NOT NULL"


def plain(id: object) -> str:
    """An id as hexadecimal digits, whichever engine gave it."""
    return str(id).replace("-", "")


@dataclass
class Crowd:
    """So many voices by door, which speak at once. told: what each mark was told; let_be: marks of those who gave up; trouble: what must not be."""

    where: Installation
    office: Mapping[str, str]
    quota: Mapping[str, int]
    keyless: frozenset[str] = frozenset()
    told: dict[str, str] = field(default_factory=dict)
    let_be: set[str] = field(default_factory=set)
    trouble: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    done: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> list[threading.Thread]:
        """Let them go: everybody is in front of his door, logged in, before the first speaks."""
        people = []
        for door in (one for one in DOORS if self.quota.get(one.name)):
            waiting = iter(self.batches(door))
            for person in range(door.people):
                line = door.line(self.where, self.office, self.tally, person)
                line.is_keyless = door.name in self.keyless
                people.append(threading.Thread(target=self._speak, args=(door, line, waiting)))
        for one in people:
            one.start()
        return people

    def batches(self, door: Door) -> list[list[str]]:
        """Its marks, as many at once as it takes, at least two times."""
        marks = [door.mark(number) for number in range(self.quota[door.name])]
        size = min(door.batch, max(1, len(marks) // 2))
        return [marks[start : start + size] for start in range(0, len(marks), size)]

    @property
    def share(self) -> float:
        """How much of everything has been said, 0 to 1."""
        return sum(self.done.values()) / sum(self.quota.values())

    def _speak(self, door: Door, line: Line, waiting: Iterator[list[str]]) -> None:
        try:
            while marks := self._next(door, waiting):
                number = number_of(marks[0])
                line.taps_twice = door.may_tap and number % TAP_EVERY == 0
                line.gives_up = door.may_give_up and number % GIVE_UP_EVERY == 1
                try:
                    self.told |= door.speak(line, marks)
                except GaveUp:
                    self.let_be |= set(marks)
                with self.lock:
                    self.done[door.name] += len(marks)
        except Exception as wrong:
            self.trouble.append(f"{door.name}: {wrong!r}")
        finally:
            line.close()

    def _next(self, door: Door, waiting: Iterator[list[str]]) -> list[str]:
        while self.done[door.name] / self.quota[door.name] > self.share + AHEAD and not self.trouble:
            time.sleep(0.05)
        with self.lock:
            return next(waiting, [])


@dataclass
class Kills:
    """Server and worker, killed both, one shortly after the other. ready: seconds until the server answered again.

    is_hasty: what the dead worker had leased, and its turn to ask WeCom for a token, is free at once, as if a minute had gone by.
    """

    where: Installation
    is_hasty: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(20260302))
    ready: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = self.where.begin("gezhi.config.cli", "worker")
        self.server = self.where.serve()

    def strike(self) -> None:
        """kill -9 for both; somebody starts them again."""
        time.sleep(self.chance.uniform(0, 0.3))
        first, second = self.chance.sample([self.server, self.worker], 2)
        kill(first)
        time.sleep(self.chance.uniform(0, 0.2))
        kill(second)
        if self.is_hasty:
            self.where.rows("UPDATE journal_errand SET leased_until = NULL WHERE done_at IS NULL")
            self.where.rows("UPDATE wecom_application SET asking_until = NULL")
        began = time.monotonic()
        self.worker = self.where.begin("gezhi.config.cli", "worker")
        self.server = self.where.serve()
        self.ready.append(time.monotonic() - began)

    def end(self) -> None:
        kill(self.worker)
        kill(self.server)


def spoken_under(kills: Kills, crowd: Crowd, times: int) -> None:
    """Everybody speaks while server and worker are killed so many times, evenly over what is said; then the worker comes to its end."""
    people = crowd.begin()
    for number in range(1, times + 1):
        while crowd.share < number / (times + 1) and any(one.is_alive() for one in people):
            time.sleep(0.01)
        kills.strike()
    for one in people:
        one.join(timeout=900)
    assert crowd.trouble == []
    assert len(crowd.told) + len(crowd.let_be) == sum(crowd.quota.values())
    began = time.monotonic()
    while to_do(kills.where) and time.monotonic() < began + EMPTY_WITHIN:
        time.sleep(0.2)
    print(f"the worker came to its end {time.monotonic() - began:.0f} s after the last word")
    assert kills.where.rows(TO_DO.replace("count(*)", "kind, key, due_at, error")) == []


def to_do(where: Installation) -> int:
    """How many errands are open beside the clocks of cases, and how many messages of WeCom are no report yet."""
    waiting = where.rows("SELECT count(*) FROM wecom_heard WHERE handled_at IS NULL")[0][0]
    return int(where.rows(TO_DO)[0][0]) + int(waiting)


@dataclass(frozen=True)
class Kept:
    """What the office has of a crowd, asked past the product. marks: of each report its mark ("" of none), by its id."""

    where: Installation
    crowd: Crowd

    @property
    def marks(self) -> dict[str, str]:
        return {plain(id): mark_in(text) for id, text, _channel, _code in self.where.rows(STORED)}

    def lost(self) -> set[str]:
        """Marks that were acknowledged and are not there, or what they were told leads elsewhere."""
        marks = self.marks
        leads = {code: marks[plain(id)] for id, _text, _channel, code in self.where.rows(STORED)}
        leads |= {number: marks[plain(id)] for number, id in self.where.rows(NUMBERS)}
        orders = self.where.rows("SELECT id, report_id FROM cases_order")
        leads |= {plain(id): marks[plain(report)] for id, report in orders}
        kept = set(marks.values())
        return {
            mark
            for mark, told in self.crowd.told.items()
            if mark not in kept or (told and leads.get(told) != mark)
        }

    def doubled(self) -> set[str]:
        """Marks that are there more than once; "" when something is there that nobody said."""
        often = Counter(self.marks.values())
        known = set(self.crowd.told) | self.crowd.let_be
        return {mark for mark, count in often.items() if count > 1} | ({""} if set(often) - known else set())

    def misplaced(self) -> set[str]:
        """Marks that are kept as if they had come by another channel."""
        own = {door.name: door.channel for door in DOORS}
        rows = self.where.rows(STORED)
        return {mark_in(text) for _id, text, channel, _code in rows if own.get(mark_in(text)[:-7]) != channel}

    def unpictured(self) -> set[str]:
        """Marks with a picture too few or too many."""
        claimed = Counter((kind, plain(id)) for kind, id in self.where.rows(PICTURES))
        cases = {
            plain(report): plain(case)
            for case, report in self.where.rows("SELECT case_id, report_id FROM cases_casereport")
        }
        wrong = set()
        for id, mark in self.marks.items():
            of_report, of_case = int(has_picture(mark)), int(mark.startswith("found"))
            if (claimed["report", id], claimed["case", cases[id]]) != (of_report, of_case):
                wrong.add(mark)
        return wrong

    def by_channel(self) -> dict[str, int]:
        rows = self.where.rows("SELECT channel, count(*) FROM reports_report GROUP BY channel")
        return dict(rows)


def mark_in(text: str) -> str:
    """The one mark in a text, "" where there is none or more."""
    marks = MARK.findall(text)
    return marks[0] if len(marks) == 1 else ""


def has_picture(mark: str) -> bool:
    return mark.startswith("photo") or (mark.startswith("api") and number_of(mark) % 8 == 0)


def sent_by_channel(crowd: Crowd, kept: Iterable[str]) -> dict[str, int]:
    """What was acknowledged, and of what somebody gave up on as much as is there."""
    own = {door.name: door.channel for door in DOORS}
    return dict(Counter(own[mark[:-7]] for mark in {*crowd.told, *(crowd.let_be & set(kept))}))


def is_all_there(crowd: Crowd, where: Installation, standin: Standin) -> bool:
    """Each thing once where it belongs, its case beside it, its sender told, no errand given up, and nothing broken."""
    kept = Kept(where, crowd)
    assert (kept.lost(), kept.doubled(), kept.misplaced(), kept.unpictured()) == (set(), set(), set(), set())
    assert kept.by_channel() == sent_by_channel(crowd, kept.marks.values())
    count = len(kept.marks)
    tables = ("cases_case", "cases_casereport")
    assert [where.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [count] * 2
    answered = {one["text"]["content"] for one in standin.sent if "text" in one}
    assert len(answered) == crowd.quota.get("wecom", 0)
    assert where.rows("SELECT kind, error FROM journal_errand WHERE parked_at IS NOT NULL") == []
    return where.is_whole()


Open = tuple[Installation, dict[str, str]]  # an office with all doors open, and their keys


@pytest.fixture
def standin() -> Iterator[Standin]:
    """WeCom on loopback."""
    with standing_in(time.time) as found:
        found.users |= set(LINKED.values())
        yield found


@pytest.fixture(scope="module")
def opened(fresh: Installation, tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Not to be changed."""
    where = fresh.copy(tmp_path_factory.mktemp("doors") / "office")
    made = where.run("tests.faults.open_office")
    assert made.returncode == 0, made.stderr
    return where, json.loads(made.stdout)


@pytest.fixture
def open_office(opened: Open, standin: Standin, tmp_path: Path) -> Open:
    """One of this test's own, which asks the stand-in for what it would ask WeCom."""
    more = {"GEZHI_WEBHOOK_NETS": "127.0.0.0/8", "GEZHI_WECOM_URL": standin.url}
    return replace(opened[0].copy(tmp_path / "office"), more=more), opened[1]


def shown_and_proved(
    where: Installation, office: dict[str, str], standin: Standin, quota: Mapping[str, int], times: int
) -> bool:
    """The whole story; how it went is printed."""
    began, crowd, kills = time.monotonic(), Crowd(where, office, quota), Kills(where, is_hasty=quota is FEW)
    try:
        spoken_under(kills, crowd, times)
        spoken = time.monotonic() - began
    finally:
        kills.end()
        print(
            crowd.tally, f"{len(crowd.told)} told, {len(crowd.let_be)} gave up, ready {sorted(kills.ready)}"
        )
    whole = is_all_there(crowd, where, standin)
    print(
        f"{times} kills, {spoken:.0f} s until all was done, {time.monotonic() - began:.0f} s with the proofs"
    )
    assert sum(crowd.tally.lost.values()) > 0  # the kills did hit somebody
    return whole


def test_every_voice_is_there_once_after_three_kills(open_office: Open, standin: Standin) -> None:
    assert shown_and_proved(*open_office, standin, FEW, 3)


@pytest.mark.soak
def test_every_voice_of_ten_thousand_is_there_once_after_twenty_kills(
    open_office: Open, standin: Standin
) -> None:
    assert shown_and_proved(*open_office, standin, MANY, 20)


def spoken(where: Installation, office: dict[str, str], quota: Mapping[str, int], *keyless: str) -> Crowd:
    """Everybody speaks, nobody is killed, no worker runs."""
    crowd, server = Crowd(where, office, quota, frozenset(keyless)), where.serve()
    try:
        for one in crowd.begin():
            one.join(timeout=120)
    finally:
        kill(server)
    return crowd


def test_twin_a_program_that_forgets_its_keys_is_there_twice(
    open_office: Open,
) -> None:
    where, office = open_office
    crowd = spoken(where, office, {"api": 4, "open311": 4}, "open311")
    assert [one.split(":")[0] for one in crowd.trouble] == ["open311"]
    assert "open311-000000" in Kept(where, crowd).doubled()
    assert not any(mark.startswith("api") for mark in Kept(where, crowd).doubled())


def test_twin_what_is_taken_away_moved_or_altered_past_the_product_is_found(
    open_office: Open,
) -> None:
    where, office = open_office
    crowd = spoken(where, office, {"web": 2, "photo": 1, "phone": 1, "found": 1})
    kept = Kept(where, crowd)
    assert (crowd.trouble, kept.lost(), kept.doubled(), kept.misplaced(), kept.unpictured()) == (
        [],
        set(),
        set(),
        set(),
        set(),
    )
    where.rows("UPDATE reports_report SET code_digest = 'gone' WHERE text LIKE '%web-000001'")
    where.rows("UPDATE reports_report SET channel = 'api' WHERE text LIKE '%phone-000000'")
    where.rows("UPDATE evidence_evidence SET claimed_kind = 'report' WHERE claimed_kind = 'case'")
    assert (kept.lost(), kept.misplaced(), kept.unpictured()) == (
        {"web-000001"},
        {"phone-000000"},
        {"found-000000"},
    )
    assert not where.is_whole()
