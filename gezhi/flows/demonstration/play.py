"""Performs tales with the product's own actions, all of them together in the order of time, as if people had done so day by day.

Between the deeds the clockwork does what a worker would have done at that moment: timers fire, messages go out, the journal is
sealed, the ledger kept and the staff told. One transaction per simulated day; pictures are kept before it begins.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from gezhi.cases import calls, numbers, timing
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import ARROWS, EVENTS, State
from gezhi.cases.move import PICTURE_KINDS, Move, Shown
from gezhi.cases.network import supervising
from gezhi.catalogue import queries as catalogue
from gezhi.flows import clockwork, herald, network_follow, supervision
from gezhi.flows.demonstration.album import Album, Drawing, drawing_of
from gezhi.flows.demonstration.places import Names
from gezhi.flows.demonstration.tales import Act, Tale
from gezhi.flows.demonstration.town import Crowd
from gezhi.flows.found_and_solved import found_and_solved
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.flows.route import advance_and_route
from gezhi.flows.split_case import split_case
from gezhi.journal import outbox, sealing
from gezhi.kernel.actor import VISITOR, Actor, reporter
from gezhi.ledger import actions as ledger
from gezhi.parties.days import local_day
from gezhi.places import paths
from gezhi.places.queries import PlaceRow, by_ids
from gezhi.reports.intake import OURS, Intake
from gezhi.work import climbing
from gezhi.work import following as tasks
from gezhi.work.clock import TIMER as TASK_TIMER

if TYPE_CHECKING:
    from gezhi.cases.models import Case

LEDGER_DAYS = 10  # nobody looks into it meanwhile, and a line that changes ten times is written once
MORE_TIME = timedelta(days=1)  # is asked for at least
PICTURES_AHEAD = timedelta(days=30)  # so many days' pictures are kept at once
MOVES_REPORTS: Final = frozenset({"join", "split"})
SAYS: Final = frozenset({"urge", "add", "answer"})
# Timers beside those of cases. A case that is supervised before there is a task waits for the worker.
BESIDE: Final[Mapping[str, Callable[..., object]]] = {
    TASK_TIMER: climbing.fire,
    supervising.TIMER: supervision.fire,
}
FROM: Final = {event: frozenset(one.source for one in ARROWS if one.event == event) for event in EVENTS}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens: when, and what is done then. pictures: what it shows; moves_others: it may move any case."""

    at: datetime
    do: Callable[[], object]
    pictures: tuple[Drawing, ...] = ()
    moves_others: bool = False


