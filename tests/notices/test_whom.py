"""To whom a step brings new work: every event of the table of arrows is decided here, and nobody hears of a complaint about himself."""

import pytest

from gezhi.cases.lifecycle import ARROWS, EVENTS, State
from gezhi.notices.events import CLOSED, OF_EVENT, TYPES, type_of
from gezhi.notices.whom import Concern, News, concern, settles

DESK, PROPERTY, OFFICE, PERSON = "desk", "property", "office", "person"


def row(state: str, **more: object) -> dict[str, object]:
    """A case at the desk, in its first round, as the journal adds it up."""
    lead = DESK if state in {"reported", "asked", "opened"} else PROPERTY
    plain = {"state": state, "lead_id": lead, "desk_id": DESK, "round": 1, "complained_of_id": None}
    return plain | {"has_objection": False, "extension_until": None, "review_at": None} | more


OPENED, DISPATCHED, IN_HAND, TO_CHECK = map(row, ("opened", "dispatched", "in_hand", "to_check"))
STEPS: tuple[tuple[str, dict[str, object], dict[str, object], Concern | None], ...] = (
    # event               before       after                                      what comes to whom
    ("reported", {}, row("reported"), Concern(News.REPORTED, DESK)),
    ("reported", {}, row("reported", run_id="an import"), None),
    ("accept", row("reported"), OPENED, None),
    ("ask", row("reported"), row("asked"), None),
    ("answer", row("asked"), row("reported"), Concern(News.ANSWERED, DESK)),
    ("ask_lapses", row("asked"), row("reported"), Concern(News.ANSWERED, DESK)),
    ("dispatch", OPENED, DISPATCHED, Concern(News.DISPATCHED, PROPERTY)),
    ("dispatch", OPENED, row("dispatched", lead_id=DESK), Concern(News.DISPATCHED, DESK)),
    ("take", DISPATCHED, IN_HAND, None),
    ("return", DISPATCHED, OPENED, Concern(News.RETURNED, DESK)),
    ("return", DISPATCHED, row("dispatched", lead_id=OFFICE), Concern(News.RETURNED, OFFICE)),
    ("undo_dispatch", DISPATCHED, OPENED, Concern(News.RETURNED, DESK)),
    ("raise", IN_HAND, row("dispatched", lead_id=OFFICE), Concern(News.RAISED, OFFICE)),
    ("hand_over", IN_HAND, row("dispatched", lead_id=OFFICE), Concern(News.HANDED_OVER, OFFICE)),
    ("correct", IN_HAND, row("in_hand", lead_id=DESK), Concern(News.HANDED_OVER, DESK)),
    ("correct", IN_HAND, IN_HAND, None),
    ("done", IN_HAND, TO_CHECK, Concern(News.TO_CHECK, DESK)),
    ("not_found", IN_HAND, TO_CHECK, Concern(News.TO_CHECK, DESK)),
    ("pass_check", TO_CHECK, row("to_confirm"), None),
    ("fail_check", TO_CHECK, row("in_hand", round=2), Concern(News.FAILED, PROPERTY)),
    ("unsatisfied", row("to_confirm"), row("to_confirm", has_objection=True), Concern(News.OBJECTED, DESK)),
    ("unsatisfied", row("to_confirm"), row("in_hand", round=2), Concern(News.FAILED, PROPERTY)),
    ("satisfied", row("to_confirm"), row("closed"), None),
    ("reopen", row("closed"), row("in_hand", round=2), Concern(News.REOPENED, PROPERTY)),
    ("request_extension", IN_HAND, row("in_hand", extension_until="later"), Concern(News.APPROVAL, "")),
    ("carry_forward", IN_HAND, row("in_hand", review_at="later"), None),
    ("resume", row("in_hand", review_at="now"), IN_HAND, Concern(News.RESUMED, PROPERTY)),
    ("urge", IN_HAND, IN_HAND, Concern(News.URGED, PROPERTY)),
    ("urge", TO_CHECK, TO_CHECK, Concern(News.URGED, DESK)),
    ("remind", IN_HAND, IN_HAND, Concern(News.DUE_SOON, PROPERTY)),
    (
        "remind",
        IN_HAND,
        row("in_hand", ladder_ended=True, escalated_to_id=OFFICE, escalated_person_id=PERSON),
        Concern(News.DUE_SOON, OFFICE, PERSON),
    ),
    ("escalate", IN_HAND, row("in_hand", escalated_to_id=OFFICE), Concern(News.ESCALATED, OFFICE)),
    (
        "escalate",
        IN_HAND,
        row("in_hand", escalated_to_id=OFFICE, escalated_person_id=PERSON),
        Concern(News.ESCALATED, OFFICE, PERSON),
    ),
    ("undo_join", row("closed"), DISPATCHED, Concern(News.HANDED_OVER, PROPERTY)),
    ("join", OPENED, row("closed"), None),
    ("note", IN_HAND, IN_HAND, None),
)


@pytest.mark.parametrize(
    ("event", "before", "after", "found"), STEPS, ids=[f"{n}-{step[0]}" for n, step in enumerate(STEPS)]
)
def test_a_step_concerns_whoever_must_act_next(event, before, after, found):
    assert concern(event, before, after) == found


@pytest.mark.parametrize("event", EVENTS)
def test_no_step_of_the_table_is_told_to_the_company_complained_of(event):
    for arrow in (arrow for arrow in ARROWS if arrow.event == event):
        before = row(arrow.source, complained_of_id=PROPERTY)
        after = row(arrow.target, complained_of_id=PROPERTY, escalated_to_id=PROPERTY, round=2)
        found = concern(event, before, after)
        assert found is None or found.party != PROPERTY


def test_twin_of_a_plain_matter_the_same_company_is_told():
    assert concern("dispatch", OPENED, DISPATCHED) == Concern(News.DISPATCHED, PROPERTY)
    assert concern("dispatch", OPENED, row("dispatched", complained_of_id=PROPERTY)) is None


@pytest.mark.parametrize(
    ("before", "after", "is_over"),
    [
        (DISPATCHED, IN_HAND, True),
        (DISPATCHED, row("dispatched", lead_id=OFFICE), True),
        (IN_HAND, row("in_hand", round=2), True),
        (row("in_hand", extension_until="later"), IN_HAND, True),
        (row("to_confirm", has_objection=True), row("to_confirm"), True),
        (IN_HAND, row("in_hand", extension_until="later"), False),
        (IN_HAND, IN_HAND, False),
    ],
    ids=["taken", "given on", "a new round", "decided", "heard", "asked for", "a note"],
)
def test_what_came_waits_until_somebody_acts(before, after, is_over):
    assert settles(before, after) is is_over


def test_every_event_that_moves_a_case_has_a_type_for_other_programs():
    moving = {arrow.event for arrow in ARROWS if arrow.target is not arrow.source}
    silent = {arrow.event for arrow in ARROWS if arrow.closes} | {"confirm_lapses"}
    assert moving - silent <= set(OF_EVENT)
    assert {type_of(event, IN_HAND, row("closed")) for event in EVENTS} == {CLOSED}
    assert set(OF_EVENT.values()) | {CLOSED} == set(TYPES)


def test_what_an_import_brings_in_is_told_from_its_first_move_on():
    held = row("reported", run_id="an import")
    assert type_of("reported", {}, held) == ""
    assert type_of("accept", held, row("opened", run_id="an import")) == "case.accepted"


def test_every_state_is_met_in_these_steps():
    assert {step[2]["state"] for step in STEPS} == {state.value for state in State}
