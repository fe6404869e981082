"""What each command of `gezhi` does."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

import django
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseTrouble
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.config.archive import Unfit
from gezhi.config.recounting import recount
from gezhi.config.speaking import Failed, sentence, speaking
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.text import visible

FROM_NOTHING = frozenset({"up", "init", "demo", "migrate", "restore"})  # the others need an office
WITHOUT_OFFICE = frozenset({"bench"})  # it makes its own


def run(name: str, chosen: argparse.Namespace) -> int:
    """Run a command; every expected failure becomes one sentence and exit code 1."""
    log_plainly(sys.stderr)
    try:
        django.setup()
        if name not in FROM_NOTHING | WITHOUT_OFFICE:
            _ask_for_an_office()
        return COMMANDS[name](chosen)
    except Failed as failure:
        return _fail(str(failure))
    except Refusal as refusal:
        with speaking():
            return _fail(f"{name}: {sentence(refusal)}")
    except (ImproperlyConfigured, Unfit) as wrong:
        return _fail(f"{name}: {wrong}")
    except DatabaseTrouble as trouble:
        why = [*str(trouble).splitlines(), type(trouble).__name__][0]
        return _fail(f"{name}: the database cannot do it now: {why}")
    except FileNotFoundError as trouble:
        with speaking():
            said = _("没有找到“%(file)s”，请核对文件名和路径。") % {"file": trouble.filename}
        return _fail(f"{name}: {said}")
    except OSError as trouble:
        return _fail(f"{name}: {trouble.strerror}: {trouble.filename}")
    except KeyboardInterrupt:
        return 130


def _ask_for_an_office() -> None:
    from gezhi.config.install import ask_for_an_office

    ask_for_an_office()


def _fail(words: str) -> int:
    said = words if words.startswith("gezhi") else f"gezhi {words}"
    _say(said, to=sys.stderr)
    return 1


def _say(text: str, to: TextIO | None = None) -> None:
    """One line for a terminal: what stood in a file or in the database moves no cursor there and begins no line of its own."""
    print(visible(" ".join(text.split())), file=to)


def log_plainly(to: TextIO | None = None) -> None:
    """A line of JSON for whatever is told, into a file; without one to wherever is printed at that moment."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(to),
    )


@contextmanager
def office(code: str) -> Iterator[None]:
    """Work in the one office there is, or in the one named."""
    from gezhi.tenancy.current import scope
    from gezhi.tenancy.queries import all_jurisdictions

    found = [one for one in all_jurisdictions() if not code or one.code == code]
    if not found:
        raise Failed("there is no such office yet: make one with `gezhi init` or `gezhi demo`")
    if len(found) > 1:
        raise Failed("there are several offices: name one with --office CODE")
    with scope(found[0].id):
        yield


def migrate(chosen: argparse.Namespace) -> int:
    """Tables and static files as this version wants them."""
    from gezhi.config.install import prepare

    prepare()
    return 0


def init(chosen: argparse.Namespace) -> int:
    """An office from nothing; prints the administrator's one-time code."""
    from gezhi.config.install import keep_books_of_all, prepare
    from gezhi.flows.found_office import Founding, found_office

    prepare()
    founding = Founding(
        code=chosen.code,
        name=chosen.name,
        desk_name=chosen.desk,
        phone=chosen.phone,
        admin_username=chosen.admin,
        admin_name=chosen.admin_name,
        host=chosen.host_name,
        time_zone=chosen.time_zone,
    )
    at = datetime.now(UTC)
    made = found_office(founding, at=at)
    keep_books_of_all(at)
    print(
        f"{chosen.name} ({chosen.code}) is founded. Keys: {settings.GEZHI_KEY_FILE}: keep a copy of them elsewhere."
    )
    print(
        f"{chosen.admin} chooses a password at /account/code/ with the one-time code {made.code} within 14 days."
    )
    return 0


def demo(chosen: argparse.Namespace) -> int:
    """The demonstration in an empty data folder."""
    from gezhi.config.install import accounts_file, clear_unfinished, make_demonstration, prepare
    from gezhi.flows.demonstration.build import MONTHS

    clear_unfinished()
    prepare()
    is_made = make_demonstration(months=0 if chosen.small else MONTHS)
    with speaking():
        said = {"data": settings.GEZHI_DATA, "file": accounts_file()}
        if is_made:
            _say(_("演示已经做好，在 %(data)s。登录名和密码在 %(file)s。") % said)
            _say(_("接着运行 gezhi up，用同一个 --data。"))
        else:
            _say(
                _("%(data)s 里已经有办事处，什么都没有改动。要做演示，请用 --data 指定一个空文件夹。") % said
            )
    return 0


