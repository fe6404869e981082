"""The facts of many places as the sheets of their posters, in one language."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.channels.poster import wording
from gezhi.channels.poster.sheet import Ground, Poster, as_json
from gezhi.flows.poster_facts import Cells, Facts, gather
from gezhi.parties.days import local_day
from gezhi.places.queries import PlaceRow
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

SCRIPTS = {"zh-hant": "zh", "zh-hans": "zh"}  # what the typesetter calls a language


def sheets(rows: Sequence[PlaceRow], address: Callable[[str], str], *, language: str, at: datetime) -> str:
    """JSON for `press.start`. address: code of a place → where the form opens at that very place. As `gather`."""
    with override(language):
        facts, cells = gather(rows, language=language, at=at)
        note = wording.demonstration() if jurisdiction(current()).demonstration else ""
        posters = [_poster(one, address(one.place.code), note) for one in facts]
        words = wording.words(_month(local_day(at)))
        return as_json(posters, _grounds(cells), words, SCRIPTS.get(language, language))


def _grounds(cells: Mapping[str, Cells]) -> dict[str, Ground]:
    return {key: Ground(one.names, one.outlines) for key, one in cells.items()}


def _poster(one: Facts, address: str, note: str) -> Poster:
    row, solved = one.place, one.solved
    return Poster(
        above=one.above,
        name=row.full_name.removeprefix(one.above).strip() or row.name,
        number=str(row.number or ""),
        code=row.code,
        address=address,
        phones=one.phones,
        ground=one.community_id.hex if one.community_id else "",
        cell=one.cell,
        point=(row.lon, row.lat) if row.lon is not None and row.lat is not None else None,
        solved_words=wording.solved_words(date_format(solved.month, _("n月")), solved.where, solved.count),
        solved=[f"{what} · {where}" if where else what for what, where in solved.lines],
        demonstration=note,
    )


def _month(day: date) -> str:
    return date_format(day, _("Y年n月"))
