"""F7: the line to PostgreSQL is cut, slow, silent, and lost after a COMMIT: 503 meanwhile, nothing lost, nothing twice, no hand needed."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from gezhi.tenancy.patience import waiting_at_most
from tests.faults.crowd import FORM, TAKEN, Crowd
from tests.faults.installation import HOST, Installation, kill
from tests.faults.line import Line
from tests.faults.test_killed_server import doubled, keys, lost

SEED = 20260302


@pytest.fixture
def line(installation: Installation) -> Iterator[Line]:
    """The line of the office's own server."""
    if not installation.url:
        pytest.skip(
            "a SQLite office has no line to its database: these run in the PostgreSQL part of the suite"
        )
    parts = urlsplit(installation.url)
    made = Line((str(parts.hostname), parts.port or 5432))
    yield made
    made.close()


@contextmanager
def served_over(line: Line, near: Installation, workers: int) -> Iterator[Installation]:
    """The same office, whose database is reached over that line only. Its server runs."""
    parts = urlsplit(near.url)
    login = parts.netloc.rsplit("@", 1)[0]
    made = replace(near, url=parts._replace(netloc=f"{login}@{HOST}:{line.port}").geturl())
    server = made.serve(workers)
    try:
        yield made
    finally:
        kill(server)


@pytest.fixture
def far(installation: Installation, line: Line) -> Iterator[Installation]:
    """The office behind the line."""
    with served_over(line, installation, 2) as made:
        yield made


@pytest.fixture
def narrow(installation: Installation, line: Line) -> Iterator[Installation]:
    """The office behind the line, in one process, which has a block of case numbers already."""
    with served_over(line, installation, 1) as made:
        assert asked(made, "the-first-of-all-0001", Crowd(made).form())[0] == 303
        yield made


def disturb(line: Line, kind: str) -> None:
    """One disturbance, over when this returns."""
    if kind == "cut":
        line.cut()
    elif kind == "commit":
        line.lost_commits = 1
        until(lambda: line.lost_commits == 0)
    else:
        setattr(line, kind, 0.3 if kind == "delay" else True)
        time.sleep(0.3)
        setattr(line, kind, 0.0 if kind == "delay" else False)
        line.cut()


