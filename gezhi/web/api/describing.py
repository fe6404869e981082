"""What the OpenAPI document says of an operation besides its shapes: its name, who gets in, and which problems it may answer with."""

from collections.abc import Mapping
from typing import Any, Final

from gezhi.web import problems

ALWAYS: Final = (500, 503)
REFERENCE: Final = {"$ref": "#/components/schemas/Problem"}
SCHEME: Final = "token"


def described(name: str, *numbers: int, closed: bool = False) -> Mapping[str, Any]:
    """Arguments of a route. name: unique; numbers: statuses of its problems; closed: a token is needed, else it may be shown."""
    security: list[dict[str, list[str]]] = [{SCHEME: []}] if closed else [{SCHEME: []}, {}]
    found = {number: _problem(number) for number in (*numbers, *ALWAYS)}
    return {"operation_id": name, "openapi_extra": {"security": security, "responses": found}}


def _problem(number: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": problems.TITLES[number],
        "content": {problems.MEDIA_TYPE: {"schema": REFERENCE}},
    }
    if number in {429, 503}:
        said["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    if number == 401:
        said["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return said
