"""SQLite with a fair queue of writers.

IMMEDIATE transactions never fail "locked" half-way, but SQLite wakes waiting writers at random: with eight clients the slowest
waited up to 766 ms. An advisory lock on a file beside the database, taken before BEGIN, queues them (about 60 ms, design §8).
"""

import fcntl
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any
from uuid import UUID

from django.db.backends.sqlite3 import base, features, operations
from django.db.utils import OperationalError
from django.utils.dateparse import parse_datetime

from gezhi.tenancy.patience import patience

TURN_SECONDS = 10.0  # then "locked": a process that was frozen in its turn must not stop the others for good
LEAST_SECONDS = 0.1  # for the file itself, once the turn has come: somebody outside the queue may be writing
KEPT_VALUES = 16_384  # a few megabytes
_WAITERS = ThreadPoolExecutor(64, thread_name_prefix="queue of writers")


class DatabaseFeatures(features.DatabaseFeatures):
    """SQLite 3.32 and newer take 32,766 values in one statement; cut at 999, loading a book takes two INSERTs a table."""

    max_query_params = 32_766 if sqlite3.sqlite_version_info >= (3, 32, 0) else 999
    is_read_row_by_row = True  # reading a statement of a hundred rows takes it longer than doing one of one row a hundred times


class DatabaseOperations(operations.DatabaseOperations):
    """A page reads the same thousand ids and moments as the one before; making each of them anew takes a tenth of its time."""

    def convert_uuidfield_value(self, value: Any, expression: Any, connection: Any) -> UUID | None:
        """An id as it stands in the file, 32 hexadecimal signs."""
        return None if value is None else _id(value)

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """An aware moment; in the file it is text in UTC."""
        if isinstance(value, datetime) and value.tzinfo is None and self.connection.timezone is UTC:
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)


@lru_cache(maxsize=KEPT_VALUES)
def _id(stored: str) -> UUID:
    return UUID(stored)


@lru_cache(maxsize=KEPT_VALUES)
def _moment(stored: bytes) -> datetime | None:
    return parse_datetime(stored.decode())


sqlite3.register_converter("datetime", _moment)  # in place of Django's, which parses each of them


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend; every transaction first takes its turn."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    _turn: Any = None
    _waits: float | None = (
        None  # seconds of this connection's busy_timeout, when it is not the one of the settings
    )

    def _start_transaction_under_autocommit(self) -> None:
        began = time.monotonic()
        self._take_turn()
        try:
            self._wait_for_the_file(time.monotonic() - began)
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _take_turn(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._turn is None and not self.is_in_memory_db():
            self._turn = turn(f"{name}-turn")

    def _wait_for_the_file(self, spent: float) -> None:
        """What is left of the patience goes to SQLite's own wait for those outside the queue, such as a copy being made."""
        allowed = patience()
        usual = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        seconds = usual if allowed is None else max(LEAST_SECONDS, min(usual, allowed - spent))
        if abs(seconds - (self._waits or usual)) > LEAST_SECONDS / 2:
            self.connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            self._waits = seconds

    def _give_turn(self) -> None:
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> Any:
        self._waits = None
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()


def turn(name: str) -> IO[str]:
    """The file of the queue, locked; closing it gives the turn on. Raises OperationalError after TURN_SECONDS, or when patience ends.

    The kernel queues the waiters, and a wait in it cannot be broken off: so it is done on a thread of its own, and a turn that
    comes when nobody waits for it any more is given on at once.
    """
    file = open(name, "a")  # noqa: SIM115 - held open for as long as the transaction lasts
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting = _WAITERS.submit(fcntl.flock, file, fcntl.LOCK_EX)
        try:
            waiting.result(min(TURN_SECONDS, patience() or TURN_SECONDS))
        except TimeoutError:
            waiting.add_done_callback(lambda _gone: file.close())
            waiting.cancel()
            raise OperationalError("database is locked: no turn to write") from None
    return file
