"""People who report through the public form, and programs through theirs; both try again until they have an answer."""

import json
import queue
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from tests.faults.installation import HOST, Installation

PAUSE_SECONDS = 0.05
PEOPLE = 6
FORM, DOOR = "/r/371072", "/api/v1/reports"
CODE = re.compile(r"/t/([^/?]+)")
TAKEN = frozenset({201, 303})  # what a program, and a browser, is answered


class Letter(NamedTuple):
    """One report as it is sent. A key ends in digits: the odd ones come from programs."""

    address: str
    body: str
    heads: dict[str, str]


def letter(key: str, token: str, cookie: str) -> Letter:
    text = f"楼道灯不亮 {key}"
    if key[-1] in "13579":
        heads = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return Letter(DOOR, json.dumps({"text": text}), heads)
    heads = {"Cookie": f"csrftoken={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    return Letter(FORM, urlencode({"csrfmiddlewaretoken": token, "key": key, "text": text}), heads)


@dataclass
class Crowd:
    """Sends one report for each key, by several people at once.

    codes: tracking codes by key, as they were acknowledged; seconds: how long each answer took, and how many each of them got.
    """

    where: Installation
    people: int = PEOPLE
    codes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    lost_answers: int = 0
    seconds: list[float] = field(default_factory=list)
    answered: Counter[int] = field(default_factory=Counter)

    def begin(self, keys: Iterable[str]) -> list[threading.Thread]:
        """Let them go. A key that is there twice in a row is a double tap."""
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for key in keys:
            waiting.put(key)
        token, cookie = self.form()
        people = [
            threading.Thread(target=self._report, args=(waiting, token, cookie)) for _ in range(self.people)
        ]
        for one in people:
            one.start()
        return people

    @property
    def acknowledged(self) -> int:
        """How many keys have a code by now."""
        return len(self.codes)

    def has(self, count: int) -> bool:
        """Whether so many keys have a code by now."""
        return self.acknowledged >= count

    def form(self) -> tuple[str, str]:
        _, cookies, page = self.where.get(FORM)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        return found[1], SimpleCookie(cookies)["csrftoken"].value

    def _report(self, waiting: "queue.SimpleQueue[str]", token: str, cookie: str) -> None:
        line = HTTPConnection(HOST, self.where.port, timeout=20)
        with closing(line):
            while True:
                try:
                    key = waiting.get_nowait()
                except queue.Empty:
                    return
                sent = letter(key, token, cookie)
                while not self._is_answered(line, key, sent):
                    line.close()
                    time.sleep(PAUSE_SECONDS)

    def _is_answered(self, line: HTTPConnection, key: str, sent: Letter) -> bool:
        began = time.monotonic()
        try:
            line.request("POST", sent.address, sent.body.encode(), sent.heads)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, HTTPException):
            self.lost_answers += 1
            return False
        self.seconds.append(time.monotonic() - began)
        self.answered[threading.get_ident()] += 1
        self.statuses[answer.status] += 1
        if answer.status == 201:
            self.codes[key].append(json.loads(said)["code"])
        elif found := CODE.search(answer.getheader("Location", "")):
            self.codes[key].append(found[1])
        return answer.status in TAKEN
