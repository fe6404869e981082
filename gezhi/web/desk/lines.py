"""The inbox's lines as HTML: one line is a template of the page's language, filled in for each case.

Fifty times through the template engine takes as long as all queries of the page together; fifty times `str.format` does not.
"""

from collections.abc import Sequence
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from gezhi.web.casework.lists import Row


def as_html(rows: Sequence[Row]) -> SafeString:
    """templates/desk/_line.html for each row; "" for none. Whatever a row says is escaped here."""
    if not rows:
        return mark_safe("")
    line = render_to_string("desk/_line.html").strip()
    danger = render_to_string("desk/_danger.html").strip()
    mark = render_to_string("desk/_escalated.html").rstrip()
    again = render_to_string("desk/_again.html").rstrip()
    return mark_safe(
        "\n".join(
            line.format_map(
                _escaped(row)
                | {"danger": danger.format(escape(row.danger)) if row.danger else ""}
                | {"mark": (mark if row.is_escalated else "") + (again if row.came_back else "")}
            )
            for row in rows
        )
    )


def _escaped(row: Row) -> dict[str, str]:
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
        "held": row.held,
        "next": row.next,
        "number": row.number,
        "short": row.short,
    }
    return {name: escape(words) for name, words in said.items()}
