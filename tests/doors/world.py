"""What the table of permissions asks about: two offices, cases in every state, and whoever knocks, built once for a whole file.

`Things` are what stands in braces in the table: `A1.dispatched` is the number of the case in that state in grid A1 (`own` to Wei,
Sun, Qian and Chen), `B2.…` the same in grid B2 (Mo's), `yonder.…` in another jurisdiction; `….version` and the like belong to them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gezhi.cases import queries as cases
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.cases.orders import forms as order_forms
from gezhi.cases.orders.actions import Terms as OrderTerms
from gezhi.catalogue import actions as catalogue_actions
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.models import OfficeCalendar, OfficeRule
from gezhi.channels import books as channel
from gezhi.channels.orders import papers
from gezhi.channels.wecom import office
from gezhi.config import worker
from gezhi.duty import actions as duty
from gezhi.evidence import voice
from gezhi.evidence.models import Evidence, Voice
from gezhi.flows.take_order import Coming, take_order
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM, Actor, Duty
from gezhi.kernel.mooring import Mark
from gezhi.notices import receivers
from gezhi.notices.models import Notice
from gezhi.parties import mailboxes, openkeys, robots, savedviews, staff, tokens, walls
from gezhi.parties import queries as parties
from gezhi.parties.models import Account
from gezhi.places import actions as places
from gezhi.places import backgrounds
from gezhi.places.kinds import FixtureKind
from gezhi.places.queries import PlaceRow, by_ids, grid
from gezhi.reports import bookfiles, books
from gezhi.reports.queries import tracking_code
from gezhi.routing import actions as routing
from gezhi.routing import queries as rules
from gezhi.routing.terms import Terms
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived
from gezhi.web.links import link
from tests.cases.test_calls import by_phone
from tests.cast import PASSWORD, START, Cast, done, lin, lin_reports, photo, walk
from tests.doors.carried import of_forms
from tests.doors.lessons import lesson
from tests.doors.many import of_bulk
from tests.doors.network import tasks
from tests.doors.papers import of_the_ledger
from tests.showing import album_as_things

Things = dict[str, str]
HOUR = timedelta(hours=1)
BOOK = "编号,地点,问题描述\n9,悦海花园,路灯坏了\n"


class Hands(NamedTuple):
    """Who works on the cases of a ground."""

    desk: Actor
    handler: Actor
    checker: Actor
    officer: Actor
    party: UUID


Step = Callable[[Hands, datetime], tuple[Actor, Move]]
# what a case is called: what it was called before, and the move that led on
COURSES: dict[str, tuple[str, Step] | None] = {
    "reported": None,
    "joined": None,
    "split": None,
    "asked": ("reported", lambda by, at: (by.desk, Move("ask", note="哪个单元"))),
    "opened": ("reported", lambda by, at: (by.desk, Move("accept"))),
    "dispatched": ("opened", lambda by, at: (by.desk, Move("dispatch", party=by.party))),
    "in_hand": ("dispatched", lambda by, at: (by.handler, Move("take"))),
    "stretched": (
        "in_hand",
        lambda by, at: (by.handler, Move("request_extension", reason="等货", until=later(at))),
    ),
    "paused": ("in_hand", lambda by, at: (by.officer, Move("carry_forward", reason="等货", until=later(at)))),
    "to_check": ("in_hand", lambda by, at: (by.handler, done(at))),
    "to_confirm": ("to_check", lambda by, at: (by.checker, Move("pass_check", note="看过了"))),
    "objected": ("to_confirm", lambda by, at: (by.desk, Move("note", note="上报人说还漏水"))),
    "closed": ("to_confirm", lambda by, at: (by.desk, Move("satisfied"))),
}
ACROSS = ("reported", "opened", "dispatched")  # in the other grid: what came to its own people, too
ELSEWHERE = ("reported", "opened")  # where the question is only whether one may see it at all


def later(at: datetime) -> datetime:
    """A month from now."""
    return at + timedelta(days=30)


def course(name: str, by: Hands, at: datetime) -> list[tuple[Actor, Move]]:
    """The moves that lead from a fresh report to a case of this name."""
    led = COURSES[name]
    return [*course(led[0], by, at), led[1](by, at)] if led else []


def of_cases(name: str, cast: Cast, place: UUID, by: Hands, at: datetime, courses: Iterable[str]) -> Things:
    """One case on each of these courses, with its version, report and tracking code."""
    made: dict[str, Case] = {}
    for one in courses:
        case = lin_reports(cast, at, f"楼道门玻璃碎了 {one}", place, contact="13800001234", may_call=True)
        made[one] = walk(case, *course(one, by, at), at=at)
    if "split" in made:
        second = Move("split", note="灯也坏了", category=catalogue.by_code("0107").id)
        walk(made["split"], (by.desk, second), at=at)
        made["split"] = cases.newest_part(made["split"].id)
    if "joined" in made:
        made["joined"] = walk(made["joined"], (by.desk, Move("join", into=made["reported"].id)), at=at)
    if "objected" in made:
        objection = Move("unsatisfied", reason="还漏水")
        made["objected"] = walk(made["objected"], (lin(made["objected"]), objection), at=at)
    found: Things = {}
    for one, case in made.items():
        found |= {f"{name}.{one}": str(case.number), f"{name}.{one}.version": str(case.version)}
        for report in cases.report_ids([case.id]).get(case.id, ())[:1]:
            found |= {f"{name}.{one}.report": str(report), f"{name}.{one}.code": tracking_code(report)}
    return found


def of_ground(name: str, cast: Cast, place: UUID, cell: UUID, at: datetime) -> Things:
    """The place, its cell and community, and a picture of a case there."""
    row, of_cell = by_ids([place])[place], grid(cell)
    case = cases.by_number(_number(cast, place), actor=SYSTEM)
    picture = photo(at)
    lamp = places.add_fixture(row.id, FixtureKind.LAMP, "门灯", actor=SYSTEM, at=at)
    report = cases.report_ids([case.id])[case.id][0]
    Evidence.objects.filter(id=picture).update(claimed_at=at, claimed_kind="report", claimed_id=report)
    return {
        f"{name}.place": row.code,
        f"{name}.place.id": str(row.id),
        f"{name}.fixture": lamp.code,
        f"{name}.fixture.id": str(lamp.id),
        f"{name}.cell": of_cell.code,
        f"{name}.cell.id": str(cell),
        f"{name}.community": by_ids([of_cell.community_id])[of_cell.community_id].code,
        f"{name}.photo": str(picture),
        f"{name}.order": str(_order(name, cast, row, at)),
        f"{name}.voice": str(_voice(report, at)),
        f"{name}.photo.signed": link(picture, 400, at=at).partition("?")[2],
    }


def _order(name: str, cast: Cast, place: PlaceRow, at: datetime) -> UUID:
    """An order about this place, three days to answer."""
    terms = OrderTerms("hotline", f"WH-{name}", at + 72 * HOUR, at + 24 * HOUR)
    return take_order(Coming(terms, "东门外第三根灯杆斜了", place=place), actor=cast.zhou, at=at).order_id


def _voice(report: UUID, at: datetime) -> UUID:
    """A recording that belongs to a report, sealed as `keep` seals it."""
    id, own, sound = new_id(), AESGCM.generate_key(bit_length=256), b"OggS" + bytes(400)
    sealed = {"data": voice._shut(own, sound, id), "key": voice._shut(derived("voice"), own, id)}
    row = Voice(
        id=id,
        sha256="0" * 64,
        media_type="audio/ogg",
        bytes=len(sound),
        made_at=at,
        claimed_at=at,
        report_id=report,
        **sealed,
    )
    Voice.objects.bulk_create([row])
    return id


def _number(cast: Cast, place: UUID) -> str:
    found: str = Case.objects.filter(place_path=cast.town.row(place).path, state="opened").first().number
    return found


def of_party(name: str, party: UUID, head: Actor, hand: Actor, at: datetime) -> Things:
    """A party with its service, a post, an account and a roster: a shift that runs, two ahead, and a sheet to be confirmed."""

    def plan(actor: Actor, starts: int, ends: int) -> UUID:
        who, hours = duty.OnDuty(actor.name, "0631-0000120", actor.id), (at + starts * HOUR, at + ends * HOUR)
        return duty.plan_shift(party, who, *hours, actor=SYSTEM, at=at - 48 * HOUR)

    plan_of = [plan(*one) for one in ((hand, -8, -4), (head, -4, 1), (hand, 20, 28), (head, 30, 36))]
    notes = {"notes": "钥匙在传达室", "open_numbers": [], "actor": hand, "at": at - 4 * HOUR}
    sheet = duty.hand_over(plan_of[0], **notes)
    post = parties.posts(hand.id)[0]
    return {
        f"{name}.party": str(party),
        f"{name}.service": str(parties.services(party)[0].id),
        f"{name}.account": str(hand.id),
        f"{name}.post": str(post.id),
        f"{name}.mailbox": str(
            mailboxes.add_mailbox(party, f"{name.lower()}@office.example", actor=SYSTEM, at=at)
        ),
        f"{name}.robot": str(
            robots.add_robot(party, f"{name.lower()}-robot-of-the-party", actor=SYSTEM, at=at)
        ),
        f"{name}.view": str(savedviews.keep("灯", "view=open&q=%E7%81%AF", party=party, actor=head, at=at)),
        f"{name}.shift": str(plan_of[1]),
        f"{name}.shift.ahead": str(plan_of[2]),
        f"{name}.shift.ahead.name": hand.name,
        f"{name}.shift.other": str(plan_of[3]),
        f"{name}.sheet": str(sheet),
    }


def of_news(at: datetime, **parties: UUID) -> Things:
    """What the journal so far told these parties; of each, the notice that came last."""
    worker.keep_books(at)
    return {
        f"{name}.notice": str(Notice.objects.filter(party_id=party).order_by("-id")[0].id)
        for name, party in parties.items()
    }


def of_office(name: str, cast: Cast, at: datetime) -> Things:
    """What belongs to an office as a whole: a call owed, a routing rule, a parked errand, its catalogue, a closed leaf and cell."""
    case = walk(by_phone(cast, at), (cast.chen, Move("accept")), at=at)
    line, second = (
        routing.add_rule(Terms(name, party=cast.agency), actor=SYSTEM, at=at)
        for name in ("找执法", "再找执法")
    )
    errand = Errand(kind="case.timer", key=f"{name}-parked", due_at=at, parked_at=at, error="x", tries=10)
    Errand.objects.bulk_create([errand])
    end = {"on": at.date(), "reason": "不再使用", "actor": SYSTEM, "at": at}
    shut = catalogue.by_code("0107")
    catalogue_actions.close_category(shut.id, revision=shut.revision, **end)
    ended, spare = (
        places.add_grid(community_id=cast.town.community_a, name=name, actor=SYSTEM, at=at)
        for name in ("悦海旧格", "悦海空格")
    )
    places.close_grid(ended.id, into=None, **end)
    key = openkeys.make_key("市民随手拍", actor=SYSTEM, at=at)
    office.set_up(f"ww{name.lower()}", 1000002, "secret-of-the-application", actor=SYSTEM, at=at)
    form = order_forms.keep("city", "answer", "docx", papers.own("answer", "docx"), actor=SYSTEM, at=at)
    told = receivers.add("区平台", "https://hooks.example/in", ["case.closed"], actor=SYSTEM, at=at)
    wall = walls.make_wall("大厅", None, actor=SYSTEM, at=at)
    return {
        **_of_the_book(name),
        **album_as_things(name, cast, at),
        f"{name}.wall": str(wall[0]),
        f"{name}.wall.secret": wall[1],
        f"{name}.call": str(CallBack.objects.filter(case=case)[0].id),
        f"{name}.rule": str(line),
        f"{name}.rule.second": str(second),
        f"{name}.rule.seen": str(rules.versions(line)[-1].id),
        **_of_a_rule_to_change(name, cast, at),
        f"{name}.errand": str(errand.id),
        f"{name}.practice": lesson(case.id, at),
        f"{name}.receiver": str(told[0]),
        f"{name}.openkey": str(key[0]),
        f"{name}.plan": str(_plan(at)),
        f"{name}.orderform": str(form),
        f"{name}.openkey.secret": key[1],
        f"{name}.cell.ended": ended.code,
        f"{name}.cell.spare": spare.code,
        f"{name}.compound": by_ids([cast.town.compound])[cast.town.compound].code,
        f"{name}.agency": str(cast.agency),
    }


def _plan(at: datetime) -> UUID:
    """A plan that lies on the map."""
    marks = (Mark(10, 10, 122.18, 37.4), Mark(700, 500, 122.19, 37.39))
    made = backgrounds.add_plan(
        id=new_id(), name="平面图", picture=photo(at), size=(800, 600), marks=marks, actor=SYSTEM, at=at
    )
    return made.id


def _of_the_book(name: str) -> Things:
    """What the catalogue's forms name: a leaf in use and a closed one, a condition, and the revision of each."""
    leaf, condition = catalogue.by_code("0501"), catalogue.default_condition(catalogue.by_code("0501").id)
    return {
        f"{name}.leaf.id": str(leaf.id),
        f"{name}.leaf.revision": str(leaf.revision),
        f"{name}.shut.revision": str(catalogue.by_code("0107").revision),
        f"{name}.condition": str(condition.id),
        f"{name}.condition.revision": str(condition.revision),
        f"{name}.proof.revision": str(catalogue.proof(leaf.id).revision),
        f"{name}.number.revision": str(OfficeRule.objects.get(key="call_tries").revision),
        f"{name}.calendar.revision": str(OfficeCalendar.objects.get(code="office").revision),
    }


