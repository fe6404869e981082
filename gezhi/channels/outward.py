"""One request to somebody else's server, as a stranger's address deserves: looked up once, judged, and connected to where it was judged.

The standard library does it, for nothing else here lets us name the address that is connected to while the certificate is still checked
against the host's name; and one request without redirects, cookies or proxies needs no more. Bad input class 29 (SSRF): public unicast
addresses only, unless GEZHI_WEBHOOK_NETS says otherwise.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import IO, Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from gezhi.kernel.refusal import Invalid, Refusal

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
MOST_ANSWER_BYTES = 4096  # of the answer only the status counts
MOST_URL = 500
IN_MEMORY = 262_144  # bytes of a fetched file; more lies on the disk
PIECE = 65_536
PORTS = {"https": 443, "http": 80}
Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class Unreachable(Refusal):
    """Nobody answered as a server does: no name, no connection, no certificate, no answer in time."""

    code = "unreachable"


class Target(NamedTuple):
    """Where a URL leads. path: with its query."""

    scheme: str
    host: str
    port: int
    path: str


def target(url: str, *, may_be_plain: bool | None = None) -> Target:
    """A URL taken apart. Raises Invalid("url", code): not_a_url, https_only, credentials.

    may_be_plain: whether http will do; unless said, where the office allows networks for its webhooks.
    """
    plain = url.strip()
    if len(plain) > MOST_URL or not plain.isascii() or not plain.isprintable() or set(plain) & set(' \\"<>'):
        raise Invalid("url", "not_a_url")
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError as wrong:
        raise Invalid("url", "not_a_url") from wrong
    if parts.scheme not in PORTS or not parts.hostname:
        raise Invalid("url", "not_a_url")
    if "@" in parts.netloc:
        raise Invalid("url", "credentials")
    is_plain_allowed = bool(settings.GEZHI_WEBHOOK_NETS) if may_be_plain is None else may_be_plain
    if parts.scheme == "http" and not is_plain_allowed:
        raise Invalid("url", "https_only")
    if port == 0:
        raise Invalid("url", "not_a_url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)


NOBODYS: Final = (  # no public machine's, whatever this Python calls global
    IPv6Network("fec0::/10"),  # site-local, RFC 3879
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890
)


def may_reach(address: Address, nets: Sequence[Network]) -> bool:
    """Whether an address is a public one of a single machine, or lies in a network that the office allowed."""
    if any(address in net for net in nets if net.version == address.version):
        return True
    inner = _inside(address)
    if inner is not None:
        return may_reach(inner, nets)
    if any(address in net for net in NOBODYS if net.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to by way of a translator or tunnel."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    nat64 = IPv6Network("64:ff9b::/96")
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in nat64 else None


def judged(to: Target, nets: Sequence[Network], *, may_be_plain: bool = False) -> Address:
    """The address to connect to. One bad address among those of a name refuses them all. Raises Invalid("url", "forbidden"), Unreachable.

    may_be_plain: whether http will do outside of `nets`, too.
    """
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise Unreachable("no_such_name", problem=str(problem)) from problem
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not all(may_reach(address, nets) for address in addresses):
        raise Invalid("url", "forbidden")
    is_inside = any(addresses[0] in net for net in nets if net.version == addresses[0].version)
    if to.scheme == "http" and not is_inside and not may_be_plain:
        raise Invalid("url", "https_only")
    return addresses[0]


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that the server answered. No redirect is followed. Raises Invalid("url", …), Unreachable."""
    to = target(url)
    line = _Line(to, judged(to, settings.GEZHI_WEBHOOK_NETS))
    with _cut_off(line):
        try:
            line.request("POST", to.path, body, dict(headers))
            answer = line.getresponse()
            answer.read(MOST_ANSWER_BYTES)
        except (OSError, HTTPException) as problem:
            raise Unreachable("no_answer", problem=repr(problem)) from problem
        return answer.status


class Answered(NamedTuple):
    """What a server that the office chose answered: its body is read to the end, at its beginning; the caller closes it."""

    status: int
    media_type: str
    body: IO[bytes]


def ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, most_bytes: int
) -> Answered:
    """One question to a server that the office chose, judged as webhooks are. Raises Invalid("url", … too_large), Unreachable."""
    ends, to = monotonic() + WHOLE_SECONDS, target(url)
    line = _Line(to, judged(to, settings.GEZHI_WEBHOOK_NETS))
    with _cut_off(line):
        try:
            line.request(method, to.path, body, dict(headers))
            answer = line.getresponse()
            media_type = answer.headers.get_content_type()
            return Answered(answer.status, media_type, _read(answer, most_bytes, ends))
        except (OSError, HTTPException) as problem:
            raise Unreachable("no_answer", problem=repr(problem)) from problem


class Fetched:
    """A file from elsewhere, at its beginning, as evidence.keep takes it. name: the end of its address, where that is one."""

    def __init__(self, file: IO[bytes], name: str = "") -> None:
        self.file, self.name, self.size = file, name, file.seek(0, 2)
        file.seek(0)

    def read(self, bytes: int, /) -> bytes:
        """As a file's."""
        return self.file.read(bytes)


def fetch(url: str, *, most_bytes: int, seconds: float) -> IO[bytes]:
    """What a public address answers to GET, read to its end, at its beginning; the caller closes it. https or http, on the port of its scheme.

    A stranger names the address: networks that the office allows for its webhooks are not open to him, no redirect is followed, nothing
    of ours is sent. Raises Invalid("url", … port, too_large), Unreachable (no_such_name, no_answer, status).
    """
    ends = monotonic() + seconds
    to = target(url, may_be_plain=True)
    if to.port != PORTS[to.scheme]:
        raise Invalid("url", "port")
    line = _Line(to, _judged_within(seconds, to))
    with _cut_off(line, max(0.1, ends - monotonic())):
        try:
            line.request("GET", to.path, headers={"Accept": "image/*", "User-Agent": "Gezhi"})
            answer = line.getresponse()
            if answer.status != 200:
                raise Unreachable("status", status=answer.status)
            return _read(answer, most_bytes, ends)
        except (OSError, HTTPException) as problem:
            raise Unreachable("no_answer", problem=repr(problem)) from problem


def _judged_within(seconds: float, to: Target) -> Address:
    """`judged` for a stranger's address. Looking up a name cannot be broken off: a lookup that takes longer is left to end by itself."""
    found: Future[Address] = Future()

    def look() -> None:
        try:
            found.set_result(judged(to, (), may_be_plain=True))
        except Exception as refused:  # handed over to whoever waits
            found.set_exception(refused)

    threading.Thread(target=look, daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError:
        raise Unreachable("no_such_name") from None


def _read(answer: HTTPResponse, most_bytes: int, ends: float) -> IO[bytes]:
    """The whole body. Raises Invalid("url", "too_large") as soon as that is known, Unreachable for one that is cut off."""
    said = answer.length
    if said is not None and said > most_bytes:
        raise Invalid("url", "too_large")
    kept: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - handed over
    count = 0
    while piece := answer.read1(PIECE):
        count += len(piece)
        if monotonic() > ends:
            break
        if count > most_bytes:
            kept.close()
            raise Invalid("url", "too_large")
        kept.write(piece)
    if monotonic() > ends or (said is not None and count != said):
        kept.close()
        raise Unreachable("no_answer", problem="cut off")
    kept.seek(0)
    return kept


class _Line(HTTPConnection):
    """A connection to one address, whatever the name leads to by now; over https the name must stand in the certificate."""

    def __init__(self, to: Target, address: Address) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_SECONDS)
        self._to, self._address = to, address
        self.held: socket.socket | None = (
            None  # `sock` is given up as soon as an answer begins that ends with its connection
        )

    def connect(self) -> None:
        """As the library's, by address; the handshake is done where a watchdog can reach its socket."""
        self.held = self.sock = socket.create_connection((str(self._address), self._to.port), CONNECT_SECONDS)
        self.sock.settimeout(WHOLE_SECONDS)
        if self._to.scheme == "https":
            trusting = ssl.create_default_context()
            secured = trusting.wrap_socket(
                self.sock, server_hostname=self._to.host, do_handshake_on_connect=False
            )
            self.held = self.sock = secured
            secured.do_handshake()


@contextmanager
def _cut_off(line: _Line, seconds: float | None = None) -> Iterator[None]:
    """End the connection after the whole time, however slowly the other side drips; and in any case at the end."""

    def cut() -> None:
        if line.held is not None:
            try:
                line.held.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended in this very moment

    watchdog = threading.Timer(WHOLE_SECONDS if seconds is None else seconds, cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
        line.close()
