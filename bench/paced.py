"""A client that sends on time: so many forms with one photo a second, whatever the server does; late answers count from their moment.

`python -m bench.paced HOST PORT` reads {"rate", "forms": [base64 of everything before the photo], "photo": path, "end": base64} on
standard input and writes {"seconds", "latencies" in ms, "statuses"}. Each photo gets eight bytes of its own behind its end.
"""

import base64
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench.client import CHUNK, PATIENCE_SECONDS, _answer


def main(host: str, port: int) -> None:
    """Run the plan."""
    plan = json.load(sys.stdin)
    photo, end = Path(plan["photo"]).read_bytes(), base64.b64decode(plan["end"])
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    start = time.perf_counter() + 0.2

    def sent(number: int, form: bytes) -> None:
        moment = start + number / plan["rate"]
        time.sleep(max(0.0, moment - time.perf_counter()))
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line:
            for part in (form, photo, os.urandom(8), end):
                for at in range(0, len(part), CHUNK):
                    line.sendall(part[at : at + CHUNK])
            status, _ = _answer(line)
        latencies.append((time.perf_counter() - moment) * 1000)
        statuses[status] += 1

    threads = [
        threading.Thread(target=sent, args=(number, base64.b64decode(form)))
        for number, form in enumerate(plan["forms"])
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    json.dump(
        {"seconds": time.perf_counter() - start, "latencies": sorted(latencies), "statuses": statuses},
        sys.stdout,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
