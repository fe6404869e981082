"""`gezhi check` names each broken row of the tasks (N1 to N7, N15). Every test breaks one and asks for the finding."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gezhi.cases.models import Case, CaseHand
from gezhi.flows import share_out
from gezhi.journal.models import Errand
from gezhi.parties.models import Party
from gezhi.work.models import (
    Task,
    TaskAnswer,
    TaskEvidence,
    TaskLink,
    TaskNeed,
    TaskShown,
)
from tests.cast import Cast, photo
from tests.work.conftest import finish, follow, holds, new


def test_nothing_is_found_where_all_is_well(sent: Task) -> None:
    assert holds() == []


def link(cast: Cast, task: Task, at: datetime, **more: Any) -> TaskLink:
    known = {
        "party_id": task.party_id,
        "made_at": at,
        "made_by_id": cast.sun.id,
        "expires_at": at + timedelta(days=14),
    }
    return TaskLink.objects.create(task=task, **known | more)


BREAKS: dict[str, Callable[[Cast, Task, datetime], object]] = {
    "N1 is_urgent is True, the journal says False": lambda cast, task, at: _set(task, is_urgent=True),
    "N1 is not in the journal": lambda cast, task, at: _copy(task),
    "N2 its party ZF is closed": lambda cast, task, at: Party.objects.filter(id=task.party_id).update(
        closed_on=timezone.localdate(at)
    ),
    "N2 has no timer": lambda cast, task, at: Errand.objects.filter(kind="task.timer").update(done_at=at),
    "N4 says 7 open tasks, there are 1": lambda cast, task, at: _case(task, tasks_open=7),
    "N6 has a living link of another party": lambda cast, task, at: link(
        cast, task, at, party_id=cast.owners
    ),
    "N6 has a link of more than fourteen days": lambda cast, task, at: link(
        cast, task, at, expires_at=at + timedelta(days=15)
    ),
    "N6 has 1 answers, numbered from 2 to 2": lambda cast, task, at: TaskAnswer.objects.create(
        task=task, link=link(cast, task, at), seq=2, key_digest="a", body_digest="b", what="take", at=at
    ),
    "N15 shows a picture that nobody looked at": lambda cast, task, at: TaskShown.objects.create(
        task=task, evidence_id=_of_a_report(at)
    ),
}


def _set(task: Task, **values: Any) -> None:
    Task.objects.filter(id=task.id).update(**values)


def _case(task: Task, **values: Any) -> None:
    Case.objects.filter(id=task.case_id).update(**values)


def _copy(task: Task) -> None:
    fields = {
        one.attname: getattr(task, one.attname) for one in Task._meta.concrete_fields if one.name != "id"
    }
    Task.objects.create(**fields | {"number": "another", "state": "ended", "ended_at": task.sent_at})


def _of_a_report(at: datetime) -> object:
    from gezhi.evidence.models import Evidence

    id = photo(at)
    Evidence.objects.filter(id=id).update(claimed_kind="report", claimed_id=id, claimed_at=at)
    return id


@pytest.mark.parametrize("finding", BREAKS)
def test_a_broken_row_is_named(cast: Cast, sent: Task, noon: datetime, finding: str) -> None:
    BREAKS[finding](cast, sent, noon)
    assert finding in holds()


def test_a_done_task_without_its_proof_or_its_finisher_is_named(
    cast: Cast, sent: Task, noon: datetime, moved: Callable[..., Task]
) -> None:
    moved(sent.id, cast.gao, finish(noon))
    TaskEvidence.objects.all().delete()
    _set(sent, finisher=None)
    assert {"N3 is done without photo_after", "N3 is done, and nobody finished it"} <= set(holds())


def test_an_arrow_that_is_not_drawn_is_named(cast: Cast, sent: Task, noon: datetime) -> None:
    from gezhi.journal.actions import Deed, record
    from gezhi.kernel.actor import SYSTEM

    record(Deed("task", sent.id, "take", after={"state": "done"}), actor=SYSTEM, at=noon)
    assert "N1 take led from sent to done: no such arrow" in holds()


def test_needs_that_make_a_circle_or_lead_to_another_case_are_named(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    other = share_out.send(led.id, [new(cast, led, noon, "另一份")], key="o", actor=cast.sun, at=noon)[0]
    TaskNeed.objects.create(task=sent, needs=other)
    TaskNeed.objects.create(task=other, needs=sent)
    assert "N5 needs, by others, itself" in holds()
    Task.objects.filter(id=other.id).update(case=None, owner=cast.property)
    assert "N5 needs a task of another case" in holds()


def test_what_is_claimed_done_with_a_share_under_way_is_named(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    _case(sent, state="to_check")
    assert "N4 is to_check with 1 open tasks" in holds()
    _case(
        sent, state="closed", closed_at=noon, ending="not_ours", ended_by=cast.zhou.id, ending_reason="不属"
    )
    follow(noon)
    assert "N4 is closed with 1 open tasks" in holds()


def test_whoever_did_a_share_and_checked_is_named(cast: Cast, led: Case, sent: Task, noon: datetime) -> None:
    CaseHand.objects.create(case=led, account_id=cast.zhou.id, round=1, at=noon)
    _case(sent, checker_id=cast.zhou.id, checked_round=1)
    assert "N7 was checked by somebody who did a share of it" in holds()