def _of_a_rule_to_change(name: str, cast: Cast, at: datetime) -> Things:
    """A rule of which another version lies ahead."""
    line = routing.add_rule(Terms("先找执法", party=cast.agency), actor=SYSTEM, at=at)
    ahead = routing.change_rule(
        line,
        Terms("改找业委会", party_kind="owners"),
        seen=rules.versions(line)[0].id,
        actor=SYSTEM,
        at=at,
        begins_on=at.date() + timedelta(days=30),
    )
    return {f"{name}.rule.coming": str(line), f"{name}.rule.coming.seen": str(ahead)}


def of_books(name: str, actor: Actor, at: datetime) -> Things:
    """Two ledgers that somebody uploaded: one whose columns are to be confirmed, one that came in. Its file: keep_files."""
    came = channel.take_in(BOOK.replace("9", "8").encode(), "来过.csv", actor=actor, at=at)
    channel.begin(books.book(came, actor=actor), actor=actor, at=at)
    while channel.go_on(came, at=at):
        pass
    outbox.reschedule(channel.BRING, str(came), due_at=None)
    waits = channel.take_in(BOOK.encode(), "等着.csv", actor=actor, at=at)
    return {f"{name}.book": str(waits), f"{name}.book.came": str(came), **of_the_ledger(name, actor, at)}


