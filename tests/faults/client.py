"""A client that sends the same again until it is answered: a browser with its cookies, a program, somebody else's server."""

import io
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.faults.installation import HOST, Installation
from tests.faults.open_office import PASSWORD

PAUSE_SECONDS, PATIENCE_SECONDS = 0.1, 600
NOT_NOW = 503
CODE = re.compile(r"371072-[0-9a-z]{20,}")
NUMBER = re.compile(r"371072-\d{4}-\d{7}")
FORM = "application/x-www-form-urlencoded"


class GaveUp(Exception):
    """Somebody did not hear an answer and let it be."""


class Refused(Exception):
    """An answer that nobody should have been given."""


class Answer(NamedTuple):
    """As http gives it. where: the path it leads to."""

    status: int
    where: str
    page: str

    @property
    def told(self) -> tuple[str, list[str]]:
        """What it tells whoever asked: where to look, its codes; to a program its numbers, too."""
        numbers = NUMBER.findall(self.page) if self.page.startswith(("[", "{")) else []
        return self.where, sorted({*CODE.findall(self.page), *numbers})


@dataclass
class Tally:
    """What a crowd met. statuses: by door and number; lost: by door, how often nobody answered."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


@dataclass
class Line:
    """One client's connection with its cookies. who: its user in WeCom. is_keyless: a twin's, whose programs forget their keys."""

    where: Installation
    office: Mapping[str, str]
    door: str
    tally: Tally
    who: str = ""
    is_keyless: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    gives_up: bool = False
    taps_twice: bool = False
    _held: HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        """As `send`, nothing to send."""
        return self.send("GET", address)

    def send(
        self, method: str, address: str, body: bytes = b"", heads: Mapping[str, str] | None = None
    ) -> Answer:
        """Until it is answered; who taps twice must hear the same twice. Raises GaveUp for whoever does not try again, TimeoutError when nobody
        ever answers, Refused.
        """
        first = self._answered(method, address, body, heads or {})
        if method == "POST" and self.taps_twice:
            again = self._answered(method, address, body, heads or {})
            if again.told != first.told:
                raise Refused(f"{address} told {first.told}, then {again.told}")
        return first

    def _answered(self, method: str, address: str, body: bytes, heads: Mapping[str, str]) -> Answer:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                found = self._once(method, address, body, heads)
            except (OSError, HTTPException):
                self.tally.lost[self.door] += 1
                self.close()
                if self.gives_up:
                    raise GaveUp from None
                time.sleep(PAUSE_SECONDS)
                continue
            self.tally.statuses[self.door, found.status] += 1
            if found.status != NOT_NOW:
                return found
            time.sleep(PAUSE_SECONDS)
        raise TimeoutError(address)

    def _once(self, method: str, address: str, body: bytes, heads: Mapping[str, str]) -> Answer:
        if self._held is None:
            self._held = HTTPConnection(HOST, self.where.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._held.request(method, address, body, {**heads, **({"Cookie": cookies} if cookies else {})})
        answer = self._held.getresponse()
        page = answer.read().decode()
        for said in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(said).items()}
        return Answer(answer.status, urlsplit(answer.getheader("Location", "")).path, page)

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
        self._held = None

    def form(
        self, address: str, said: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Answer:
        """A form as a browser sends it, with what shows that it is ours."""
        fields = {"csrfmiddlewaretoken": self.cookies["csrftoken"], **said}
        if files is None:
            return self.send("POST", address, urlencode(fields).encode(), {"Content-Type": FORM})
        edge = sha256(repr(fields).encode()).hexdigest()
        return self.send(
            "POST",
            address,
            parts(fields, files, edge),
            {"Content-Type": f"multipart/form-data; boundary={edge}"},
        )

    def enter(self, username: str) -> None:
        """Log in."""
        self.get("/account/login/")
        answer = expect(self.form("/account/login/", {"login": username, "password": PASSWORD}), 302)
        if "sessionid" not in self.cookies:
            raise Refused(answer.page[:500])


def parts(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]], edge: str) -> bytes:
    """The body of a form with files."""
    out = io.BytesIO()
    for name, value in fields.items():
        out.write(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, data) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        out.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    out.write(f"--{edge}--\r\n".encode())
    return out.getvalue()


def expect(answer: Answer, *statuses: int) -> Answer:
    """The answer, if it is one of these. Raises Refused."""
    if answer.status not in statuses:
        words = " ".join(
            re.sub(
                r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", answer.page, flags=re.DOTALL
            ).split()
        )
        raise Refused(f"{answer.status}: {words[:1500]}")
    return answer


def found(pattern: "re.Pattern[str] | str", words: str) -> str:
    """What stands there. Raises Refused when nothing does."""
    match = re.search(pattern, words)
    if match is None:
        raise Refused(f"no {pattern!r} in {words[:1500]}")
    return match[match.re.groups]
