"""A file whose age tells how long ago the worker last came round. It writes it; whoever watches the machine reads it."""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings


def file() -> Path:
    """Beside the database: there for every process of this installation, and without a query."""
    return Path(settings.GEZHI_DATA) / "worker.alive"


def beat(at: datetime) -> None:
    """The worker was last known to be whole at this moment."""
    file().touch()
    os.utime(file(), (at.timestamp(), at.timestamp()))


def age(at: datetime) -> float | None:
    """Seconds since then; None when no worker has ever run here."""
    try:
        return round(at.timestamp() - file().stat().st_mtime, 1)
    except OSError:
        return None
