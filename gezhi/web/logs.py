"""What the server writes about itself never shows a tracking code: whoever reads a log could read the reporter's page."""

import logging
import re

_CODE = re.compile(r"(?<=/t/)[^/?\s]+")
LOGGERS = ("django.request", "django.security.csrf", "django.security.SuspiciousOperation", "django.server")


class HidesCodes(logging.Filter):
    """Rewrites `/t/<code>` in the message and its arguments; lets every line through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        record.msg = hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(hidden(value) for value in record.args)
        return True


def hidden(value: object) -> object:
    """The text without tracking codes; other values as they are."""
    return _CODE.sub("…", value) if isinstance(value, str) else value


def hide_codes() -> None:
    """Put the filter on the loggers that write addresses down."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HidesCodes())
