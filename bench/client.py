"""The client that measures: a process of its own, one thread and one kept-alive socket per visitor, requests made ready before.

Who is answered takes the next request of all, so that every visitor is busy to the end: with a share of its own for each, the time was
that of the server process which happened to get most of the connections, while the other one stood idle.

`python -m bench.client HOST PORT VISITORS` reads the requests on standard input (JSON: a list in base64, in order) and writes what it
saw on standard output (JSON: seconds, statuses, latencies in ms, its own CPU seconds). It parses no more of an answer than its length,
so that it does not take the machine from the server; how much it took stands in the table.
"""

import base64
import json
import resource
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

CHUNK = 262_144
PATIENCE_SECONDS = 60


class Visitor(threading.Thread):
    """One visitor: sends the next of all requests as soon as the answer before has come."""

    def __init__(self, address: tuple[str, int], requests: Iterator[bytes], start: threading.Barrier) -> None:
        super().__init__()
        self.address, self.requests, self.barrier = address, requests, start
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        try:
            self._run()
        except (OSError, ValueError) as trouble:  # told as a status nobody expects
            print(f"visitor: {trouble!r}", file=sys.stderr)
            self.statuses[0] += 1

    def _run(self) -> None:
        line = self._connected()
        self.barrier.wait()
        for request in self.requests:
            begun = time.perf_counter()
            line.sendall(request)
            status, is_last = _answer(line)
            self.latencies.append((time.perf_counter() - begun) * 1000)
            self.statuses[status] += 1
            if is_last:
                line.close()
                line = self._connected()
        line.close()

    def _connected(self) -> socket.socket:
        line = socket.create_connection(self.address, timeout=PATIENCE_SECONDS)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line


def _answer(line: socket.socket) -> tuple[int, bool]:
    """Status, and whether the server closes now. Reads the whole body, by its length or until the last chunk."""
    got = line.recv(CHUNK)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _more(line)
    head = got[:end].lower()
    if b"\r\ntransfer-encoding: chunked" in head:
        while not got.endswith(b"0\r\n\r\n"):
            got += _more(line)
    else:
        at = head.find(b"\r\ncontent-length:")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        left = end + 4 + length - len(got)
        while left > 0:
            left -= len(_more(line))
    return int(head[9:12]), b"\r\nconnection: close" in head


def _more(line: socket.socket) -> bytes:
    data = line.recv(CHUNK)
    if not data:
        raise ConnectionError("the server hung up in the middle of an answer")
    return data


def main(host: str, port: int, count: int) -> None:
    """Send them all."""
    requests = iter(
        [base64.b64decode(one) for one in json.load(sys.stdin)]
    )  # a step of it is whole among threads
    start = threading.Barrier(count + 1)
    visitors = [Visitor((host, port), requests, start) for _ in range(count)]
    for visitor in visitors:
        visitor.start()
    start.wait()
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for visitor in visitors:
        visitor.join()
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    statuses = sum((visitor.statuses for visitor in visitors), Counter[int]())
    json.dump(
        {
            "seconds": seconds,
            "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "latencies": sorted(one for visitor in visitors for one in visitor.latencies),
            "statuses": statuses,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