def keep_files(things: Things) -> None:
    """The files of the ledgers that wait, in the folder of the tests under way."""
    for name in ("A1", "yonder"):
        bookfiles.keep(UUID(things[f"{name}.book"]), BOOK.encode())


def fill(cast: Cast, at: datetime) -> Things:
    """Our office, whose list is public. No case is drawn for a second look: what a form does must not depend on chance."""
    town = cast.town
    for key, value in (("recheck_percent", 0), ("public_list", 1), ("public_map", 1)):
        row = OfficeRule.objects.get(key=key)
        catalogue_actions.change_rule(key, value, revision=row.revision, actor=SYSTEM, at=at)
    ours = Hands(cast.chen, cast.qian, cast.zhao, cast.zhou, cast.property)
    theirs = Hands(cast.zhou, cast.mo, cast.zhao, cast.zhou, cast.team_b2)
    return {
        **of_cases("A1", cast, town.stairwell, ours, at, COURSES),
        **of_cases("B2", cast, town.street_b, theirs, at, ACROSS),
        **of_news(at, A1=cast.property, B2=cast.team_b2),
        **of_ground("A1", cast, town.stairwell, town.grid_a1, at),
        **of_ground("B2", cast, town.street_b, town.grid_b2, at),
        **of_party("A1", cast.property, cast.sun, cast.qian, at),
        **of_party("B2", cast.team_b2, cast.mo, cast.mo, at),
        **of_office("A1", cast, at),
        **of_books("A1", cast.chen, at),
        **of_bulk("A1", cast, at),
        **of_forms(at),
        **tasks.things("A1", cast, town.stairwell, cast.chen, cast.qian, cast.property, at),
        **tasks.things("B2", cast, town.street_b, cast.zhou, cast.mo, cast.team_b2, at),
    }


