"""Knocking at a door in somebody's name, and seeing what it did; whatever it did is undone before the next one knocks."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import SimpleCookie
from django.test import Client

from gezhi.catalogue import shelf
from tests.doors.table import Row, filled, sent
from tests.doors.world import Things

WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
SAVEPOINT = re.compile(r"SAVEPOINT (\S+)")
ROLLBACK = re.compile(r"ROLLBACK TO SAVEPOINT (\S+)")
NOT_OURS = re.compile(r"django_|axes_")  # sessions and the like say nothing about the office
TOKEN_HEAD = "HTTP_AUTHORIZATION"
LOG_IN = "/account/login/"
REDIRECTS = frozenset({301, 302, 303})


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back. word: as the table says it. wrote: the office's tables that were written, in order, with repeats."""

    answer: Any
    wrote: tuple[str, ...]

    @property
    def word(self) -> str:
        """ok, did, login or the status; `!` behind a refusal that wrote all the same."""
        status = self.answer.status_code
        if status in REDIRECTS and self.answer["Location"].startswith(LOG_IN):
            return "login" + "!" * bool(self.wrote)
        if status < 400:
            return "did" if self.wrote else "ok"
        return str(status) + "!" * bool(self.wrote)


def browser(**more: Any) -> Client:
    """One that shows what went wrong as a page. Each one loads the product's middleware anew, so a few are enough for everybody."""
    return Client(HTTP_HOST="localhost", raise_request_exception=False, **more)


@dataclass
class Knocker:
    """Whoever stands before the doors. sessions, tokens: by person; files: what `@name` in a body stands for."""

    things: Things
    sessions: Mapping[str, str]
    tokens: Mapping[str, str]
    files: Mapping[str, bytes]
    client: Client = field(default_factory=browser)
    strict: Client = field(default_factory=lambda: browser(enforce_csrf_checks=True))

    def as_one(self, who: str) -> Client:
        """The browser and the program of this person in one: a page knows him by the cookie, a program's door by the token alone."""
        client = self.as_browser(who, self.client)
        if who in self.tokens:
            client.defaults[TOKEN_HEAD] = f"Bearer {self.tokens[who]}"
        return client

    def as_browser(self, who: str, client: Client) -> Client:
        """His cookie alone. client: `client`, or `strict`, which is told apart from a page of ours as every browser is."""
        client.cookies = SimpleCookie()
        client.defaults.pop(TOKEN_HEAD, None)
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client

    def asks(self, who: str, row: Row, **more: Any) -> Heard:
        """One cell of the table; undone again."""
        with undone():
            return self.asks_for_good(who, row, **more)

    def asks_for_good(self, who: str, row: Row, **more: Any) -> Heard:
        """The same, and what it did stays: for whoever asks inside `undone()` himself."""
        address = filled(row.address, self.things)
        if row.method == "GET":
            return self.heard(lambda: self.as_one(who).get(address, **more))
        if row.is_json:
            more |= {"data": filled(row.body, self.things), "content_type": "application/json"}
        else:
            more |= {"data": self.form(sent(row.body, self.things))}
        return self.heard(lambda: self.as_one(who).post(address, **more))

    def heard(self, knock: Callable[[], Any]) -> Heard:
        """What a request of any kind brings about."""
        with written() as tables:
            answer = knock()
            if answer.streaming:
                answer.getvalue()
        if any(name.startswith("catalogue_") for name in tables):
            shelf._shelves.clear()  # what it keeps in memory is undone in the database only
        return Heard(answer, tuple(tables))

    def form(self, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """As a browser sends it: files as files, several answers to one question as several."""
        made: dict[str, Any] = {}
        for name, value in fields:
            made.setdefault(name, []).append(self._file(value[1:]) if value.startswith("@") else value)
        return made

    def _file(self, name: str) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, self.files[name])


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    inside = transaction.atomic()
    inside._from_testcase = True  # as around every test: what must be outermost may begin in here
    with inside:
        yield
        transaction.set_rollback(True)


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that statements inside wrote rows of, as they came, without what a savepoint took back."""
    tables: list[str] = []
    marks: dict[str, int] = {}  # savepoint → how much was written before it

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if began := SAVEPOINT.fullmatch(str(sql)):
            marks[began[1]] = len(tables)
        elif undone := ROLLBACK.fullmatch(str(sql)):
            del tables[marks[undone[1]] :]
        elif (
            (found := WRITES.match(str(sql))) and not NOT_OURS.match(found[1]) and context["cursor"].rowcount
        ):
            tables.append(found[1])
        return done

    with connection.execute_wrapper(note):
        yield tables


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement inside with its values, in order: what is read, and what is written to the office's tables."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found.append((str(sql), params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def writes(among: Sequence[tuple[str, Any]]) -> list[tuple[str, tuple[Any, ...]]]:
    """Those that write to the office's tables."""
    return [
        (sql, tuple(params or ()))
        for sql, params in among
        if (found := WRITES.match(sql)) and not NOT_OURS.match(found[1])
    ]
