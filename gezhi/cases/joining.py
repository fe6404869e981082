"""Join a case into another, and take it out again. Reports follow the chain of joins, there and back; nothing is lost (I11)."""

from gezhi.cases.complaint import may_carry_to
from gezhi.cases.doing import Doing
from gezhi.cases.links import chain, is_askable, joined_below, own_of, report_ids
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.cases.policy import visible_to
from gezhi.cases.putback import stood_before
from gezhi.cases.siting import wake_where_its_place_is
from gezhi.cases.timing import end_pause
from gezhi.journal.actions import Deed
from gezhi.kernel.refusal import Invalid


def join(case: Case, doing: Doing) -> None:
    """The reports move to the other case and are counted there; nothing is lost and no circle arises (I11)."""
    other = _other(case, doing)
    case.joined_into_id, case.state_before_join = other.id, case.state
    hand_over_reports(case, other, doing, "joined")
    end_pause(case, doing.at)


def _other(case: Case, doing: Doing) -> Case:
    """The case to join: one that the actor may see, and to which the words of this one may go."""
    into = doing.move.into
    # locked by `advance`
    other: Case | None = visible_to(doing.actor).filter(id=into).first() if into else None
    if other is None:
        raise Invalid("into", "unknown")
    if other.id == case.id:
        raise Invalid("into", "itself")
    if other.closed_at is not None:
        raise Invalid("into", "closed")
    if not may_carry_to(case, other):
        raise Invalid("into", "not_the_same_complaint")
    return other


def hand_over_reports(case: Case, other: Case, doing: Doing, event: str) -> None:
    """All reports of a case go to another that is locked, too; the deed on the other is called `event`. 3 statements."""
    ids = doing.moves(report_ids(case.id), other.number)
    CaseReport.objects.filter(case=case).update(case=other, linked_at=doing.at)
    askable = other.is_askable or case.is_askable
    Case.objects.filter(id=other.id).update(is_askable=askable)
    gained = {"is_askable": askable, "gained": case.id, "reports": ids}
    doing.also.append(Deed("case", other.id, event, before={"is_askable": other.is_askable}, after=gained))


def undo_join(case: Case, doing: Doing) -> None:
    """The reports that came with it come back, wherever the chain of joins had led them, with those of cases it had gained."""
    doing.stood = stood_before(case, "join")
    links = chain(case.id)  # locked by `advance`
    back = CaseReport.objects.filter(own_of(joined_below(case.id)))
    holder = Case.objects.get(id=links[-1])
    ids = doing.moves(list(back.values_list("report_id", flat=True)), holder.number)
    back.update(case=case, linked_at=doing.at)
    CallBack.objects.filter(case=case, kind="joined", done_at=None).update(
        done_at=doing.at, outcome="settled"
    )
    case.joined_into_id, case.state_before_join = None, ""
    case.is_askable = is_askable(case.id)
    _release(case, holder, ids, doing)
    doing.also += [
        Deed("case", id, "released", after={"released": case.id, "reports": []}) for id in links[1:-1]
    ]  # those between had passed the reports on already
    wake_where_its_place_is(case, doing.arrow.target, doing.at)


def _release(case: Case, holder: Case, ids: list[str], doing: Doing) -> None:
    """Write down on the case that had the reports that they left, and whether anybody is left there to be asked."""
    askable = is_askable(holder.id)
    Case.objects.filter(id=holder.id).update(is_askable=askable)
    lost = {"is_askable": askable, "released": case.id, "reports": ids}
    doing.also.append(
        Deed("case", holder.id, "released", before={"is_askable": holder.is_askable}, after=lost)
    )
