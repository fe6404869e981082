"""Where a report came from, as its readers know it."""

from gezhi.reports.kinds import Channel
from gezhi.reports.queries import ReportRow


def source(report: ReportRow) -> str:
    """Where it came from and its number there; "" of a group, whose numbers are ours and say nothing to anybody."""
    if report.channel == Channel.GROUP:
        return ""
    if report.channel == Channel.ORDER:
        return report.external_number  # from whom stands above it, in words
    return " ".join(part for part in (report.source, report.external_number) if part)
