"""The inbox's lines as HTML: one line is a template of the page's language, filled in for each case.

Fifty times through the template engine takes as long as all queries of the page together; fifty times `str.format` does not.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.kernel.search import around, folded, marked
from gezhi.web import times, words
from gezhi.web.casework.lists import Row
from gezhi.web.desk.listing.columns import USUAL

AROUND = 24  # signs of a text around the first hit
NOTHING: Mapping[UUID, Sequence[str]] = MappingProxyType({})


def as_html(
    rows: Sequence[Row],
    terms: Sequence[str] = (),
    texts: Mapping[UUID, Sequence[str]] = NOTHING,
    columns: Sequence[str] = USUAL,
    *,
    at: datetime,
    is_chosen: bool = True,
) -> SafeString:
    """templates/desk/_line.html for each row, its text made once a language; "" for none. Whatever a row says is escaped here.

    terms: what was looked for, marked in matter, place and number. texts: what was said of a case, as it was written: where these three do not
    say it, what does is shown around the hit.
    is_chosen: with a box to choose each, for the bar of bulk deeds below.
    """
    if not rows:
        return mark_safe("")
    made = _made(get_language() or "", tuple(columns), is_chosen)
    more = frozenset(columns) - frozenset(USUAL)
    return mark_safe(
        "\n".join(
            made.line.format_map(
                _escaped(row, made.yours)
                | (_of_columns(row, more, at) if more else {})
                | (_hits(row, terms, texts.get(row.id, ())) if terms else {})
                | {"danger": made.danger.format(escape(row.danger)) if row.danger else ""}
                | {"mark": (made.mark if row.is_escalated else "") + (made.again if row.came_back else "")}
            )
            for row in rows
        )
    )


class _Made(NamedTuple):
    """The templates of a line and of what stands in some, in one language; what is in braces is filled in."""

    line: str
    yours: str
    danger: str
    mark: str
    again: str


@lru_cache(maxsize=256)
def _made(_language: str, columns: tuple[str, ...], is_chosen: bool) -> _Made:
    """Kept by columns: the templates say nothing of a case."""
    line = render_to_string("desk/_line.html", {"columns": columns, "is_chosen": is_chosen})
    return _Made(
        "".join(line.splitlines()),
        render_to_string("desk/_yours.html").strip(),
        render_to_string("desk/_danger.html").strip(),
        render_to_string("desk/_escalated.html").rstrip(),
        render_to_string("desk/_again.html").rstrip(),
    )


def _hits(row: Row, terms: Sequence[str], told: Sequence[str]) -> dict[str, str]:
    """What people read of a case, with what was looked for marked in it."""
    shown = _with_marks(row.matter, terms)
    lacking = _lacking(row, terms) if told else []
    text = next((one for one in told if any(term in folded(one) for term in lacking)), "")
    if text:
        shown += f' <span class="muted">{_with_marks(around(text, lacking, AROUND), terms)}</span>'
    return {
        "matter_html": shown,
        "spot_html": _with_marks(row.spot, terms),
        "short_html": _with_marks(row.short, terms),
    }


def untold(rows: Sequence[Row], terms: Sequence[str]) -> list[UUID]:
    """The cases whose line does not say all that was looked for: what was said of them is to be read."""
    return [row.id for row in rows if terms and _lacking(row, terms)]


def _lacking(row: Row, terms: Sequence[str]) -> list[str]:
    read = folded("\n".join((row.matter, row.place, row.number)))
    return [term for term in terms if term not in read]


def _with_marks(text: str, terms: Sequence[str]) -> str:
    pieces = ((escape(piece.text), piece.is_hit) for piece in marked(text, terms))
    return "".join(f"<mark>{said}</mark>" if is_hit else said for said, is_hit in pieces)


def _escaped(row: Row, yours: str) -> dict[str, str]:
    holder = f"{row.who} · {row.person}" if row.person else row.who
    said = {
        "clock": row.clock.state,
        "clock_icon": row.clock_icon,
        "due": row.clock.exact,
        "when": row.clock.when,
        "left": row.clock.text,
        "which": row.clock.name,
        "place": row.place,
        "spot": row.spot,
        "url": row.url,
        "matter": row.matter,
        "state": row.state_label,
        "who": row.turn or holder,
        "holder": holder,
        "held": _("%(day)s办结") % {"day": row.closed_on} if row.closed_on else row.held,
        "next": row.next,
        "number": row.number,
        "short": row.short,
    }
    found = {name: escape(words) for name, words in said.items()}
    ahead = yours.format(found["next"]) if row.is_yours else found["next"]
    plain = {f"{name}_html": found[name] for name in ("matter", "spot", "short")}
    return found | plain | {"next_html": ahead}


def _of_columns(row: Row, columns: frozenset[str], at: datetime) -> dict[str, str]:
    """What only some lists show: put into words where one does."""
    found = {}
    if "received" in columns:
        found["received"] = escape(times.moment(row.received_at, at))
    if "channel" in columns:
        found["channel"] = escape(words.of(words.CHANNELS, row.channel))
    if "level" in columns:
        found["level"] = escape(words.of(words.LEVELS, row.level))
    if "round" in columns:
        found["round"] = str(row.round)
    return found
