"""`gezhi check`: every package proves its own promises, one office after the other; the installation is looked at, too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from django.conf import settings

from gezhi.cases import check as cases
from gezhi.catalogue import check as catalogue
from gezhi.duty import check as duty
from gezhi.evidence import check as evidence
from gezhi.journal import check as journal
from gezhi.journal import outbox, sealing
from gezhi.kernel.finding import Finding
from gezhi.ledger import actions as ledger_actions
from gezhi.ledger import check as ledger
from gezhi.parties import check as parties
from gezhi.places import check as places
from gezhi.reports import check as reports
from gezhi.tenancy import check as tenancy
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions

Proof = Callable[[], Iterator[Finding]]


def findings(at: datetime) -> Iterator[tuple[str, Finding]]:
    """(code of the office, finding) for everything that is broken or deserves a warning; nothing when all is well."""
    for one in _installation():
        yield "-", one
    for office in all_jurisdictions():
        with scope(office.id):
            sealing.seal(at=at)
            ledger_actions.catch_up(at=at)
            for proof in _proofs(at):
                for found in proof():
                    yield office.code, found


def _proofs(at: datetime) -> list[Proof]:
    return [
        tenancy.findings,
        journal.findings,
        places.findings,
        partial(catalogue.findings, at),
        parties.findings,
        duty.findings,
        partial(evidence.findings, at),
        reports.findings,
        cases.findings,
        ledger.findings,
        _parked,
    ]


def _parked() -> Iterator[Finding]:
    for errand in outbox.parked():
        yield Finding("warning", f"errand {errand.kind} {errand.key}", f"was parked: {errand.error}")


def _installation() -> Iterator[Finding]:
    if not settings.GEZHI_LIMITS:
        yield Finding("warning", "GEZHI_LIMITS", "rate limits are off: for benchmarks only")
    if not settings.GEZHI_HTTPS:
        yield Finding("warning", "GEZHI_HTTPS", "is off: offline work and positions need HTTPS in front")
    if datetime.now(UTC).year < 2025:
        yield Finding("warning", "clock", "the machine's clock stands before 2025")
