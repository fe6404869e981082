"""What a process remembers from one request to the next, by office or actor. Tests share ids, so none may meet the memory of another."""

import sys
from types import ModuleType
from typing import Any

from gezhi.tenancy import queries

# tests/test_standing.py holds both lists to what the modules have: one that is missing would leak from test to test.
MEMORIES = (
    ("gezhi.cases.face", "_kept"),
    ("gezhi.cases.numbers", "_stock"),
    ("gezhi.catalogue.shelf", "_shelves"),
    ("gezhi.channels.books", "_held"),
    ("gezhi.channels.books", "_readings"),
    ("gezhi.channels.wecom.robot", "_posted"),
    ("gezhi.config.worker", "_tidied"),
    ("gezhi.insight.mapping.counts", "_kept"),
    ("gezhi.insight.mapping.ground", "_grounds"),
    ("gezhi.insight.search.finding", "_kept"),
    ("gezhi.places.backgrounds", "_kept"),
    ("gezhi.places.gazetteer", "_kept"),
    ("gezhi.places.map", "_maps"),
    ("gezhi.ledger.files", "_held"),
    ("gezhi.ledger.freezing", "_held"),
    ("gezhi.reports.vocabulary", "_kept"),
    ("gezhi.web.desk.figures.kept", "_kept"),
    ("gezhi.web.desk.listing.counters", "_kept"),
    ("gezhi.web.desk.showing.weeks", "_kept"),
    ("gezhi.web.desk.tallies", "_kept"),
    ("gezhi.web.public.wall", "_kept"),
    ("gezhi.web.rail", "_kept"),
)
# What follows from the code, its data files and the install key alone, and what `queries.forget` drops.
OF_THE_CODE = (
    "gezhi.cases.ahead._leading_on",
    "gezhi.cases.beside._beside",
    "gezhi.cases.lists._tallying",
    "gezhi.cases.orders.queries._counting",
    "gezhi.cases.paged._prepared",
    "gezhi.catalogue.rules.shipped",
    "gezhi.evidence.decoding._warm",
    "gezhi.channels.poster.glyphs.held",
    "gezhi.channels.excel.likeness._like",
    "gezhi.flows.demonstration.bank.calendars",
    "gezhi.flows.demonstration.bank.channels",
    "gezhi.flows.demonstration.bank.kinds",
    "gezhi.flows.demonstration.bank.parties",
    "gezhi.flows.demonstration.bank.phrases",
    "gezhi.flows.demonstration.bank.pictures",
    "gezhi.flows.demonstration.bank.sagas",
    "gezhi.flows.demonstration.bank.town",
    "gezhi.flows.demonstration.pictures.drawn",
    "gezhi.insight.search.finding._walked",
    "gezhi.kernel.private._plain",
    "gezhi.ledger.keyed.BY_KEY",
    "gezhi.ledger.sheetrows._text",
    "gezhi.notices.queries._counting",
    "gezhi.places.wording._converter",
    "gezhi.places.wording.keys_of",
    "gezhi.reports.lexicon._book",
    "gezhi.reports.lexicon.harmless",
    "gezhi.reports.lexicon.shipped",
    "gezhi.reports.suggesting.plain_lexicon",
    "gezhi.reports.suggesting.start",
    "gezhi.tenancy.clock._last",
    "gezhi.tenancy.engines.sqlite.base._id",
    "gezhi.tenancy.engines.sqlite.base._moment",
    "gezhi.tenancy.inserting._made_ready",
    "gezhi.tenancy.inserting._marks",
    "gezhi.tenancy.inserting._statement",
    "gezhi.tenancy.keys.derived",
    "gezhi.tenancy.queries._by_id",
    "gezhi.tenancy.queries._remembered",
    "gezhi.tenancy.updating._one_row",
    "gezhi.web.api.urls.document",
    "gezhi.web.desk.filters._as_options",
    "gezhi.web.desk.filters._fixed",
    "gezhi.web.desk.lines._made",
    "gezhi.web.icons._drawn",
    "gezhi.web.public.health._applied",
    "gezhi.web.public.offline._worker",
    "gezhi.web.rail._written",
    "gezhi.web.routes._form",
    "gezhi.web.times._in_figures",
    "gezhi.web.times._left",
    "gezhi.web.times._near",
    "gezhi.web.times._span",
    "gezhi.web.times._with_work",
)


def forget() -> None:
    """As in a process that has just begun. A module that nobody has loaded remembers nothing."""
    for module, name in MEMORIES:
        if module in sys.modules:
            _memory(sys.modules[module], name).clear()
    queries.forget()


def remembered() -> list[str]:
    """The memories that are not empty."""
    return [f"{module}.{name}" for module, name in MEMORIES if _memory(sys.modules.get(module), name)]


def _memory(module: ModuleType | None, name: str) -> Any:
    return getattr(module, name) if module else None
