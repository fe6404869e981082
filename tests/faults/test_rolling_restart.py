"""F18: servers are stopped and started one after the other while people report: what was begun is finished, nothing fails.

One server alone refuses connections while it is down, and a browser tries again; two of one office, on two ports behind a proxy
that tries the other, leave no gap.
"""

import os
import queue
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.faults.crowd import CODE, FORM, Crowd
from tests.faults.installation import HOST, Installation, family, free_port, kill

PEOPLE, STOP_SECONDS = 4, 60  # both engines and a browser may be at work beside it


Stop = Callable[["subprocess.Popen[bytes]"], None]


def asked_to_stop(server: "subprocess.Popen[bytes]") -> None:
    """As a deploy does it. It finishes what it has begun."""
    server.terminate()
    server.wait(timeout=STOP_SECONDS)


@dataclass
class Pair:
    """Two servers of one office."""

    places: list[Installation]
    servers: list["subprocess.Popen[bytes]"]
    failures: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def restart(self, number: int, stop: Stop) -> None:
        """Stop one and start it anew; returns when it is ready."""
        stop(self.servers[number])
        self.servers[number] = self.places[number].serve()

    def report(self, waiting: "queue.SimpleQueue[str]", token: str, cookie: str) -> None:
        """Send all there is, each to the first of the two that takes the connection."""
        while True:
            try:
                key = waiting.get_nowait()
            except queue.Empty:
                return
            body = urlencode({"csrfmiddlewaretoken": token, "key": key, "text": f"楼道灯不亮 {key}"})
            try:
                self.send(body, {"Cookie": f"csrftoken={cookie}"})
            except (OSError, HTTPException) as trouble:
                self.failures.append(repr(trouble))

    def send(self, body: str, heads: dict[str, str]) -> None:
        """One request; what goes wrong after the connection stands is a failure."""
        with closing(self.connected()) as line:
            line.request("POST", FORM, body, heads | {"Content-Type": "application/x-www-form-urlencoded"})
            answer = line.getresponse()
            answer.read()
            found = CODE.search(answer.getheader("Location", ""))
            if answer.status != 303 or not found:
                self.failures.append(str(answer.status))
            else:
                self.codes.add(found[1])

    def connected(self) -> HTTPConnection:
        """To whichever listens."""
        for number in (0, 1, 0, 1):
            line = HTTPConnection(HOST, self.places[number].port, timeout=30)
            try:
                line.connect()
            except ConnectionRefusedError:
                continue
            return line
        raise OSError("both are down")


@pytest.fixture
def pair(installation: Installation) -> Iterator[Pair]:
    """Both run."""
    places = [installation, replace(installation, port=free_port())]
    made = Pair(places, [one.serve() for one in places])
    yield made
    for server in made.servers:
        kill(server)


def rolled(pair: Pair, times: int, stop_server: Stop = asked_to_stop) -> int:
    """Restart one after the other while people report without end; returns how many reports there were."""
    token, cookie = Crowd(pair.places[0]).form()
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    stop, count, chance = threading.Event(), 0, random.Random(20260302)
    people = [threading.Thread(target=pair.report, args=(waiting, token, cookie)) for _ in range(PEOPLE)]

    def fill() -> None:
        nonlocal count
        while not stop.is_set():
            while waiting.qsize() < 4 * PEOPLE:
                waiting.put(f"during-a-restart-{count:06d}")
                count += 1
            time.sleep(0.002)

    feeder = threading.Thread(target=fill)
    feeder.start()
    for one in people:
        one.start()
    for number in range(times):
        time.sleep(chance.uniform(0.1, 0.4))
        pair.restart(number % 2, stop_server)
    stop.set()
    for one in (feeder, *people):
        one.join(timeout=60)
    return count


def test_two_servers_restarted_in_turn_fail_nobody(pair: Pair) -> None:
    count = rolled(pair, 2)
    assert (pair.failures, len(pair.codes)) == ([], count)
    assert pair.places[0].rows("SELECT count(*) FROM reports_report")[0][0] == count
    assert pair.places[0].is_whole()


def test_twin_servers_that_are_killed_fail_somebody(pair: Pair) -> None:
    rolled(pair, 2, kill)
    assert pair.failures != []


@pytest.mark.soak
def test_twenty_restarts_in_turn_fail_nobody(pair: Pair) -> None:
    count = rolled(pair, 20)
    assert (pair.failures, len(pair.codes)) == ([], count)
    assert pair.places[0].is_whole()


def test_processes_of_a_server_whose_parent_is_killed_do_not_go_on_alone(installation: Installation) -> None:
    server = installation.serve()
    members = family(server)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    give_up = time.monotonic() + STOP_SECONDS
    try:
        while left := [pid for pid in members if Path(f"/proc/{pid}").exists()]:
            assert time.monotonic() < give_up, left
            time.sleep(0.05)
    finally:
        kill(server)
