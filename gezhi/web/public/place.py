"""The page of one place: who answers the phone today, what was last solved here, and the button to report."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.cases import face
from gezhi.cases.public import words_for_all
from gezhi.flows.look_at_photo import public_photos
from gezhi.places import queries as places
from gezhi.web.asked import Asked
from gezhi.web.public import told, trust


@require_safe
@never_cache
def place(request: Asked, code: str) -> HttpResponse:
    """What the poster's code leads to for whoever only wants a phone number."""
    found = places.by_code(code)
    path = trust.open_path(found)
    solved = trust.solved_here(path)
    seen = public_photos([one.case_id for one in solved])
    said = words_for_all(one.case_id for one in solved)
    context = {
        "place": found,
        "is_building": path != found.path,
        "has_face": face.is_shown(),
        "feed": request.build_absolute_uri(reverse("feed", args=[found.code])),
        "answering": trust.answering_here(found, request.now),
        "solved": [
            {
                "what": one.what,
                "day": one.day,
                "words": said.get(one.case_id, ""),
                "photos": told.public_thumbs(seen[one.case_id]),
            }
            for one in solved
        ],
    }
    return render(request, "public/place.html", context)
