"""What the server writes about itself: never a tracking code (whoever reads a log could read the reporter's page), never a key that somebody
put into an address, and nothing about a form that simply came back. A name it does not answer to is one line that says what to set. Whatever a sender wrote, a message
is one line and moves no cursor: nobody writes lines of his own into the log."""

import logging
import re

from gezhi.kernel.text import visible

_CODE = re.compile(
    r"((?<=/t/)|(?<=/api/v1/reports/)|(?<=/open311/v2/tokens/))[^/?\s]+|\d{6}(-|%2d)[a-z0-9%]{20,}",
    re.IGNORECASE,
)  # at its own address, and by its shape wherever somebody mistyped that
_KEY = re.compile(
    r"(?<=api[_-]key=)[^&\s'\"]+|gz(?:311|wall)_[A-Za-z0-9_-]+", re.IGNORECASE
)  # of an application or a screen (parties/openkeys.py, parties/walls.py)
_HOST = re.compile(r"Invalid HTTP_HOST header: '([\w.-]+|\[[\w:.]+\])(?::\d+)?'.*")
EVERYDAY = frozenset({409, 422})  # somebody was faster; a field was not filled: answers, no events
OTHER_HOST = "django.security.DisallowedHost"
LOGGERS = ("django.request", "django.security.csrf", "django.security.SuspiciousOperation", "django.server")


class OneLine(logging.LogRecord):
    """A record whose message is one line of visible signs."""

    def getMessage(self) -> str:
        """Breaks as ⏎, terminal sequences and hidden signs as marks."""
        return visible("⏎".join(super().getMessage().splitlines()))


class HidesCodes(logging.Filter):
    """Rewrites tracking codes and keys in the message and its arguments; lets every line through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        record.msg = hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(hidden(value) for value in record.args)
        return True


class LeavesOutTheEveryday(logging.Filter):
    """Drops the line about an answer that belongs to filling in forms."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for those."""
        return getattr(record, "status_code", 0) not in EVERYDAY


class NamesTheSetting(logging.Filter):
    """A request under a name that is not ours: no traceback, the setting instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        said = _HOST.match(str(record.msg))
        record.exc_info = record.exc_text = None
        record.msg = (
            f"asked for as {said[1]}, a name not answered to; to answer to it, start with it in GEZHI_HOSTS"
            if said
            else "asked for under a name that is none"
        )
        return True


def hidden(value: object) -> object:
    """The text without tracking codes and keys; other values as they are."""
    return _KEY.sub("…", _CODE.sub("…", value)) if isinstance(value, str) else value


def write_calmly() -> None:
    """Put the filters on the loggers that write addresses down; every message of every logger is one line."""
    logging.setLogRecordFactory(OneLine)
    logging.getLogger("django.request").addFilter(LeavesOutTheEveryday())
    logging.getLogger(OTHER_HOST).addFilter(NamesTheSetting())
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HidesCodes())
