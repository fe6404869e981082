"""Servers of other people, real ones on loopback: a receiver of webhooks and a mail server, which answer as the test says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
Answer = Callable[[dict[str, str], bytes], int]


@dataclass
class Listener:
    """A receiver: what came in, in order, and what it answers to each. held: seconds it waits before it answers."""

    port: int
    answer: Answer
    held: float = 0.0
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook?from=gezhi"

    @property
    def ids(self) -> list[str]:
        """The message ids in the order in which they came."""
        return [headers["webhook-id"] for headers, _ in self.came]


@contextmanager
def listening(answer: Answer = lambda headers, body: 204, **how: object) -> Iterator[Listener]:
    """A receiver of its own, gone at the end."""
    server = ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    found = Listener(server.server_address[1], answer, **how)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.came.append((headers, body))
            time.sleep(found.held)
            status = found.answer(headers, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://{HOST}:{found.port}/elsewhere")
            self.send_header("Content-Length", "2")
            with suppress(OSError):  # whoever was cut off no longer listens
                self.end_headers()
                self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            return

    server.RequestHandlerClass = Handler
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        running.join()
