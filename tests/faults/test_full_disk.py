"""F5: the disk is full: all of it, only the photos', only the database's. 503 and a line in the log, reading goes on, no torn photo,
and when there is room again it works without a restart."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gezhi.evidence import store
from gezhi.evidence.models import Evidence
from gezhi.reports.models import Report
from tests.evidence.pictures import file_of, noisy, photo
from tests.faults.crowd import Crowd
from tests.faults.failing_disk import Disk, below_the_store
from tests.faults.installation import HOST, Installation, family, kill
from tests.faults.reporting import FORM, picture, sent, whole

BOUNDARY = "a-form-with-a-picture"


class Served:
    """A running office, whose log is read."""

    def __init__(self, where: Installation) -> None:
        read, write = os.pipe()
        self.where, self.log = where, b""
        self.reader = threading.Thread(target=self._listen, args=(read,), daemon=True)
        self.reader.start()
        self.server = where.serve(log=write)
        os.close(write)
        self.token, self.cookie = Crowd(where).form()

    def _listen(self, handle: int) -> None:
        with os.fdopen(handle, "rb") as pipe:
            for line in pipe:
                self.log += line

    def post(self, key: str, image: bytes = b"") -> tuple[int, str]:
        """Report with this key: status, Retry-After."""
        fields = {"csrfmiddlewaretoken": self.token, "key": key, "text": "楼道灯不亮"}
        parts = [f'Content-Disposition: form-data; name="{n}"\r\n\r\n{v}'.encode() for n, v in fields.items()]
        if image:
            head = (
                'Content-Disposition: form-data; name="photos"; filename="1.jpg"\r\nContent-Type: image/jpeg'
            )
            parts.append(f"{head}\r\n\r\n".encode() + image)
        body = b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts)
        body += f"--{BOUNDARY}--\r\n".encode()
        heads = {
            "Cookie": f"csrftoken={self.cookie}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        with closing(HTTPConnection(HOST, self.where.port, timeout=30)) as line:
            line.request("POST", FORM, body, heads)
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After", "")

    @contextmanager
    def full(self) -> Iterator[None]:
        """No file of any of its processes can grow."""
        members = family(self.server)
        usual = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in members]
        for pid, (_, hard) in zip(members, usual, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        yield
        for pid, limits in zip(members, usual, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def is_said_not_to_be_ready(where: Installation) -> bool:
    """Whether `/readyz` says so soon: it looks every two seconds."""
    for _ in range(50):
        if where.get("/readyz")[0] == 503:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def served(installation: Installation) -> Iterator[Served]:
    """The office, running."""
    made = Served(installation)
    yield made
    kill(made.server)


def test_a_full_disk_is_said_and_read_from_and_forgotten_when_there_is_room(served: Served) -> None:
    where, big = served.where, file_of(noisy(900, 700), quality=90)
    assert served.post("before-it-is-full-001", photo())[0] == 303
    takes_words = 303 if where.url else 503  # the disk of a PostgreSQL server is another one
    with served.full():
        assert served.post("on-a-full-disk-00001")[0] == takes_words
        assert [served.post("on-a-full-disk-00002", image) for image in (photo(), big)] == [(503, "5")] * 2
        assert [where.get(path)[0] for path in ("/", FORM, "/healthz")] == [200] * 3
        assert is_said_not_to_be_ready(where)
    assert b"storage unavailable" in served.log
    assert served.server.poll() is None
    assert served.post("on-a-full-disk-00001")[0] == 303
    assert served.post("on-a-full-disk-00002", photo())[0] == 303
    assert where.rows("SELECT count(*) FROM reports_report")[0][0] == 3
    assert where.rows("SELECT count(*) FROM evidence_evidence WHERE claimed_at IS NOT NULL")[0][0] == 2
    assert list((where.folder / "media" / "incoming").iterdir()) == []
    assert where.is_whole()


@pytest.mark.django_db(transaction=True)
def test_when_only_the_photos_disk_is_full_words_are_taken(
    disk: Disk, phone: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    below_the_store(disk, monkeypatch)
    disk.is_full = True
    assert sent(phone, "words-and-no-picture-1").status_code == 303
    answer = sent(phone, "words-and-a-picture-01", photos=picture())
    assert (answer.status_code, answer["Retry-After"], Report.objects.count()) == (503, "5", 1)
    assert phone.get("/r/371072").status_code == 200
    disk.is_full = False
    assert sent(phone, "words-and-a-picture-01", photos=picture()).status_code == 303
    assert (Report.objects.count(), Evidence.objects.count()) == (2, 1)
    assert list(store.waiting_room().iterdir()) == []
    assert whole() == []


@contextmanager
def no_room_in_the_database() -> Iterator[None]:
    """It cannot grow by a single page; pages that are free are filled first."""
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        usual = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {usual}")


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's disk is not ours to fill; F7 has it away"
)
@pytest.mark.django_db(transaction=True)
def test_when_only_the_database_is_full_it_is_said_and_read_from(phone: Client) -> None:
    taken = 0
    with no_room_in_the_database():
        while (answer := sent(phone, f"a-database-fills-{taken:04d}")).status_code == 303:
            taken += 1
            assert taken < 200
        assert (answer.status_code, answer["Retry-After"], Report.objects.count()) == (503, "5", taken)
        with_picture = sent(phone, "with-a-picture-0001", photos=picture())
        assert (with_picture.status_code, Report.objects.count()) == (503, taken)
        assert phone.get("/r/371072").status_code == 200
    assert sent(phone, f"a-database-fills-{taken:04d}").status_code == 303
    assert sent(phone, "with-a-picture-0001", photos=picture()).status_code == 303
    assert Report.objects.count() == taken + 2
    assert whole() == []


@pytest.mark.django_db(transaction=True)
def test_twin_a_store_that_does_not_notice_would_acknowledge_a_picture_that_is_not_there(
    disk: Disk, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(path: Any, home: Any) -> None:
        """Names the file without asking the disk; the power goes."""
        home.parent.mkdir(parents=True, exist_ok=True)
        path.unlink()
        home.touch()

    monkeypatch.setattr(store, "settle", careless)
    assert sent(phone, "words-and-a-picture-01", photos=picture()).status_code == 303
    assert [found.invariant for found in whole()] == ["I5"]


def test_twin_a_disk_without_an_end_refuses_nothing(served: Served) -> None:
    assert [served.post("never-full-00000001")[0], served.post("never-full-00000002", photo())[0]] == [
        303,
        303,
    ]
    assert b"storage unavailable" not in served.log
