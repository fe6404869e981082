"""Who may see a case, and what an actor is to it. Asked twice: `visible_to` when fetching (404), `roles_for` when acting (403)."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import Role
from gezhi.cases.line import CaseLine
from gezhi.cases.models import Case, CaseHand, CaseReport
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.places import paths
from gezhi.places.onpath import within
from gezhi.reports.queries import unpublished_runs


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases this actor may open; strangers get none. Batches of an import that is not published yet are hidden. 1 query before the question
    itself, none for the system and reporters.
    """
    sees_imports = actor.kind in {ActorKind.SYSTEM, ActorKind.REPORTER}
    return visible_but(actor, () if sees_imports else unpublished_runs())


def visible_but(actor: Actor, hidden: Collection[UUID]) -> QuerySet[Case]:
    """`visible_to` for whoever has asked which imports are hidden (reports.queries.unpublished_runs). No query."""
    if actor.kind is ActorKind.SYSTEM:
        return Case.objects.all()
    if actor.kind is ActorKind.REPORTER:
        links = CaseReport.objects.filter(report_id=actor.id)
        return Case.objects.filter(id__in=links.values("case_id"))
    rows: QuerySet[Case] = Case.objects.all()
    # what people said is not an administrator's to read
    at_work = [post for post in actor.posts if post.duty is not Duty.ADMIN]
    if all(post.path != paths.ROOT for post in at_work):
        rows = rows.filter(reduce(or_, map(_seen_by, at_work), Q(pk__in=())))
    if complained_of := actor.parties():
        rows = rows.exclude(complained_of__in=complained_of)
    return rows.exclude(run_id__in=hidden) if hidden else rows


def sees_all(actor: Actor) -> bool:
    """Whether he sees the cases of the whole office, but for those that complain of his own."""
    return actor.kind is ActorKind.SYSTEM or any(
        post.path == paths.ROOT for post in actor.posts if post.duty is not Duty.ADMIN
    )


def may_open(actor: Actor, case: Case) -> bool:
    """Whether `visible_to` has this case. No query for whoever is something to it: what one may act on, one may see."""
    if case.run_id is None and actor.kind is not ActorKind.REPORTER and roles_for(actor, case):
        return True
    return visible_to(actor).filter(id=case.id).exists()


def _seen_by(post: Post) -> Q:
    seen = Q(lead_id=post.party) | Q(escalated_to_id=post.party) if post.party else Q(pk__in=())
    if post.duty in {Duty.CLERK, Duty.OFFICER}:
        seen |= Q(desk_id=post.party)
    if post.path:
        seen |= within(post.path)
    if post.grid:
        seen |= Q(grid_id=post.grid)
    return seen


def may_be_checked_by(actor: Actor) -> Q:
    """What one of his posts checks, or the desk where he sits; never his own work. As `roles_for` gives CHECKER."""
    return reduce(or_, map(_checked_by, actor.posts), Q(pk__in=())) & ~Q(handler_id=actor.id)


def _checked_by(post: Post) -> Q:
    checked = Q(pk__in=())
    if post.party and post.duty in {Duty.CLERK, Duty.OFFICER}:
        checked |= Q(desk_id=post.party)
    if post.duty in {Duty.CHECKER, Duty.OFFICER}:
        if post.path == paths.ROOT:
            checked |= Q(pk__isnull=False)
        elif post.path:
            checked |= within(post.path)
        if post.grid:
            checked |= Q(grid_id=post.grid)
    return checked


def roles_for(actor: Actor, case: "Case | CaseLine") -> frozenset[Role]:
    """What this actor is to this case now. 1 query for a reporter, none for anybody else."""
    if actor.kind is ActorKind.SYSTEM:
        return frozenset({Role.SYSTEM})
    if actor.kind is ActorKind.REPORTER:
        is_his = CaseReport.objects.filter(case_id=case.id, report_id=actor.id).exists()
        return frozenset({Role.REPORTER}) if is_his else frozenset()
    if case.complained_of_id is not None and case.complained_of_id in actor.parties():
        return frozenset()  # the company complained of neither handles nor checks
    return frozenset(role for post in actor.posts for role in _roles_of(post, actor, case))


def roles_now(actor: Actor, case: Case) -> frozenset[Role]:
    """`roles_for`, less CHECKER for who did a share of this round. 1 query a row where the case ever had tasks."""
    roles = roles_for(actor, case)
    if case.tasks_open is None or Role.CHECKER not in roles:
        return roles
    known: dict[object, bool] = case.__dict__.setdefault(
        "_had_a_hand", {}
    )  # a page asks it of one row several times
    mine = (actor.id, case.round)
    if mine not in known:
        did = CaseHand.objects.filter(case_id=case.id, account_id=actor.id, round=case.round)
        known[mine] = did.exists()
    return roles - {Role.CHECKER} if known[mine] else roles


def _roles_of(post: Post, actor: Actor, case: "Case | CaseLine") -> set[Role]:
    roles = set()
    is_desk = post.party == case.desk_id and post.duty in {Duty.CLERK, Duty.OFFICER}
    covers = _covers(post, case)
    if is_desk or (post.duty is Duty.OFFICER and covers):
        roles.add(Role.DESK)
    if post.party == case.lead_id and post.duty in {Duty.WORKER, Duty.MANAGER, Duty.CLERK, Duty.OFFICER}:
        roles.add(Role.HANDLER)
        if post.duty is not Duty.WORKER:
            roles.add(Role.LEADER)
    if post.duty is Duty.WORKER and covers:
        roles.add(Role.GRID_WORKER)
    if post.duty is Duty.OFFICER and covers:
        roles.add(Role.APPROVER)
        if post.party != case.lead_id:
            roles.add(Role.SUPERVISOR)
    may_check = post.duty in {Duty.CHECKER, Duty.OFFICER} and covers
    if (may_check or is_desk) and actor.id != case.handler_id:
        roles.add(Role.CHECKER)
    return roles


def works_at(actor: Actor, place_path: str, grid_id: UUID | None) -> bool:
    """Whether he would be GRID_WORKER to a case of this place: who solves on the spot. No query."""
    return any(post.duty is Duty.WORKER and _covers_ground(post, place_path, grid_id) for post in actor.posts)


def _covers(post: Post, case: "Case | CaseLine") -> bool:
    return _covers_ground(post, case.place_path, case.grid_id)


def _covers_ground(post: Post, place_path: str, grid_id: UUID | None) -> bool:
    if post.path == paths.ROOT:
        return True
    in_subtree = paths.is_within(place_path, post.path)
    return in_subtree or (post.grid is not None and post.grid == grid_id)
