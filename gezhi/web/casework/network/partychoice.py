"""Which party, as the options of a list: those that serve the place first, nearest first, then all by kind."""

from collections.abc import Set
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.parties import queries as parties
from gezhi.parties.kinds import PartyKind


def groups(path: str, grid: UUID | None, at: datetime, *, but: Set[UUID | None]) -> list[tuple[Any, Any]]:
    """For a ChoiceField: [("", "请选择"), (group, [(id, name)])]. but: who may not get it. 2 queries."""
    near = [one for one in parties.candidates(path, grid, at) if one.id not in but]
    shown = {one.id for one in near} | but
    rest = [one for one in parties.parties() if one.id not in shown]
    found: list[tuple[Any, Any]] = [("", _("请选择单位"))]
    if near:
        found.append((_("就近"), [(str(one.id), one.name) for one in near]))
    for kind in PartyKind:
        if same := [(str(one.id), one.name) for one in rest if one.kind == kind]:
            found.append((str(kind.label), same))
    return found