def until(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for it, but not for ever: the last report may have been sent already."""
    give_up = time.monotonic() + seconds
    while not is_so() and time.monotonic() < give_up:
        time.sleep(0.005)


def reported_under(line: Line, far: Installation, near: Installation, reports: int, times: int) -> None:
    """So many reports under so many disturbances at random moments; then everything must be as if there had been none."""
    chance, crowd = random.Random(SEED), Crowd(far)
    people = crowd.begin(keys(reports))
    for number in range(1, times + 1):
        due = reports * number // (times + 1)
        until(partial(crowd.has, due), 60)
        time.sleep(chance.uniform(0, 0.02))
        disturb(line, chance.choice(["cut", "cut", "commit", "commit", "delay", "silent", "down"]))
    for one in people:
        one.join(timeout=120)
    assert (crowd.acknowledged, set(crowd.statuses)) == (reports, {*TAKEN, 503})
    assert (lost(crowd, near), doubled(crowd, near)) == (set(), set())
    tables = ("reports_report", "cases_case", "cases_casereport")
    assert [near.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [reports] * 3
    assert far.get("/readyz")[0] == 200
    assert near.is_whole()


def test_reports_under_ten_disturbances_of_the_line(
    installation: Installation, line: Line, far: Installation
) -> None:
    reported_under(line, far, installation, 300, 10)


@pytest.mark.soak
def test_ten_thousand_reports_under_five_hundred_disturbances_of_the_line(
    installation: Installation, line: Line, far: Installation
) -> None:
    reported_under(line, far, installation, 10_000, 500)


def asked(far: Installation, key: str, cookies: tuple[str, str]) -> tuple[int, str, str]:
    """Report with this key: status, Retry-After, where it leads."""
    token, cookie = cookies
    heads = {"Cookie": f"csrftoken={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"csrfmiddlewaretoken": token, "key": key, "text": "楼道灯不亮"})
    with closing(HTTPConnection(HOST, far.port, timeout=240)) as phone:
        phone.request("POST", FORM, body, heads)
        answer = phone.getresponse()
        answer.read()
        return answer.status, answer.getheader("Retry-After", ""), answer.getheader("Location", "")


def stored(near: Installation) -> int:
    """How many reports the office has."""
    return int(near.rows("SELECT count(*) FROM reports_report")[0][0])


def test_a_report_whose_commit_was_not_heard_of_is_there_once(
    installation: Installation, line: Line, narrow: Installation
) -> None:
    form = Crowd(narrow).form()
    line.lost_commits = 1
    assert asked(narrow, "one-and-the-same-key", form)[:2] == (503, "5")
    assert stored(installation) == 2  # it came through, and nobody knows
    again = [asked(narrow, "one-and-the-same-key", form) for _ in range(2)]
    assert [one[0] for one in again] == [303, 303]
    assert (again[0][2], stored(installation)) == (again[1][2], 2)


def test_twin_without_a_key_of_its_own_the_second_try_is_a_second_report(
    installation: Installation, line: Line, narrow: Installation
) -> None:
    form = Crowd(narrow).form()
    line.lost_commits = 1
    assert [asked(narrow, f"another-key-each-{time}-time", form)[0] for time in (1, 2)] == [503, 303]
    assert stored(installation) == 3


@contextmanager
def connected_over(line: Line) -> Iterator[BaseDatabaseWrapper]:
    """The product's own connection to the tests' database, over this line."""
    here = connection.copy()
    here.settings_dict |= {"HOST": HOST, "PORT": str(line.port)}
    here.connect()
    yield here
    here.close()


def test_a_silent_line_is_given_up_by_whoever_has_patience_for_so_long_only(db: None, line: Line) -> None:
    with connected_over(line) as here, waiting_at_most(0.1):
        line.silent, began = True, time.monotonic()
        with pytest.raises(OperationalError, match="does not answer"), here.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert time.monotonic() - began < 2
        line.silent = False
        here.close_if_unusable_or_obsolete()
        with here.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


def test_twin_without_patience_a_silent_line_is_waited_for(db: None, line: Line) -> None:
    with connected_over(line) as here:
        line.silent = True
        ended = threading.Event()

        def ask() -> None:
            with suppress(OperationalError), here.cursor() as cursor:
                cursor.execute("SELECT 1")
            ended.set()

        here.inc_thread_sharing()
        threading.Thread(target=ask).start()
        assert not ended.wait(1.0)
        line.cut()
        assert ended.wait(5)


@pytest.mark.soak
def test_more_people_on_a_silent_line_than_places_at_work_are_all_told(
    installation: Installation, line: Line, far: Installation
) -> None:
    form, answers = Crowd(far).form(), []
    line.silent = True
    waiting = [
        threading.Thread(
            target=lambda key=f"on-a-silent-line-{number}": answers.append(asked(far, key, form))
        )
        for number in range(12)
    ]
    began = time.monotonic()
    for one in waiting:
        one.start()
    assert far.get("/healthz")[0] == 200
    for one in waiting:
        one.join(timeout=90)
    assert {one[:2] for one in answers} == {(503, "5")}
    assert time.monotonic() - began < 60
    line.silent = False
    assert asked(far, "after-the-silence-0001", form)[0] == 303
    assert stored(installation) == 1


def test_on_a_line_that_is_two_seconds_late_the_answer_is_late_and_right(db: None, line: Line) -> None:
    with connected_over(line) as here, waiting_at_most(2.0), here.cursor() as cursor:
        line.delay, began = 2.0, time.monotonic()
        cursor.execute("SELECT 1")
        assert (cursor.fetchone(), time.monotonic() - began > 4) == ((1,), True)


@pytest.mark.soak
def test_a_report_on_a_line_that_is_two_seconds_late_is_taken_in(
    installation: Installation, line: Line, far: Installation
) -> None:
    form = Crowd(far).form()
    line.delay, began = 1.0, time.monotonic()  # each way
    assert far.get("/healthz")[0] == 200
    assert time.monotonic() - began < 1
    assert asked(far, "on-a-slow-line-000001", form)[0] == 303
    line.delay, began = 0.0, time.monotonic()
    assert asked(far, "after-the-slow-line-01", form)[0] == 303
    assert time.monotonic() - began < 5
    assert stored(installation) == 2
