"""The public face as a stranger asks for it: its four answers, its table, its feeds."""

import csv
import io
from typing import Any
from xml.etree import ElementTree

from django.test import Client

from gezhi.cases import face
from tests.cast import Cast

WHOLE = "bbox=100,20,140,50&zoom=19"
ATOM = "{http://www.w3.org/2005/Atom}"


def doors(cast: Cast) -> list[str]:
    code = cast.town.row(cast.town.compound).code
    return [
        "/map",
        f"/map/points?{WHOLE}",
        f"/feeds/{code}.atom",
        "/open-data/cases.csv",
        "/open-data/cases.csv?month=2026-03",
    ]


def text(answer: Any) -> str:
    whole: bytes = answer.getvalue() if answer.streaming else answer.content
    return whole.decode()


def told(door: Client, cast: Cast) -> dict[str, str]:
    face._kept.clear()
    found = {}
    for url in doors(cast):
        answer = door.get(url)
        assert answer.status_code == 200, url
        found[url] = text(answer)
    return found


def table(door: Client, query: str = "") -> list[dict[str, str]]:
    face._kept.clear()
    whole = text(door.get(f"/open-data/cases.csv{query}"))
    assert whole.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(whole[1:])))


def entries(door: Client, code: str) -> list[Any]:
    face._kept.clear()
    return ElementTree.fromstring(door.get(f"/feeds/{code}.atom").content).findall(f"{ATOM}entry")
