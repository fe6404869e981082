"""Send a load and say how it went."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

HOST = "127.0.0.1"
VISITORS = 8
BOUNDARY = "----a-form-sent-by-a-browser-7MA4YWxkTrZu0gW"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one load saw. latencies: ms, sorted. statuses: how many of each. client: CPU seconds the client itself used."""

    seconds: float
    latencies: tuple[float, ...]
    statuses: Mapping[str, int]
    client: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """ms that so many percent of the answers took at most."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]

    @property
    def client_share(self) -> float:
        """Share of one core that the client took."""
        return self.client / self.seconds

    def __add__(self, other: "Seen") -> "Seen":
        """Two rounds of the same load as one."""
        statuses = {
            status: self.statuses.get(status, 0) + other.statuses.get(status, 0)
            for status in {*self.statuses, *other.statuses}
        }
        latencies = tuple(sorted(self.latencies + other.latencies))
        return Seen(self.seconds + other.seconds, latencies, statuses, self.client + other.client)


def send(port: int, requests: Sequence[bytes], *, expect: int, visitors: int = VISITORS) -> Seen:
    """Send all requests, in order, each by the visitor that is free. Raises RuntimeError when any answer has another status than expected."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.client", HOST, str(port), str(visitors)],
        input=json.dumps([base64.b64encode(one).decode() for one in requests]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    if set(told["statuses"]) != {str(expect)}:
        raise RuntimeError(f"expected {expect} only, got {told['statuses']}")
    return Seen(told["seconds"], tuple(told["latencies"]), told["statuses"], told["cpu"])


def get(path: str, cookies: Mapping[str, str] | None = None, heads: Mapping[str, str] | None = None) -> bytes:
    """A GET as a browser sends it; with heads of its own, as a program does."""
    return _request("GET", path, cookies or {}, "", b"", heads or {})


def post(path: str, fields: Mapping[str, str], cookies: Mapping[str, str]) -> bytes:
    """A form without a file."""
    body = urlencode(fields).encode()
    return _request("POST", path, cookies, "application/x-www-form-urlencoded", body)


def post_json(path: str, document: Mapping[str, object], heads: Mapping[str, str]) -> bytes:
    """What a program sends."""
    body = json.dumps(document).encode()
    return _request("POST", path, {}, "application/json", body, heads)


def post_with_files(
    path: str, fields: Mapping[str, str], cookies: Mapping[str, str], *, empty_file: str
) -> bytes:
    """A form with a place for files where none was chosen: browsers send an empty part for it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{empty_file}"; filename=""\r\n'
    body = "".join(
        [*parts, file, "Content-Type: application/octet-stream\r\n\r\n\r\n", f"--{BOUNDARY}--\r\n"]
    )
    return _request("POST", path, cookies, f"multipart/form-data; boundary={BOUNDARY}", body.encode())


def _request(
    method: str,
    path: str,
    cookies: Mapping[str, str],
    kind: str,
    body: bytes,
    more: Mapping[str, str] | None = None,
) -> bytes:
    heads = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        "Accept: text/html",
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: zh-CN,zh;q=0.9",
        "User-Agent: gezhi-bench",
        *(f"{name}: {value}" for name, value in (more or {}).items()),
    ]
    if cookies:
        heads.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if method == "POST":
        heads += [f"Origin: http://{HOST}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return ("\r\n".join(heads) + "\r\n\r\n").encode() + body
