"""The worker's outward lane at a moment that the test chooses, which kills itself (-9) at a named point of its first message.

`python -m tests.ready tests.faults.dying_postman POINT MOMENT`. POINT: one of POINTS, or "none" to deliver everything that is due and end.
"""

import sys
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from gezhi.channels import outward, webhook
from gezhi.config import worker
from gezhi.config.postman import Postman
from gezhi.journal import outbox
from gezhi.journal.outbox import Leased
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions
from tests.faults.dying_worker import die, then

_done, replace = outbox.done, setattr


def half_marked(errand: Leased, *, at: datetime) -> bool:
    """Die with the mark written and not committed."""
    with transaction.atomic():
        _done(errand, at=at)
        die()
    return True


def mark_first() -> None:
    """The twin: everything claimed counts as done before it is sent; then die on the way."""
    claim_on = outbox.claim_on

    def claim_and_mark(road: str, *, at: datetime, limit: int) -> list[Leased]:
        claimed = claim_on(road, at=at, limit=limit)
        for errand in claimed:
            _done(errand, at=at)
        return claimed

    replace(outbox, "claim_on", claim_and_mark)
    replace(outward, "judged", then(outward.judged))


POINTS: dict[str, Callable[[], None]] = {
    "claim": lambda: setattr(outbox, "claim_on", then(outbox.claim_on)),
    "render": lambda: setattr(webhook, "render", then(webhook.render)),
    "send": lambda: setattr(outward, "judged", then(outward.judged)),  # on the way, nothing has left yet
    "accepted": lambda: setattr(outward, "post", then(outward.post)),
    "mark": lambda: setattr(outbox, "done", half_marked),
    "ack": lambda: setattr(outbox, "done", then(outbox.done)),
    "told": lambda: setattr(worker.herald.notices, "write", then(worker.herald.notices.write)),
    "marked first": mark_first,
    "none": lambda: None,
}


def main(point: str, moment: str) -> None:
    POINTS[point]()
    at = datetime.fromisoformat(moment)
    for office in all_jurisdictions():
        with scope(office.id):
            worker.keep_books(at)
            postman = Postman(lambda: at)
            while postman.deliver():
                pass
            postman.come_home()


if __name__ == "__main__":
    main(*sys.argv[1:])
