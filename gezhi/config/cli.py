"""The command `gezhi`: one door for installing, serving, checking, importing and exporting.

`--data DIR` stands before or after the command. Exit code 0 only on success; a failure is one clear sentence on standard error.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gezhi import __version__
from gezhi.config.options import ENCODINGS, LEDGER_FIELDS, MOST_WORKERS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Settings are read only after `--data` is known."""
    os.umask(0o077)  # database, keys and photos are the office's alone
    chosen = _parser().parse_args(arguments)
    data = getattr(chosen, "data", None)
    if data:
        os.environ["GEZHI_DATA"] = str(Path(data).resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.config import commands  # only now: it reads the settings

    return commands.run(chosen.command, chosen)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", default=argparse.SUPPRESS, metavar="DIR", help="the office's data folder (GEZHI_DATA)"
    )
    parser = argparse.ArgumentParser(
        prog="gezhi", description="Gezhi 格治: 件件有着落，事事有回音。", parents=[common]
    )
    parser.add_argument("--version", action="version", version=f"gezhi {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common])

    _serving(add)
    _founding(add)
    _checking(add)
    _moving(add)
    _saving(add)
    return parser


def port(typed: str) -> int:
    """A port somebody can type into an address."""
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= 65535):
        raise argparse.ArgumentTypeError(
            f"{typed!r} is no port: write a number from 1 to 65535 · 端口请写 1 至 65535 的数"
        )
    return int(typed)


def workers(typed: str) -> int:
    """How many processes serve; without one nobody answers."""
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"{typed!r}: write a number from 1 to {MOST_WORKERS}")
    return int(typed)


def _serving(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    up = add(
        "up",
        "bring the tables up to date, make the demonstration if there is no office, run server and worker",
    )
    serve = add("serve", "run the web server")
    for command in (up, serve):
        command.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
        command.add_argument(
            "--port", type=port, default=8000, help="port to listen on (default %(default)s)"
        )
        command.add_argument(
            "--workers", type=workers, default=2, help="server processes (default %(default)s)"
        )
    worker = add(
        "worker", "run the clockwork: seal the journal, keep the ledger, fire timers, prepare pictures"
    )
    for command in (serve, worker):  # `up` speaks for both
        command.add_argument("--quiet", action="store_true", help="say nothing at the start")
    add("migrate", "bring the tables and the static files up to date")


def _founding(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    init = add("init", "make an office from nothing: jurisdiction, first administrator, keys")
    init.add_argument("--code", required=True, help="six-digit national division code (GB/T 2260)")
    init.add_argument("--name", required=True, help="name of the district, county or development zone")
    init.add_argument("--desk", required=True, help="name of the intake desk, e.g. the subdistrict office")
    init.add_argument("--phone", required=True, help="its phone, answered day and night")
    init.add_argument("--admin", required=True, help="user name of the first administrator")
    init.add_argument("--admin-name", required=True, help="the administrator's name")
    init.add_argument(
        "--host-name", default="", help="the host name of this office, when several share one server"
    )
    init.add_argument("--time-zone", default="Asia/Shanghai", help="default %(default)s")
    demo = add(
        "demo", "fill an empty data folder with the demonstration: half a year of Huangguan subdistrict"
    )
    demo.add_argument(
        "--small",
        action="store_true",
        help="its places, people and a first week of cases only: half a minute, not minutes",
    )


def _checking(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    check = add("check", "prove the promises on live data; names each row that breaks one")
    check.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    check.add_argument(
        "--seed",
        type=int,
        default=None,
        help="which months of the figures are recounted (default: by the position)",
    )
    add(
        "recount",
        "count all figures anew from the ledger; nobody waits for it, and they are swapped in one go",
    )
    bench = add("bench", "measure speed and memory; prints one table per benchmark")
    bench.add_argument("only", nargs="*", help="names of benchmarks (default: all)")


def _moving(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    places = add(
        "import-places",
        "take in a sheet of places (.xlsx, .csv) or the borders of grid cells (.geojson); all or nothing",
    )
    places.add_argument("file", type=Path, metavar="FILE")
    messages = add(
        "import-messages", "take in a sheet of citizen messages as reports; a damaged row stops it"
    )
    messages.add_argument("file", type=Path, metavar="FILE")
    messages.add_argument("--skip-bad", action="store_true", help="leave damaged rows out, naming each")
    ledger = add("export-ledger", "write the problem ledger 问题处理台账")
    ledger.add_argument("--to", type=Path, required=True, metavar="FILE", help=".xlsx or .csv, by its suffix")
    ledger.add_argument("--language", default="zh-hans", choices=("zh-hans", "zh-hant", "en"))
    for command in (places, messages, _book(add), ledger, _posters(add)):
        command.add_argument("--office", default="", help="code of the jurisdiction, when there are several")


def _book(add: Callable[[str, str], argparse.ArgumentParser]) -> argparse.ArgumentParser:
    book = add(
        "import-ledger",
        "take in a ledger kept elsewhere (.xlsx, .xls, .csv) as reports that wait at their desks; all or nothing",
    )
    book.add_argument("file", type=Path, metavar="FILE")
    book.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HEAD=FIELD",
        help=f"what a column is, where it is not understood (FIELD: {', '.join(LEDGER_FIELDS)}; nothing = left out)",
    )
    book.add_argument(
        "--sheet", default="", help="name of the worksheet (default: the one whose heads are known)"
    )
    book.add_argument(
        "--encoding", default="", choices=("", *ENCODINGS), help="of a text file, when it is not seen"
    )
    book.add_argument(
        "--finished",
        default="leave_out",
        choices=("leave_out", "wait"),
        help="rows that it calls finished: left out, or taken in to wait at the desk (default %(default)s)",
    )
    book.add_argument(
        "--dry-run", action="store_true", help="say what would come in and what is wrong; write nothing"
    )
    book.add_argument("--skip-bad", action="store_true", help="leave damaged rows out, naming each")
    return book


def _posters(add: Callable[[str, str], argparse.ArgumentParser]) -> argparse.ArgumentParser:
    posters = add(
        "posters", "write the posters of a place, or of all buildings and stairwells below it, as one PDF"
    )
    posters.add_argument("--place", required=True, metavar="CODE", help="code of a place: 371072-00128")
    posters.add_argument(
        "--all-stairs",
        action="store_true",
        help="one for each stairwell at and below it, not one for the place",
    )
    posters.add_argument("--to", type=Path, required=True, metavar="FILE", help="a .pdf")
    posters.add_argument(
        "--address",
        required=True,
        metavar="URL",
        help="where residents reach this office: https://gezhi.example.cn",
    )
    posters.add_argument("--language", default="zh-hans", choices=("zh-hans", "zh-hant", "en"))
    return posters


def _saving(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    backup = add(
        "backup", "save database, photos, keys and heads of the journal in one file, while people work"
    )
    backup.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help="a .tar; who holds it reads everything"
    )
    backup.add_argument(
        "--verify", action="store_true", help="restore it in a scratch place and run `gezhi check` there"
    )
    restore = add("restore", "put a backup back into an empty data folder (and PostgreSQL database)")
    restore.add_argument("file", type=Path, metavar="FILE")


if __name__ == "__main__":
    sys.exit(main())
