"""Reading what a program sends, strictly: what two readers might read in two ways is refused."""

import json
import math
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from gezhi.kernel.refusal import Invalid, Refusal

MOST_DIGITS: Final = 20  # no number of ours has more; Python would read a million of them for seconds


class Unreadable(Refusal):
    """Not JSON, or JSON that is read differently by different readers. Web: 400. `.code` says why."""

    code = "not_json"


class StrictParser(Parser):
    """UTF-8 JSON objects without repeated names; queries without repeated words."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The object. Raises Unreadable."""
        return strict_object(request.body)

    def parse_querydict(
        self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Each word once. Raises Invalid(word, "repeated")."""
        for name in data:
            if len(data.getlist(name)) > 1:
                raise Invalid(name[:40], "repeated")
        return super().parse_querydict(data, list_fields, request)


def strict_object(body: bytes) -> dict[str, Any]:
    """The JSON object in these bytes. Raises Unreadable: not_utf8, not_json, not_an_object, repeated, number, too_deep."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    try:
        found = json.loads(
            text, object_pairs_hook=_each_once, parse_int=_int, parse_float=_float, parse_constant=_no_number
        )
    except RecursionError:
        raise Unreadable("too_deep") from None
    except ValueError:
        raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable("not_an_object")
    return found


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("repeated")
    return found


def _int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unreadable("number")
    return int(digits)


def _float(digits: str) -> float:
    found = float(digits) if len(digits) <= 4 * MOST_DIGITS else math.inf
    if not math.isfinite(found):
        raise Unreadable("number")
    return found


def _no_number(word: str) -> NoReturn:
    raise Unreadable("number")
