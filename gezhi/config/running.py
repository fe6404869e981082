"""Run the server, the worker, or both as children of one command; Ctrl-C stops everything."""

import errno
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils.translation import gettext as _

from gezhi.config.alone import AlreadyRunning, alone, ask_alone
from gezhi.config.environment import HERE
from gezhi.config.install import accounts_file, clear_unfinished, make_demonstration, prepare
from gezhi.config.parent import end_with_parent
from gezhi.config.speaking import speaking
from gezhi.web.door import AT_ONCE, WAITING

READY_SECONDS = 60
EVERYWHERE = frozenset({"0.0.0.0", "::"})
# RFC 5737: nobody's; to ask the machine which of its addresses it would use, nothing is sent.
NOWHERE_YET = "192.0.2.1"


def serve(host: str, port: int, workers: int) -> int:
    """The web server: granian, one process per worker, threads for requests at work and for bodies on their way."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # it warns of many threads: ours only wait for bodies, those at work are few (web/door.py)
    logging.getLogger("_granian").addFilter(lambda line: "Python threads" not in line.getMessage())
    Server(
        "gezhi.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=AT_ONCE + WAITING,
        backlog=512,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def up(host: str, port: int, workers: int) -> int:
    """Prepare, start server and worker, say where, and wait until the server ends or somebody stops it; a dead worker is replaced.

    One per data folder; what cannot be is said before anything is made.
    """
    data, url = settings.GEZHI_DATA, f"http://{_known_as(host)}:{port}/"
    try:
        ask_alone(data)
        if trouble := _why_not(host, port):
            return _fail(trouble)
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(data, url):
            return _run(host, port, workers, url)
    except AlreadyRunning as other:
        with speaking():
            if not str(other):
                return _fail(_("已经在运行，请直接使用，或先停止它。"))
            return _fail(_("已经在 %(url)s 运行，请直接使用，或先停止它。") % {"url": other})


def _run(host: str, port: int, workers: int, url: str) -> int:
    clear_unfinished()
    prepare()
    if make_demonstration():
        with speaking():
            print(_("演示已经做好：皇冠街道、它的 19 个社区，和试用的账号。"), flush=True)
    address = ["--host", host, "--port", str(port), "--workers", str(workers)]
    children = [_child("serve", "--quiet", *address), _child("worker", "--quiet")]
    stopped = _stopped_by_signals()
    try:
        if _answers(host, port, children[0], stopped):
            _announce(host, url)
        elif not stopped.is_set():
            with speaking():
                return _fail(_("服务没有启动，原因见上面。"))
        while not stopped.is_set() and children[0].poll() is None:
            # The server goes on; leases of a killed worker run out by themselves.
            if children[1].poll() is not None:
                children[1] = _child("worker", "--quiet")
            stopped.wait(0.5)
        if not stopped.is_set():
            with speaking():
                return _fail(_("服务中断，原因见上面。"))
        with speaking():
            print("\n" + _("已停止，数据都在 %(data)s。") % {"data": settings.GEZHI_DATA}, flush=True)
        return 0
    finally:
        _end(children)


def _fail(sentence: str) -> int:
    print(f"gezhi up: {sentence}", file=sys.stderr, flush=True)
    return 1


def _why_not(host: str, port: int) -> str:
    """Why nobody can listen there, "" when one can."""
    try:
        family, *_rest, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as trouble:
        with speaking():
            if trouble.errno == errno.EADDRINUSE:
                return _("端口 %(port)s 已被占用，请停掉占用它的程序，或用 PORT=… 换一个。") % {"port": port}
            if trouble.errno == errno.EACCES:
                return _("端口 %(port)s 需要管理员权限，请用 PORT=… 换一个 1024 以上的。") % {"port": port}
            said = {"host": host, "why": trouble.strerror or trouble}
            return _("不能在 %(host)s 上提供服务（%(why)s）。请用 HOST=… 换一个本机的地址。") % said
    return ""


def _known_as(host: str) -> str:
    """The name to reach this server by from here: one that it answers to (GEZHI_HOSTS)."""
    if host not in EVERYWHERE:
        return f"[{host}]" if ":" in host else host
    named = [one.lstrip(".*") for one in settings.ALLOWED_HOSTS]
    return "127.0.0.1" if "127.0.0.1" in named else next(filter(None, named), "127.0.0.1")


def _child(*command: str) -> subprocess.Popen[bytes]:
    """A process group of its own, so that Ctrl-C reaches it through us, once."""
    environment = os.environ | {"GEZHI_DATA": str(settings.GEZHI_DATA)}
    line = [sys.executable, "-m", "gezhi.config.cli", *command]
    return subprocess.Popen(line, env=environment, start_new_session=True, preexec_fn=end_with_parent)


def _stopped_by_signals() -> threading.Event:
    stopped = threading.Event()

    def told(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told)
    return stopped


def _answers(host: str, port: int, server: subprocess.Popen[bytes], stopped: threading.Event) -> bool:
    """Wait until the server answers; False when it ended, was stopped, or never did within a minute."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    asked = Request(f"http://{here}:{port}/healthz", headers={"Host": _known_as(host)})
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and server.poll() is None and not stopped.is_set():
        try:
            with urlopen(asked, timeout=2):
                return server.poll() is None
        except HTTPError:  # under another name than those of GEZHI_HOSTS; it does answer
            return server.poll() is None
        except (URLError, OSError):
            stopped.wait(0.1)
    return False


def _announce(host: str, url: str) -> None:
    with speaking():
        print("\n" + _("格治已启动：%(url)s   （工作台：%(url)sdesk/ · 手机：%(url)smy/）") % {"url": url})
        if host in EVERYWHERE:
            _tell_of_hosts(url)
        if accounts_file().exists():
            print(_("演示账号（%(file)s）：") % {"file": accounts_file()})
            for one in json.loads(accounts_file().read_text()):
                print(
                    f"  {one['username']:<8} {one['password']:<18} {one['name']} · {one['role']} · {one['party']}"
                )
            print(_("从头办一件，十分钟：docs/start.zh-CN.md"))
        print(_("按 Ctrl-C 停止，数据保留。"), flush=True)


def tell_where(host: str, port: int) -> None:
    """The address of a server that starts alone, and where the log-ins are."""
    url = f"http://{_known_as(host)}:{port}/"
    with speaking():
        print(_("服务正在启动：%(url)s   （工作台：%(url)sdesk/ · 手机：%(url)smy/）") % {"url": url})
        if accounts_file().exists():
            print(_("演示的登录名和密码在 %(file)s。") % {"file": accounts_file()})
        print(_("定时的事要另开 gezhi worker；按 Ctrl-C 停止。"), flush=True)


def _tell_of_hosts(url: str) -> None:
    """Others reach the port: under which names they are answered, or that there is none yet."""
    others = [
        one
        for one in settings.ALLOWED_HOSTS
        if one not in HERE and f"//{one}:" not in url and one[0] not in "*."
    ]
    for one in others:
        print(_("其他设备用：%(url)s") % {"url": f"http://{one}:{url.rsplit(':', 1)[1]}"})
    if "GEZHI_HOSTS" in os.environ:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE_YET, 9))
            own = probe.getsockname()[0]
        except OSError:
            own = "192.168.1.5"
    hosts = f"GEZHI_HOSTS=127.0.0.1,{own}"
    print(_("手机等其他设备要打开，请加上 %(hosts)s（本机的地址）再启动。") % {"hosts": hosts})


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
