"""A few reports, and a receiver that hears of them: `python -m tests.ready tests.faults.told_cases COUNT URL`."""

import sys
from datetime import UTC, datetime

from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.notices import receivers
from gezhi.reports.intake import Intake
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions


def main(count: int, url: str) -> None:
    at = datetime.now(UTC)
    with scope(all_jurisdictions()[0].id):
        receivers.add("区城管平台", url, ["case.reported"], actor=SYSTEM, at=at)
        for number in range(count):
            receive_report(Voice(Intake("web", text=f"楼道灯不亮 {number}")), actor=VISITOR, at=at)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
