"""What was said of a case: its reports in the words that the reader may read, with pictures, voices, looks at the phone number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gezhi.cases import publicly
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role, reads_full_words
from gezhi.evidence import queries as evidence
from gezhi.evidence import voice
from gezhi.flows.reach_reporter import may_restate, may_reveal
from gezhi.kernel.actor import Actor
from gezhi.kernel.text import visible
from gezhi.parties import queries as parties
from gezhi.reports import queries as reports
from gezhi.web import times, voices, words
from gezhi.web.casework import photos, pinned, sources
from gezhi.web.routes import route

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST_REPORTS = 20  # shown in full; a case with more says how many


def said(case: "Case", *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What this actor reads of the reports, as {reports, more, count, first}."""
    ids = cases.report_ids([case.id]).get(case.id, [])
    told = reports.stories_of(ids[:MOST_REPORTS])
    return of_reports(ids, told, cases.roles(case, actor=actor), at)


def of_reports(
    ids: Sequence[UUID], told: Mapping[UUID, Sequence[Any]], roles: frozenset[Role], at: datetime
) -> dict[str, Any]:
    """The reports: the desk reads all words, handlers the handlers' copy, without what followed words that the desk restated.

    first: the whole words of the one that was linked first, "" for a handler; told: the stories of those that are shown.
    """
    first = ids[:MOST_REPORTS]
    pictures, heard = evidence.of_each("report", first), reports.heard_in(told)
    reads_all = reads_full_words(roles)
    rows: Sequence[Any] = reports.for_desk(first) if reads_all else reports.for_handlers(first)
    spoken = voice.of_each(first)
    copies = {row.id: row for row in reports.for_desk(first)} if not reads_all else {}
    looked = parties.account_names(
        {one.actor_id for report in heard.values() for one in report.reveals if one.actor_id}
    )
    shown = []
    for row in rows:
        whole = copies.get(row.id, row)
        shown.append(
            {
                "id": row.id,
                "text": visible(row.text),
                "restatement": visible(whole.restatement) if reads_all else "",
                "is_restated": getattr(row, "is_restated", False),
                "channel": words.of(words.CHANNELS, row.channel),
                **_when(row, at),
                **_voice(spoken.get(row.id), reads_all=reads_all),
                **_pictures(pictures[row.id]),
                "has_contact": whole.has_contact,
                "may_call": row.may_call,
                "may_reveal": whole.has_contact and may_reveal(roles, may_call=row.may_call),
                "may_restate": may_restate(roles),
                "source": sources.source(whole) if reads_all else "",
                "reveals": _reveals(heard[row.id].reveals, looked, at),
                "added": _added(heard[row.id].added, at) if reads_all or not row.is_restated else [],
                "erased": whole.erased_at is not None,
            }
        )
    shown = pinned.marked(shown, rows) if reads_all else shown
    whole_first = next((publicly.said_in(row) for row in rows if reads_all and row.id == ids[0]), "")
    return {"reports": shown, "more": len(ids) - len(first), "count": len(ids), "first": whole_first}


def _added(rows: Sequence[reports.Added], at: datetime) -> list[dict[str, str]]:
    return [{"text": visible(one.text), "time": times.moment(one.at, at)} for one in rows]


def _pictures(rows: Sequence[evidence.EvidenceRow]) -> dict[str, Any]:
    """Those that can be shown, and how many cannot yet."""
    before = [photos.picture(one, "before") for one in rows]
    return {
        "photos": [one for one in before if one.is_ready],
        "waiting": sum(not one.is_ready for one in before),
    }


def _when(report: Any, at: datetime) -> dict[str, str]:
    return {
        "time": times.moment(report.received_at, at),
        "exact": times.exact(report.received_at),
        "said_at": times.exact(report.said_at),
    }


def _voice(one: voice.VoiceRow | None, *, reads_all: bool) -> dict[str, Any]:
    """Whether he said it; where it is heard, for whoever reads him in full."""
    return {
        "has_voice": one is not None,
        "voice_words": voices.shown(one),
        "voice": route("desk:voice", one.id) if one and reads_all else "",
    }


def _reveals(reveals: Sequence[Any], names: Mapping[UUID, str], at: datetime) -> list[dict[str, str]]:
    return [
        {"who": names.get(one.actor_id, ""), "reason": one.reason, "time": times.moment(one.at, at)}
        for one in reveals
    ]
