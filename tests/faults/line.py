"""The line between the product and its database server, which a test cuts, slows down, and holds open in silence."""

import socket
import struct
import threading
import time
from contextlib import suppress

HOST = "127.0.0.1"
PIECE = 65_536
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a reset instead of a farewell
COMMIT = b"COMMIT\0"


class Line:
    """Listens on a port of its own and hands everything on to the server, while it is not told otherwise.

    delay: seconds that each piece is late. silent: what arrives is swallowed, nobody hangs up. down: nobody gets through.
    lost_commits: answers to so many COMMITs are swallowed, and the client is cut off instead; the server has done them.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self.server, self.delay, self.silent, self.down = server, 0.0, False, False
        self.lost_commits = self.cuts = 0
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server((HOST, 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Everybody on the line is cut off with a reset, in the middle of whatever he says."""
        with self._lock:
            ends, self._ends = self._ends, set()
        self.cuts += 1
        for end in ends:
            _reset(end)

    def close(self) -> None:
        """Nobody gets through any more."""
        self._door.close()
        self.cut()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        if self.down:
            _reset(client)
            return
        server = socket.create_connection(self.server)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._ends |= {client, server}
        is_losing = threading.Event()
        for source, sink in ((client, server), (server, client)):
            threading.Thread(
                target=self._carry, args=(source, sink, is_losing, source is client), daemon=True
            ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, losing: threading.Event, asks: bool) -> None:
        try:
            while piece := source.recv(PIECE):
                time.sleep(self.delay)
                if self.silent:
                    continue
                if asks and self.lost_commits > 0 and COMMIT in piece:
                    self.lost_commits -= 1
                    losing.set()
                elif not asks and losing.is_set():
                    break  # the server has committed, and nobody hears of it
                sink.sendall(piece)
        except OSError:
            pass
        with self._lock:
            self._ends -= {source, sink}
        for end in (source, sink):
            _reset(end)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        end.shutdown(socket.SHUT_RDWR)  # wakes whoever reads from it
    end.close()
