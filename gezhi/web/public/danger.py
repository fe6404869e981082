"""While somebody types: whether his words speak of danger, and whom to call now. Nothing of them is kept, counted by whom, or filed."""

from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gezhi.reports import vocabulary
from gezhi.web import limits
from gezhi.web.asked import Asked
from gezhi.web.limits import TooOften

MOST_SIGNS = 5000
ASKED_PER_TEN_MINUTES = 200  # of one address, which many share


@require_POST
@never_cache
def danger(request: Asked) -> JsonResponse:
    """{"said", "call"} of the first danger in `text`, {} for none. 429 with {} above the limit: the receipt says it all the same. No query as a rule."""
    try:
        limits.count(
            "danger", limits.address(request), most=ASKED_PER_TEN_MINUTES, minutes=10, at=request.now
        )
    except TooOften as too_often:
        return JsonResponse({}, status=429, headers={"Retry-After": str(too_often.seconds)})
    found = vocabulary.lexicon().danger(request.POST.get("text", "")[:MOST_SIGNS])
    return JsonResponse({"said": found.said, "call": found.call} if found else {})