def up(chosen: argparse.Namespace) -> int:
    """Everything that `make run` needs, in one process group."""
    from gezhi.config.running import up as bring_up

    return bring_up(chosen.host, chosen.port, chosen.workers)


def serve(chosen: argparse.Namespace) -> int:
    """The web server."""
    from gezhi.config.running import serve as run_server
    from gezhi.config.running import tell_where

    if not chosen.quiet:
        tell_where(chosen.host, chosen.port)
    return run_server(chosen.host, chosen.port, chosen.workers)


def worker(chosen: argparse.Namespace) -> int:
    """The clockwork."""
    from gezhi.config import worker as clockwork

    if not chosen.quiet:
        with speaking():
            print(_("后台程序已启动，按 Ctrl-C 停止。"), flush=True)
    clockwork.run(stop=clockwork.stop_on_signals())
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Prove the promises; exit code 1 when one is broken."""
    from gezhi.config.check import findings
    from gezhi.config.progress import Progress

    broken, warnings, lines = 0, 0, []
    progress = Progress("gezhi check")
    # a mail of cron says what was found
    tell = progress.tell if sys.stderr.isatty() else (lambda how_far: None)
    for jurisdiction, finding in findings(datetime.now(UTC), tell, seed=chosen.seed):
        progress.end()
        is_warning = finding.invariant == "warning"
        warnings, broken = warnings + is_warning, broken + (not is_warning)
        lines.append({"office": jurisdiction, **finding._asdict()})
        if not chosen.json:
            _say(f"{jurisdiction} {finding.invariant}: {finding.where}: {finding.what}")
    progress.end()
    if chosen.json:
        print(json.dumps({"broken": broken, "warnings": warnings, "findings": lines}, ensure_ascii=False))
    else:
        print(f"{broken} broken, {warnings} warnings")
    return 1 if broken else 0


def import_places(chosen: argparse.Namespace) -> int:
    """A sheet of places or a map of grid cells, by its suffix; prints each finding by row or shape."""
    from gezhi.flows import import_places as flow
    from gezhi.flows.import_outlines import SUFFIXES
    from gezhi.kernel.actor import SYSTEM

    if chosen.file.suffix.lower() in SUFFIXES:
        return _import_outlines(chosen)
    with office(chosen.office):
        result = flow.import_places(
            chosen.file.read_bytes(), chosen.file.name, actor=SYSTEM, at=datetime.now(UTC)
        )
    _tell(result.findings, result)
    print(f"{result.read} read, {result.new} new, {result.known} known, {result.bad} bad")
    return 1 if result.bad else 0


def _tell(findings: Iterable[Any], result: Any, *more: str) -> None:
    """What was found and how many, in the terminal's language; the English line that programs read comes after it."""
    with speaking():
        for found in findings:
            _say(found.sentence())
        for one in more:
            _say(one)
        if get_language() != "en":
            counts = {"read": result.read, "new": result.new, "known": result.known, "bad": result.bad}
            if hasattr(result, "redrawn"):
                counts["redrawn"] = result.redrawn
                said = _(
                    "读了 %(read)s 个图形：新增 %(new)s，重画 %(redrawn)s，已有 %(known)s，有问题 %(bad)s。"
                )
            else:
                said = _("读了 %(read)s 条：新增 %(new)s，已有 %(known)s，有问题 %(bad)s。")
            _say(said % counts)


def _import_outlines(chosen: argparse.Namespace) -> int:
    from gezhi.flows.import_outlines import import_outlines
    from gezhi.kernel.actor import SYSTEM
    from gezhi.kernel.geojson import MOST_BYTES

    with office(chosen.office):
        with chosen.file.open("rb") as file:
            data = file.read(MOST_BYTES + 1)  # one more shows that there is too much
        result = import_outlines(data, actor=SYSTEM, at=datetime.now(UTC))
    _tell((*result.findings, *result.warnings), result)
    print(
        f"{result.read} read, {result.new} new, {result.redrawn} redrawn, {result.known} known, "
        f"{result.bad} bad, {len(result.warnings)} warnings"
    )
    return 1 if result.bad else 0


