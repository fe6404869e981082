"""`gezhi check`: every package proves its own promises, one office after the other; the installation is looked at, too.

It seals the journal and follows it with the ledger itself, so that all rows are proved, also of an office that stands still. How long
a worker left that undone is measured before.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings

from gezhi.cases import check as cases
from gezhi.catalogue import check as catalogue
from gezhi.channels.paper import album as albums
from gezhi.config import network
from gezhi.config.environment import HERE
from gezhi.config.progress import bar
from gezhi.config.worker import keep_books
from gezhi.duty import check as duty
from gezhi.evidence import check as evidence
from gezhi.flows import herald_check
from gezhi.insight import check as insight
from gezhi.insight.figures import check as figures
from gezhi.insight.mapping import past as map_past
from gezhi.insight.rollups import following as rollups
from gezhi.insight.rollups.anew import begin_when_new
from gezhi.insight.search import following as search
from gezhi.journal import check as journal
from gezhi.journal import outbox
from gezhi.journal.queries import sealed_after, unsealed_since
from gezhi.kernel.finding import Finding
from gezhi.ledger import check as ledger
from gezhi.ledger.queries import position
from gezhi.notices.queries import told_until
from gezhi.parties import check as parties
from gezhi.places import check as places
from gezhi.reports import check as reports
from gezhi.routing import check as routing
from gezhi.tenancy import check as tenancy
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions

Proof = Callable[[], Iterator[Finding]]
# I13 and I8 promise five seconds to whoever looks at a running office. An office that is just started, stopped or brought up to
# date goes without a worker for some minutes; beyond this one was forgotten, or died.
LATE = timedelta(minutes=10)
OTHERS = 0o077


def findings(
    at: datetime, tell: Callable[[str], None] = lambda how_far: None, *, seed: int | None = None
) -> Iterator[tuple[str, Finding]]:
    """(code of the office, finding) for everything that is broken or deserves a warning; nothing when all is well.

    tell: hears how far it is; of a million cases it reads for half an hour. seed: as in insight/figures/check.
    """
    for one in _installation(at):
        yield "-", one
    for office in all_jurisdictions():
        with scope(office.id):
            for found in [*_left_undone(at)]:
                yield office.code, found
            tell(f"{office.code} journal, ledger, search")
            keep_books(at)
            begin_when_new(at=at)
            rollups.catch_up(at=at)
            search.catch_up()
            proofs = _proofs(at, seed)
            for done, (name, proof) in enumerate(proofs.items()):
                tell(f"{bar(done, len(proofs))} {name}")
                for found in proof():
                    yield office.code, found


def _left_undone(at: datetime) -> Iterator[Finding]:
    """What a worker should have done long ago, or an upgrade. 7 queries."""
    read = position().number
    owed = (
        ("journal", "a row waits for its seal", unsealed_since()),
        ("ledger", "it does not follow the journal", sealed_after(read)),
        ("notices", "nobody is told of what the journal says", sealed_after(told_until())),
        ("roll-ups", *_uncounted(read)),
    )
    for where, what, since in owed:
        if since is not None and at - since > LATE:
            yield Finding(
                "worker", where, f"{what} since {since:%Y-%m-%d %H:%M:%S} UTC: does `gezhi worker` run?"
            )


def _uncounted(read: int) -> tuple[str, datetime | None]:
    """What the roll-ups lack of what the ledger has read, and since when. 3 queries."""
    stood = rollups.reached()
    if stood.at is None:
        return "they were never counted whole", sealed_after(0) if read else None
    return "they do not follow the ledger", sealed_after(stood.position) if stood.position < read else None


def _proofs(at: datetime, seed: int | None = None) -> dict[str, Proof]:
    return {
        "keys": tenancy.findings,
        "journal": journal.findings,
        "places": places.findings,
        "catalogue": partial(catalogue.findings, at),
        "parties": parties.findings,
        "duty": duty.findings,
        "pictures": partial(evidence.findings, at),
        "reports": reports.findings,
        "cases": cases.findings,
        **network.PROOFS,
        "routing": partial(routing.findings, at),
        "ledger": ledger.findings,
        "search": insight.findings,
        "figures": partial(figures.findings, seed),
        "map": map_past.findings,
        "notices": partial(herald_check.findings, at),
        "albums": albums.findings,
        "errands": _parked,
    }


def _parked() -> Iterator[Finding]:
    for errand in outbox.parked():
        yield Finding("warning", f"errand {errand.kind} {errand.key}", f"was parked: {errand.error}")


def _installation(at: datetime) -> Iterator[Finding]:
    if not settings.GEZHI_LIMITS:
        yield Finding("warning", "GEZHI_LIMITS", "rate limits are off: for benchmarks only")
    if not settings.GEZHI_HTTPS:
        yield Finding("warning", "GEZHI_HTTPS", "is off: offline work and positions need HTTPS in front")
    yield from _names()
    yield from _open_files()
    mailer = settings.GEZHI_MAIL
    if mailer is not None and mailer.password and not mailer.security:
        yield Finding(
            "warning", "GEZHI_MAIL_URL", "sends its password unencrypted: write smtps:// or ?starttls"
        )
    if at.year < 2025:
        yield Finding("warning", "clock", "the machine's clock stands before 2025")


def _names() -> Iterator[Finding]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("warning", "GEZHI_HOSTS", "answers to every name: write down the office's own")
    elif settings.GEZHI_HTTPS and set(settings.ALLOWED_HOSTS) <= {*HERE}:
        yield Finding("warning", "GEZHI_HOSTS", "names this machine only: behind a proxy nobody is answered")


def _open_files() -> Iterator[Finding]:
    """The key and the data folder are one user's, who runs the office."""
    for where, path in (("key", Path(settings.GEZHI_KEY_FILE)), ("data folder", Path(settings.GEZHI_DATA))):
        if path.exists() and path.stat().st_mode & OTHERS:
            yield Finding(
                "warning", where, f"{path} is open to other users of this machine: chmod go-rwx {path}"
            )
