"""The course of a case in plain words for whoever sent an order down: what was done when, by which party. No names, no internal notes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.journal.queries import story
from gezhi.kernel.private import mask_private
from gezhi.parties import queries as parties

if TYPE_CHECKING:
    from gezhi.cases.models import Case
    from gezhi.journal.queries import Step

# event → sentence, which kept words the public may read
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "accept": (gettext_noop("%(day)s受理"), ""),
    "decline": (gettext_noop("%(day)s不予受理：%(words)s"), "reason"),
    "dispatch": (gettext_noop("%(day)s交%(party)s办理"), ""),
    "raise": (gettext_noop("%(day)s交%(party)s办理"), ""),
    "take": (gettext_noop("%(day)s%(party)s开始处理"), ""),
    "made_safe": (gettext_noop("%(day)s排除了危险"), ""),
    "carry_forward": (gettext_noop("%(day)s暂缓办理：%(words)s"), "reason"),
    "resume": (gettext_noop("%(day)s恢复办理"), ""),
    "solve_on_spot": (gettext_noop("%(day)s当场解决"), ""),
    "done": (gettext_noop("%(day)s%(party)s处理完成"), ""),
    "not_found": (gettext_noop("%(day)s到现场没有看到问题"), ""),
    "pass_check": (gettext_noop("%(day)s现场核查通过"), ""),
    "fail_check": (gettext_noop("%(day)s现场核查没有通过，继续处理"), ""),
    "satisfied": (gettext_noop("%(day)s反映人认可"), ""),
    "unsatisfied": (gettext_noop("%(day)s反映人不认可，继续处理"), ""),
    "not_ours": (gettext_noop("%(day)s认定不属本辖区职责：%(words)s"), "reason"),
    "wont_do": (gettext_noop("%(day)s认定不予办理：%(words)s"), "reason"),
    "reopen": (gettext_noop("%(day)s重新办理"), ""),
}
MOST_WORDS = 300


def plain(case: "Case") -> str:
    """One sentence, "" as long as nothing was done. 3 queries."""
    lead, said = None, []
    steps = story("case", case.id)
    named = {UUID(id) for step in steps if (id := step.entry.after.get("lead_id"))}
    known = parties.parties_by_ids(named) if named else {}
    for step in steps:
        lead = step.entry.after.get("lead_id") or lead
        if step.entry.event not in SENTENCES:
            continue
        sentence, words = SENTENCES[step.entry.event]
        party = known.get(UUID(lead)) if lead else None
        said.append(
            _(sentence)
            % {
                "day": date_format(timezone.localtime(step.entry.at), _("n月j日")),
                "party": party.name if party else "",
                "words": mask_private(step.words.get(words, ""))[:MOST_WORDS] if words else "",
            }
        )
    return "\n".join(filter(None, [_("，").join(said) + _("。") if said else "", _closing(case, steps)]))


def _closing(case: "Case", steps: Sequence["Step"]) -> str:
    """What whoever mended it said last, once the case is closed."""
    notes = [step.words.get("note", "") for step in steps if step.entry.event in ("done", "solve_on_spot")]
    words = mask_private(notes[-1].strip())[:MOST_WORDS] if notes and case.closed_at else ""
    return _("处理情况：%(words)s") % {"words": words} if words else ""