def fill_yonder(cast: Cast, at: datetime) -> Things:
    """The office beside ours."""
    town = cast.town
    hands = Hands(cast.chen, cast.qian, cast.zhao, cast.zhou, cast.property)
    return {
        **of_cases("yonder", cast, town.stairwell, hands, at, ELSEWHERE),
        **of_news(at, yonder=cast.desk_a),
        **of_ground("yonder", cast, town.stairwell, town.grid_a1, at),
        **of_party("yonder", cast.property, cast.sun, cast.qian, at),
        **of_office("yonder", cast, at),
        **of_books("yonder", cast.chen, at),
        **of_bulk("yonder", cast, at),
        **tasks.things("yonder", cast, town.stairwell, cast.chen, cast.qian, cast.property, at),
    }


def employ(
    username: str, name: str, party: UUID, *duties: Duty, at: datetime, has_left: bool = False
) -> UUID:
    """Somebody more than the cast has: in all these duties, or no longer in any of them."""
    account = staff.add_account(
        username, name, password=PASSWORD, must_change_password=False, actor=SYSTEM, at=at
    )
    for one in duties:
        post = staff.NewPost(party, one, START, ends_on=at.date() if has_left else None)
        staff.appoint(account, post, actor=SYSTEM, at=at)
    return account


def give_token(account: UUID, at: datetime, *, days_ago: int = 0) -> tuple[str, str]:
    """(id, what a program sends) of a token for everything that its owner may, made some days ago and used today, if it is good for that."""
    made_at = at - timedelta(days=days_ago)
    owner = parties.actor_of(Account.objects.get(id=account), made_at)
    made, secret = tokens.make_token(
        "工单系统", tokens.Scope, expires_at=at + timedelta(days=30), actor=owner, at=made_at
    )
    tokens.bearer(secret, at=at)
    return str(made), secret


def hire(ours: Cast, yonder: UUID, at: datetime) -> dict[str, UUID]:
    """The accounts of everybody in the columns of the table; Lin has none."""
    everything = (Duty.ADMIN, Duty.CLERK, Duty.OFFICER)
    people: dict[str, Any] = {
        name: getattr(ours, name).id for name in ("wei", "mo", "sun", "qian", "chen", "zhao", "zhou", "gao")
    }
    people["he"] = employ("he", "何", ours.office_desk, Duty.ADMIN, at=at)
    people["tang"] = employ("tang", "唐", ours.office_desk, *everything, at=at, has_left=True)
    people["yu"] = yonder
    return people