@dataclass
class Play:
    """Who plays where, and until when. left_out: acts that no longer fitted, because somebody was faster."""

    names: Names
    parties: Mapping[str, UUID]
    crowd: Crowd
    now: datetime
    album: Album
    reports: dict[str, UUID] = field(default_factory=dict)
    home: dict[UUID, UUID] = field(default_factory=dict)  # the case of a report
    seen: dict[UUID, "Case"] = field(default_factory=dict)  # cases that nobody moved since
    left_out: list[tuple[str, str]] = field(default_factory=list)
    turns: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    rows: dict[UUID, PlaceRow] = field(default_factory=dict)
    has_tasks: bool = False  # their timers are asked for from the first one on

    def perform(
        self,
        tales: Iterable[Tale],
        beside: Sequence[Deed] = (),
        *,
        on_day: Callable[[int, int], None] = lambda day, of: None,
    ) -> None:
        """All of it until now; on_day(day, of): after each simulated day. Not inside a transaction."""
        self.rows = by_ids(self.names.places.values())
        deeds = [*beside, *(deed for tale in tales for deed in self._deeds(tale))]
        deeds = sorted((deed for deed in deeds if deed.at < self.now), key=lambda deed: deed.at)
        days = [list(found) for _, found in groupby(deeds, key=lambda deed: local_day(deed.at))]
        for number, day in enumerate(days, start=1):
            ahead = day[0].at + PICTURES_AHEAD
            soon = chain.from_iterable(later for later in days[number - 1 :] if later[0].at < ahead)
            self.album.keep(chain.from_iterable(deed.pictures for deed in soon), until=ahead, at=day[0].at)
            end = days[number][0].at if number < len(days) else self.now
            self._day(day, end)
            if number % LEDGER_DAYS == 0 or number == len(days):
                ledger.catch_up(at=end)
                herald.catch_up(at=end)
                network_follow.catch_up(at=end)
            on_day(number, len(days))

    def _day(self, deeds: list[Deed], end: datetime) -> None:
        numbers.stock_up(local_day(deeds[0].at).year)
        with transaction.atomic():
            for deed in deeds:
                self._clockwork(deed.at)
                deed.do()
                if deed.moves_others:
                    self.seen.clear()
                    self.has_tasks = self.has_tasks or tasks.are_any()
            self._clockwork(end)
            outbox.settle(until=end, but=(timing.TIMER, *BESIDE))
        sealing.seal(at=end)

    def _clockwork(self, until: datetime) -> None:
        """Timers that are due by then, each at its own moment, the earliest first."""
        while (due := outbox.next_due(timing.TIMER)) is not None and due.at < until:
            clockwork.fire(UUID(due.key), at=due.at)
            self.seen.pop(UUID(due.key), None)
        for kind, fire in BESIDE.items() if self.has_tasks else ():
            while (due := outbox.next_due(kind)) is not None and due.at < until:
                fire(UUID(due.key), at=due.at)

    def _deeds(self, tale: Tale) -> Iterable[Deed]:
        before, after = _drawing(tale, is_mended=False), _drawing(tale, is_mended=True)
        shown = (before,) * tale.has_photo + (after,) * tale.mends
        yield Deed(tale.at, partial(self._begin, tale), shown)
        for act in tale.acts:
            yield Deed(act.at, partial(self._act, tale, act), (after,) * len(_asked(tale, act)))

    # ---- what is said ----

    def _begin(self, tale: Tale) -> None:
        place = self.rows[self.names.places[tale.place]] if tale.place else None
        photos = (self.album.take(_drawing(tale, is_mended=False)),) if tale.has_photo else ()
        intake = Intake(
            tale.channel,
            text=tale.text,
            place=place.id if place else None,
            place_path=place.path if place else "",
            category=catalogue.by_code(tale.category).id if tale.category else None,
            evidence=photos,
            contact=tale.contact,
            may_call=tale.may_call,
            key=f"demonstration-{tale.key}",
            maker=OURS,
        )
        voice = Voice(intake, place)
        actor = self._finder(tale, place)
        if tale.mends and actor.id is not None:
            after = (self.album.take(_drawing(tale, is_mended=True)),)
            found = found_and_solved(
                voice, after=after, presence="place_code", note=tale.note, actor=actor, at=tale.at
            )
            self.reports[tale.key] = cases.report_ids([found.case_id])[found.case_id][0]
            return
        self.reports[tale.key] = receive_report(voice, actor=actor, at=tale.at).report_id

    def _finder(self, tale: Tale, place: PlaceRow | None) -> Actor:
        if not tale.finder or place is None:
            return VISITOR
        return self._walker(place.path) if tale.finder == "walker" else self._clerk_at(tale)

    # ---- what is done ----

    def _act(self, tale: Tale, act: Act) -> None:
        if tale.key not in self.reports:
            return
        report_id = self.reports[tale.key]
        case = self._case(report_id)
        event = act.event.partition(":")[0]
        if event == "call":
            self._call(case, act)
            self._forget(case)
            return
        if (
            event == "done" and case.state == State.DISPATCHED
        ):  # another company has it since, and signs first
            case = advance_and_route(case.id, Move("take"), actor=self._handler(case), at=act.at)
        if State(case.state) not in FROM[event]:
            self.left_out.append((tale.key, act.event))
            return
        if event in SAYS:
            reporter_speaks(report_id, Saying(event, text=act.note), at=act.at)
            self._forget(case)
            return
        move, actor = self._move(tale, act, case), self._who(act.who, case, report_id)
        deed = split_case if event == "split" else advance_and_route
        moved = deed(case.id, move, actor=actor, at=act.at)
        if event in MOVES_REPORTS:
            self.home.clear()
            self.seen.clear()
        else:
            self.seen[case.id] = moved

    def _case(self, report_id: UUID) -> "Case":
        """The case of a report as it is now: looked up again only when something else moved it."""
        known = self.home.get(report_id)
        case = self.seen.get(known) if known else None
        if case is None:
            case = cases.of_report(report_id)
            self.home[report_id], self.seen[case.id] = case.id, case
        return case

    def _forget(self, case: "Case") -> None:
        self.seen.pop(case.id, None)

    def _move(self, tale: Tale, act: Act, case: "Case") -> Move:
        shown = tuple(
            Shown(self.album.take(_drawing(tale, is_mended=True)), kind) for kind in _asked(tale, act)
        )
        return Move(
            act.event,
            note=act.note,
            reason=act.reason,
            shown=shown,
            party=self.parties[act.party] if act.party else None,
            into=self._case(self.reports[act.into]).id if act.into else None,
            until=_until(act, case),
            ending=act.ending,
            count=act.count,
            place=self.names.places[act.place] if act.place else None,
            category=catalogue.by_code(act.category).id if act.category else None,
            reports=(self.reports[tale.key],) if act.event == "split" else (),
        )

    def _call(self, case: "Case", act: Act) -> None:
        """Whoever is owed a call about this case is rung up: to be asked, or to be told."""
        outcome = act.event.partition(":")[2]
        clerk = self._clerk(case)
        for owed in cases.owed_calls(clerk).filter(case_id=case.id):
            asks = owed.kind == "please_confirm"
            if asks != (outcome == "told"):
                calls.note_call(owed.id, outcome, act.note, actor=clerk, at=act.at)

    # ---- who ----

    def _who(self, who: str, case: "Case", report_id: UUID) -> Actor:
        match who:
            case "lin":
                return reporter(report_id)
            case "desk":
                return self._clerk(case)
            case "handler":
                return self._handler(case)
            case "checker":
                return next(one for one in self._in_turn(case.id) if one.id != case.handler_id)
            case "officer":
                return self.crowd.officer
            case "walker":
                return self._walker(case.place_path)
        return self.crowd.people[who]

    def _in_turn(self, id: UUID) -> Sequence[Actor]:
        first, second = self.crowd.checkers
        return (second, first) if id.int % 3 == 0 else (first, second)

    def _clerk(self, case: "Case") -> Actor:
        return self._one_of(self.crowd.clerks[case.desk_id], case.desk_id)

    def _clerk_at(self, tale: Tale) -> Actor:
        party = self.parties[tale.place.split()[0]]
        return self._one_of(self.crowd.clerks[party], party)

    def _handler(self, case: "Case") -> Actor:
        return self._one_of(self.crowd.crews[case.lead_id], case.lead_id)

    def _one_of(self, actors: Sequence[Actor], party: UUID) -> Actor:
        """In turn, so that work is shared."""
        self.turns[party] += 1
        return actors[self.turns[party] % len(actors)]

    def _walker(self, path: str) -> Actor:
        return next(actor for at, actor in self.crowd.walkers.items() if paths.is_within(path, at))


def _asked(tale: Tale, act: Act) -> list[str]:
    """Which kinds of picture this act shows: those of the category's closing proof."""
    if act.event != "done":
        return []
    category = catalogue.by_code(_category(tale)).id
    return [one for one in catalogue.proof(category).kinds if one in PICTURE_KINDS]


def _until(act: Act, case: "Case") -> datetime | None:
    """As the tale says; more time begins where the present deadline ends, which the tale does not know."""
    if act.event != "request_extension" or case.fix_due is None or act.until is None:
        return act.until
    return max(act.until, case.fix_due + MORE_TIME)


def _drawing(tale: Tale, *, is_mended: bool) -> Drawing:
    return drawing_of(_category(tale), is_mended=is_mended)


def _category(tale: Tale) -> str:
    """The code it was told with, or that the desk finds; "" = nobody has said yet."""
    return tale.category or next((act.category for act in tale.acts if act.category), "")
