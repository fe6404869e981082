"""A few reports by people who left no more than words, and a message to each: `python -m tests.ready tests.faults.few_cases COUNT`."""

import sys
from datetime import UTC, datetime

from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import outbox
from gezhi.kernel.actor import VISITOR
from gezhi.reports.intake import Intake
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions


def main(count: int) -> None:
    at = datetime.now(UTC)
    with scope(all_jurisdictions()[0].id):
        for number in range(count):
            said = Intake("web", text=f"楼道灯不亮 {number}")
            report = receive_report(Voice(said), actor=VISITOR, at=at).report_id
            outbox.queue(outbox.Following("message.reporter", f"{report}", at, subject=("report", report)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
