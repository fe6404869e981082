"""我: my posts and areas, how the pages look, how I log in and out."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.insight.figures import sight
from gezhi.kernel.actor import Actor, Post
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.web import words
from gezhi.web.asked import Asked
from gezhi.web.pocket.pages import page
from gezhi.web.staff import actor_of, staff_required


@require_safe
@never_cache
@staff_required
def me(request: Asked) -> HttpResponse:
    """One page about myself, and the way to the figures of what I may look at."""
    actor = actor_of(request)
    context = {"posts": posts(actor), "has_figures": sight.has_any(actor)}
    return page(request, "me", context, tab="my_me")


def posts(actor: Actor) -> list[dict[str, Any]]:
    """Duty, party and area of each post. 2 queries, 1 more for each grid cell."""
    names = parties.parties_by_ids(actor.parties())
    ends = {end for post in actor.posts if (end := paths.end(post.path))}
    grounds = places.by_ids(ends)
    return [
        {
            "duty": words.of(words.DUTIES, post.duty.value),
            "party": names[post.party].name if post.party in names else "",
            "area": _area(post, grounds),
        }
        for post in actor.posts
    ]


def _area(post: Post, grounds: dict[Any, Any]) -> str:
    if post.path == paths.ROOT:
        return _("全辖区")
    if post.grid is not None:
        return places.grid(post.grid).name
    on_path = paths.ids(post.path)
    return grounds[on_path[-1]].full_name if on_path and on_path[-1] in grounds else _("本单位负责的事")
