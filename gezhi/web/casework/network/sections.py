"""Sections that the network adds to the page of a case; each part its row. A section that is not wanted asks nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gezhi.kernel.actor import Actor
from gezhi.web.casework.network import shares

if TYPE_CHECKING:
    from gezhi.cases.models import Case


class Section(NamedTuple):
    """name: under which the template finds its context. wanted: whether it stands there at all; no query."""

    name: str
    wanted: Callable[["Case", Actor], bool]
    context: Callable[["Case", Actor, datetime], dict[str, Any]]
    template: str


SECTIONS: Final[tuple[Section, ...]] = (
    Section("shares", shares.wanted, shares.context, "desk/case/_shares.html"),
)


def context(case: "Case", *, actor: Actor, at: datetime) -> dict[str, Any]:
    """For templates/desk/case/_network.html: the wanted sections in order, each with its template. No query for a case without any."""
    found = [(one, one.context(case, actor, at)) for one in SECTIONS if one.wanted(case, actor)]
    return {"network": [{"template": one.template, "of": said} for one, said in found]}
