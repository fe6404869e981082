"""Is it alive, is it ready: for whoever watches the machine. Doors of design §7."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.journal import heartbeat
from gezhi.tenancy.patience import waiting_at_most
from gezhi.web.asked import Asked

RETRY_SECONDS = 5
PATIENCE_SECONDS = 2.0  # whoever watches the machine asks again soon
KEPT_SECONDS = 2.0  # anybody may ask without end: a look writes to the disk, in one of the few places at work
PROBE = "ready"  # the row that is written; no session has so short a key
_applied: set[str] = set()  # once all migrations of this code are applied, they stay so while it runs


@dataclass
class Verdict:
    """What the last look of this process has found."""

    looked_at: float = -inf  # monotonic seconds
    checks: dict[str, bool] = field(default_factory=dict)


_last = Verdict()
_looking = threading.Lock()


@require_safe
@never_cache
def healthz(request: Asked) -> HttpResponse:
    """200 as long as this process answers at all. No query."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: Asked) -> HttpResponse:
    """200 when everything is writable and migrated, else 503; the worker's age in seconds is told, not judged."""
    checks = verdict(request.now)
    ready = all(checks.values())
    told = {"status": "ready" if ready else "not_ready", **checks, "worker_age": heartbeat.age(request.now)}
    answer = JsonResponse(told, status=200 if ready else 503)
    if not ready:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def verdict(now: datetime) -> dict[str, bool]:
    """What a look of at most two seconds ago has found. While somebody looks the others are told the last, once there is one."""
    is_old = monotonic() - _last.looked_at >= KEPT_SECONDS
    if is_old and _looking.acquire(blocking=not _last.checks):
        try:
            _last.checks = _look(now)
            _last.looked_at = monotonic()
        finally:
            _looking.release()
    return _last.checks


def _look(now: datetime) -> dict[str, bool]:
    return {
        "database": _database_takes_writes(now),
        "migrations": _migrations_are_applied(),
        "media": _takes_files(Path(settings.GEZHI_MEDIA)),
    }


def _database_takes_writes(now: datetime) -> bool:
    """Commits one row, always the same: what is rolled back never reaches a full disk or a write-ahead log that is read-only."""
    try:
        with waiting_at_most(PATIENCE_SECONDS), transaction.atomic():
            told = {"session_data": secrets.token_hex(8), "expire_date": now}
            Session.objects.update_or_create(session_key=PROBE, defaults=told)
    except (DatabaseError, OSError):
        return False
    return _takes_files(Path(settings.GEZHI_DATA))


def _migrations_are_applied() -> bool:
    if "all" not in _applied:
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return False
        except DatabaseError:
            return False
        _applied.add("all")
    return True


def _takes_files(folder: Path) -> bool:
    """Writes a file of one byte and takes it away."""
    probe = folder / f".ready-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError:
        return False
    return True
