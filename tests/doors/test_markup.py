"""Markup in every text that people write: it is shown as the words it is, on every page and in every export (class 19)."""

import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import models
from django.utils import html

from gezhi.catalogue import shelf
from gezhi.parties.models import Account
from gezhi.tenancy.current import scope
from tests import memories
from tests.doors import forms
from tests.doors.asking import Knocker, undone
from tests.doors.table import Row
from tests.seeds.markup import MARK, SEEDS
from tests.standing import OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcdoc"})
RUNS = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
INSTRUCTIONS = re.compile(rf"<[^>]*{MARK}")
NOT_TOLD = frozenset({"journal.Entry.event", "journal.Errand.kind"})  # words of ours, not of people


# ---- what would act ----


class Acting(HTMLParser):
    """Collects what a browser would carry out. A script of data is none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or ""
        self._inside = tag if tag == "style" or (tag == "script" and "json" not in kind) else ""
        if MARK in tag:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            said = re.sub(r"[\x00-\x20]", "", value or "")
            acts = name.startswith("on") or name in {"style", "srcdoc"} or tag == "meta"
            leads = name in ADDRESSES and (RUNS.match(said) or said.startswith("//"))
            if MARK in name or (MARK in said and (acts or leads)):
                self.found.append(f"<{tag} {name}={said[:60]!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and MARK in data:
            self.found.append(f"inside <{self._inside}>: {data[:60]!r}")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.found.append(f"<!--{data[:60]}-->")

    def handle_decl(self, decl: str) -> None:
        if MARK in decl:
            self.found.append(f"<!{decl[:60]}>")


def acting(kind: str, content: bytes) -> list[str]:
    """What in an answer would be carried out by whoever reads it, by its content type."""
    if "html" in kind:
        page = Acting()
        page.feed(content.decode())
        page.close()
        return page.found
    if "xml" in kind and "spreadsheet" not in kind and "wordprocessing" not in kind:
        return [one.tag for one in ElementTree.fromstring(content).iter() if MARK in str(one.tag)]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [name for name in book.namelist() if name.endswith((".xml", ".rels"))]
            return [
                f"{name}: {one.tag}"
                for name in parts
                for one in ElementTree.fromstring(book.read(name)).iter()
                if MARK in str(one.tag)
            ]
    return []


# ---- every text is markup ----


def told(column: "models.Field[Any, Any]", value: Any, seeds: Iterator[str]) -> Any:
    """The same value with every text in it that somebody wrote exchanged for a seed."""
    if isinstance(value, str) and CHINESE.search(value):
        seed = next(seeds)
        return seed[: column.max_length or None] if not isinstance(column, models.JSONField) else seed
    if isinstance(value, dict):
        return {name: told(column, one, seeds) for name, one in value.items()}
    if isinstance(value, list):
        return [told(column, one, seeds) for one in value]
    return value


def spoil(seeds: Iterator[str]) -> set[str]:
    """Exchange the words of all rows of the office; says which columns were met. A name that must be the only one gets a number."""
    met = set()
    for model in apps.get_models():
        if not model.__module__.startswith("gezhi.") or not (
            hasattr(model, "jurisdiction_id") or model is Account
        ):
            continue
        columns = [
            one
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField | models.TextField | models.JSONField)
            and f"{model._meta.label}.{one.name}" not in NOT_TOLD
            and not one.choices
        ]
        for number, row in enumerate(model._default_manager.order_by("pk")):
            changes = {}
            for column in columns:
                was = getattr(row, column.attname)
                now = told(column, was, seeds)
                if now != was:
                    changes[column.attname] = now if not isinstance(now, str) else _only(now, number, column)
                    met.add(f"{model._meta.label}.{column.name}")
            if changes:
                model._default_manager.filter(pk=row.pk).update(**changes)
    return met


def _only(text: str, number: int, column: "models.Field[Any, Any]") -> str:
    most = (column.max_length or 5000) - 6
    return f"{text[:most]}{number}"


def told_by(doors: Knocker, rows: list[tuple[Row, str]]) -> tuple[dict[str, list[str]], int, set[str]]:
    """(what would act, by page; how many answers show a seed at all; the columns that hold one), every text of the office being markup."""
    found, shown = {}, 0
    with undone():
        with scope(OFFICE):
            met = spoil(cycle(SEEDS))
        memories.forget()
        for row, who in rows:
            answer = doors.asks_for_good(who, row).answer
            content = answer.getvalue() if answer.streaming else answer.content
            assert answer.status_code < 500, row.name
            shown += MARK.encode() in content
            if acts := acting(answer.headers.get("Content-Type", ""), content):
                found[row.name] = acts[:3]
    memories.forget()
    shelf._shelves.clear()
    return found, shown, met


SHOWN = frozenset(
    {
        "parties.Account.name",
        "parties.Party.name",
        "places.Place.name",
        "places.GridCell.name",
        "reports.Report.text",
        "cases.Case.title",
        "journal.Words.text",
        "catalogue.Category.name",
    }
)
NO_READERS_OF_OURS = (
    "`onerror",
    "<![CDATA[",
    "<noscript>",
)  # only other readers than the one here carry them out


def test_markup_in_any_text_of_the_office_is_words_on_every_page(doors: Knocker) -> None:
    found, shown, met = told_by(doors, forms.pages())
    assert found == {}
    assert met >= SHOWN
    assert shown > 100


@pytest.mark.parametrize("place", range(30))
def test_what_acts_is_seen_where_it_stands_unescaped(place: int) -> None:
    seed = SEEDS[place]
    seen = acting("text/html", f"<main><p>{seed}</p></main>".encode())
    assert bool(seen) != any(one in seed for one in NO_READERS_OF_OURS)
    assert acting("text/html", f"<main><p>{html.escape(seed)}</p></main>".encode()) == []


def test_sabotage_pages_that_escape_nothing_are_found_out(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    some = [(row, who) for row, who in forms.pages() if row.address in {"/desk/", "/my/", "/p/{A1.place}"}]
    found, _shown, _met = told_by(doors, some)
    assert found != {}
