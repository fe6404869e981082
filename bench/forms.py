"""Read the forms of a page as a browser does: where they go and what they send when nobody touches them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie

TYPED = frozenset({"hidden", "text", "tel", "number", "datetime-local", "search"})


@dataclass(slots=True)
class Form:
    """action: "" = this page. fields: names and values that stand in it; text areas and unticked boxes are left out."""

    action: str = ""
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("id", "")))
        elif self.forms:
            self._field(tag, has)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        fields, kind = self.forms[-1].fields, has.get("type", "text")
        if tag == "select":
            self._select = has.get("name", "")
        elif tag == "option" and self._select and ("selected" in has or self._select not in fields):
            fields[self._select] = has.get("value", "")
        elif tag == "textarea":
            fields[has.get("name", "")] = ""
        elif tag == "input" and has.get("name") and (kind in TYPED or "checked" in has):
            fields[has["name"]] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def forms(page: bytes) -> list[Form]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(page.decode())
    return reader.forms


def cookies(heads: dict[str, str]) -> dict[str, str]:
    """What an answer asks to keep."""
    jar = SimpleCookie(heads.get("set-cookie", ""))
    return {name: one.value for name, one in jar.items()}


def header(kept: dict[str, str]) -> str:
    """The Cookie head that sends them back."""
    return "; ".join(f"{name}={value}" for name, value in kept.items())
