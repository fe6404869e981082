"""What several public pages answer with: a redirect that is always fetched anew, and pages that nobody may keep or pass on."""

from django.http import HttpResponse, HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: the browser fetches the next page with GET, so going back or reloading sends nothing twice."""

    status_code = 303


def private(answer: HttpResponse) -> HttpResponse:
    """A page behind a secret address: no cache, no index, and its address travels nowhere.

    strict-origin and not no-referrer: under the latter browsers send `Origin: null` with our own forms, which looks forged.
    """
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "strict-origin"
    return answer
