"""A report with one photo of 12 megapixels and 3 MB through the public form: 10 a second, on time, while the worker makes the copies."""

import base64
import io
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from bench.load import BOUNDARY, HOST, Seen
from bench.office import Office
from bench.reports import filled, fresh_key
from bench.table import Table

RATE, SECONDS, SLOW_RATE = 10, 8, 3
SIZE, MEGABYTES = (4000, 3000), 3
AIM_P99 = 1000
PATIENCE_SECONDS = 60


def measure(office: Office) -> Table:
    """Latencies at 4 and at 10 a second; what waits for its copies afterwards, and how long."""
    photo = office.folder / "photo.jpg"
    photo.write_bytes(twelve_megapixels())
    codes = office.inside("stairwells")
    rows = []
    with office.serving(), office.working():
        send(office, photo, codes, rate=2, count=6)
        for rate in (SLOW_RATE, RATE):
            seen = send(office, photo, codes, rate=rate, count=rate * SECONDS)
            waiting, begun = int(office.inside("pictures_waiting")), time.monotonic()
            while left := int(office.inside("pictures_waiting")):
                if time.monotonic() > begun + PATIENCE_SECONDS:
                    break
                time.sleep(0.5)
            drained = (
                f"{time.monotonic() - begun:.0f} s" if not left else f"{left} after {PATIENCE_SECONDS} s"
            )
            print(
                f"photos: {rate} a second, p99 {seen.percentile(99):.0f} ms, {waiting} waiting, {drained}",
                file=sys.stderr,
                flush=True,
            )
            rows.append(
                (
                    f"{rate} a second for {SECONDS} s",
                    f"{seen.rate:.1f}",
                    f"{seen.percentile(50):.0f}",
                    f"{seen.percentile(99):.0f}",
                    f"{seen.latencies[-1]:.0f}",
                    str(waiting),
                    drained,
                    f"p99 ≤ {AIM_P99}" if rate == RATE else "",
                )
            )
    return Table(
        f"Report with one photo, {photo.stat().st_size / 1e6:.1f} MB, {SIZE[0] * SIZE[1] / 1e6:.0f} megapixels, SQLite, worker beside",
        ("sent", "answered per second", "p50 ms", "p99 ms", "longest ms", "waiting for copies at the end", "all made after", "aim"),
        rows,
        ("Latencies count from the moment a form was due, not from when the client got to it.",),
    )  # fmt: skip


def twelve_megapixels() -> bytes:
    """A JPEG like a phone's: large soft shapes with grain, about 3 MB."""
    random.seed(1)
    shapes = Image.effect_noise((100, 75), 120).resize(SIZE, Image.Resampling.BICUBIC)
    grain = Image.effect_noise((1333, 1000), 40).resize(SIZE, Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (Image.blend(shapes, grain, 0.5), shapes, Image.blend(grain, shapes, 0.7)))
    made = b""
    for quality in range(95, 20, -5):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        made = out.getvalue()
        if len(made) <= MEGABYTES * 1_050_000:
            break
    return made


def send(office: Office, photo: Path, codes: Sequence[str], *, rate: int, count: int) -> Seen:
    """As load.send, on time. Raises RuntimeError when any answer is not 303."""
    fields, kept = filled(office, f"/r/{codes[0]}")
    length, end = photo.stat().st_size + 8, f"\r\n--{BOUNDARY}--\r\n".encode()
    forms = [
        _head(f"/r/{code}", fields | {"key": fresh_key()}, kept, length, end)
        for code in islice(cycle(codes), count)
    ]
    plan = {
        "rate": rate,
        "forms": [base64.b64encode(one).decode() for one in forms],
        "photo": str(photo),
        "end": base64.b64encode(end).decode(),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "bench.paced", HOST, str(office.port)],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    if set(told["statuses"]) != {"303"}:
        raise RuntimeError(f"expected 303 only, got {told['statuses']}")
    return Seen(told["seconds"], tuple(told["latencies"]), told["statuses"], 0.0)


def _head(path: str, fields: dict[str, str], cookies: dict[str, str], length: int, end: bytes) -> bytes:
    """The request up to where the photo begins."""
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    parts += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="IMG_0001.jpg"\r\n'
    body = (parts + "Content-Type: image/jpeg\r\n\r\n").encode()
    heads = (
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        "Accept: text/html",
        "Accept-Language: zh-CN,zh;q=0.9",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
        f"Origin: http://{HOST}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {len(body) + length + len(end)}",
    )
    return ("\r\n".join(heads) + "\r\n\r\n").encode() + body
