"""Log-ins in Django's table of sessions; the question that every page of the desk begins with is made once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from gezhi.tenancy.prepared import PreparedRows


class SessionStore(db.SessionStore):
    """Django's, but for how a session is looked up. A key that nobody was given finds none, as there."""

    def _get_session_from_db(self) -> Session | None:
        found = _STANDING.found(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
        return next(iter(found), None)


_STANDING = PreparedRows(
    Session,
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at),
    everywhere=True,
)
