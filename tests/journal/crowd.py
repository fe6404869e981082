"""Several workers at once, each with a connection of its own, all starting together."""

import threading
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from gezhi.tenancy.current import scope


def together(deed: Callable[[], object], *, workers: int, jurisdiction: UUID) -> list[object]:
    """What each worker got, in no order. A worker's exception is raised here."""
    start, got, troubles = threading.Barrier(workers), [], []

    def work() -> None:
        try:
            with scope(jurisdiction):
                start.wait(timeout=30)
                got.append(deed())
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if troubles:
        raise troubles[0]
    return got