def import_messages(chosen: argparse.Namespace) -> int:
    """A sheet of citizen messages as reports; shows how far it is."""
    from gezhi.flows import import_messages as flow
    from gezhi.kernel.actor import SYSTEM

    def progress(done: int, total: int) -> None:
        print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)

    with office(chosen.office):
        result = flow.import_messages(
            chosen.file.read_bytes(),
            chosen.file.name,
            actor=SYSTEM,
            at=datetime.now(UTC),
            skip_bad=chosen.skip_bad,
            progress=progress,
        )
    print(file=sys.stderr)
    _tell(result.findings, result)
    print(f"{result.read} read, {result.new} new, {result.known} known, {result.bad} bad")
    return 1 if result.bad and not chosen.skip_bad else 0


def import_ledger(chosen: argparse.Namespace) -> int:
    """A ledger kept elsewhere as reports that wait at their desks; says what each column was understood as."""
    from gezhi.config.ledger_in import import_ledger as bring

    with office(chosen.office):
        result = bring(chosen, say=_say)
    print(file=sys.stderr)
    with speaking():
        left = _("没有带进来的 %(n)s 条：原台账里已经办结（--finished wait 会带进来）。") % {
            "n": result.left_out
        }
    _tell((*result.findings, *result.remarks), result, *([left] if result.left_out else []))
    print(f"{result.read} read, {result.new} new, {result.known} known, {result.bad} bad")
    return 1 if result.bad and not chosen.skip_bad else 0


def export_ledger(chosen: argparse.Namespace) -> int:
    """The ledger as a workbook or CSV file, brought up to date first."""
    from gezhi.config.ledger_out import write

    with office(chosen.office):
        count = write(chosen, at=datetime.now(UTC))
    print(f"{count} {'line' if count == 1 else 'lines'} in {chosen.to}")
    return 0


def posters(chosen: argparse.Namespace) -> int:
    """The posters of one place, or of all stairwells below it, in one PDF."""
    from gezhi.config.posters import write

    if chosen.to.suffix.lower() != ".pdf":
        raise Failed(f"posters: {chosen.to.name} does not end in .pdf")
    if not chosen.to.resolve().parent.is_dir():
        raise Failed(f"posters: there is no folder {chosen.to.parent}")
    with office(chosen.office):
        count = write(chosen, at=datetime.now(UTC))
    print(f"{count} {'poster' if count == 1 else 'posters'} in {chosen.to}")
    return 0


def backup(chosen: argparse.Namespace) -> int:
    """Everything of every office in one file."""
    from gezhi.config.backup import back_up

    to = chosen.to.resolve()
    made = back_up(to, at=datetime.now(UTC), verify=chosen.verify)
    if made.lost or made.altered:
        print(
            f"gezhi backup: {made.lost} pictures are gone from this office, {made.altered} are altered: `gezhi check` names them",
            file=sys.stderr,
        )
    proved = ", restored in a scratch place and checked there" if chosen.verify else ""
    print(f"{made.files} files, {made.bytes / 1e6:.1f} MB in {to}{proved}")
    print(
        "Whoever holds it reads everything, phone numbers too: the office's key is in it. Lock it away, not on this machine."
    )
    print("拿到这份备份的人，什么都能读，包括居民的电话（密钥也在里面）：请锁好，不要只留在本机。")
    return 0


def restore(chosen: argparse.Namespace) -> int:
    """A backup back into an empty place."""
    from gezhi.config.restore import restore as put_back

    manifest = put_back(chosen.file.resolve())
    offices = ", ".join(manifest.facts["offices"])
    print(
        f"{offices}: as of {manifest.facts['made_at']}, {len(manifest.parts)} files in {settings.GEZHI_DATA}"
    )
    print("Prove it with `gezhi check`, then start it. 用 gezhi check 核对，然后启动。")
    return 0


def bench(chosen: argparse.Namespace) -> int:
    """The benchmarks of a source checkout."""
    try:
        from bench.run import run_all
    except ModuleNotFoundError:
        raise Failed("bench: the benchmarks are part of the source checkout; run it there") from None
    return run_all(chosen.only)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "up": up,
    "serve": serve,
    "worker": worker,
    "migrate": migrate,
    "init": init,
    "demo": demo,
    "check": check,
    "recount": recount,
    "bench": bench,
    "import-places": import_places,
    "import-messages": import_messages,
    "import-ledger": import_ledger,
    "export-ledger": export_ledger,
    "posters": posters,
    "backup": backup,
    "restore": restore,
}
