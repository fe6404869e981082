"""Addresses of our own pages, for whoever reads them elsewhere: in a mail, in a chat."""

from django.conf import settings

HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


def outside(path: str) -> str:
    """The whole address of a page; "" while the office has no name of its own that others could look up."""
    named = [host for host in settings.ALLOWED_HOSTS if "." in host.strip(".") and host not in HERE]
    if not named:
        return ""
    scheme = "https" if settings.GEZHI_HTTPS else "http"
    return f"{scheme}://{named[0].lstrip('.')}{path}"
