"""The OpenAPI document says what is served: whatever is sent, fitting or not, the answer is one that the document gives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.openapi.checks import UndefinedStatusCode
from schemathesis.specs.openapi import checks

from gezhi.web.api import describing, urls
from gezhi.web.api.urls import document
from tests.cast import Cast
from tests.web.api.conftest import HERE, Programs, token

EXAMPLES = 8  # of each operation, fitting ones and others; derandomized: the same in every run
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]
PROMISED = {
    ("post", "/api/v1/reports"), ("get", "/api/v1/reports/{code}"), ("post", "/api/v1/evidence"), ("get", "/api/v1/cases"),
    ("get", "/api/v1/cases/{number}"), ("post", "/api/v1/cases/{number}/events"), ("get", "/api/v1/places/locate"),
    ("get", "/api/v1/map"), ("get", "/api/v1/figures"), ("get", "/api/v1/places"), ("get", "/api/v1/categories"), ("post", "/api/v1/suggest"),
    ("get", "/api/v1/orders"), ("post", "/api/v1/orders"),
    ("post", "/api/v1/orders/{order_id}/verdict"),
}  # fmt: skip
FOR_EVERYBODY = {"send_report", "read_report", "keep_evidence", "locate", "list_places", "list_categories"}

NEVER_WRONG = {"read_report", "list_categories"}  # any text will do, or nothing is sent


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = json.loads(document())["paths"]
    return [(method, path, said) for path, methods in paths.items() for method, said in methods.items()]


def test_the_document_names_every_door_that_was_promised_and_who_gets_in() -> None:
    said = json.loads(document())
    assert said["openapi"].startswith("3.1")
    assert {(method, path) for method, path, _said in operations()} == PROMISED
    assert {
        one["operationId"] for _method, _path, one in operations() if {} in one["security"]
    } == FOR_EVERYBODY


@pytest.mark.django_db
def test_the_document_is_served_to_everybody(programs: Programs) -> None:
    answer = programs().get("openapi.json")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (
        200,
        "application/json",
        document(),
    )


@contextmanager
def one_connection() -> Iterator[None]:
    """The server does not hang up on the database in which the test stands."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def tried(secret: str, number: str = "", code: str = "") -> None:
    """Send what fits and what does not to every operation. Raises what schemathesis finds."""
    schema = schemathesis.openapi.from_dict(json.loads(urls.document()))
    schema.app = WSGIHandler()
    schema.config.analysis.constants.enabled = False  # seconds, to read the server's code for words to send
    with one_connection():
        for operation in (found.ok() for found in schema.get_all_operations()):
            # what fits is met behind the 404 only when it names something that is there
            try_one(operation, GenerationMode.POSITIVE, {"number": number, "code": code}, secret)
            if operation.definition.raw["operationId"] not in NEVER_WRONG:
                try_one(operation, GenerationMode.NEGATIVE, {}, secret)


def try_one(operation: Any, mode: GenerationMode, known: dict[str, str], secret: str) -> None:
    heads = {"Authorization": f"Bearer {secret}"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def send(case: Any) -> None:
        for name in set(case.path_parameters) & set(known):
            case.path_parameters[name] = known[name]
        case.call_and_validate(headers=heads, checks=CHECKS)

    send()


@pytest.mark.django_db
def test_whatever_is_sent_is_answered_as_the_document_says(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    code = programs().post("reports", {"text": "楼道玻璃碎了", "category": "0501"}).json()["code"]
    number = programs().get(f"reports/{code}").json()["case"]["number"]
    tried(token(cast.zhou, noon), number, code)


@pytest.mark.django_db
def test_twin_a_document_that_forgets_a_status_is_found_out(
    cast: Cast, programs: Programs, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads(document())
    del said["paths"][HERE + "cases"]["get"]["responses"]["422"]
    said["paths"] = {HERE + "cases": said["paths"][HERE + "cases"]}
    monkeypatch.setattr(urls, "document", lambda: json.dumps(said).encode())
    with pytest.raises(FailureGroup) as found:
        tried(token(cast.zhou, noon))
    assert [type(one) for one in found.value.exceptions] == [UndefinedStatusCode]


def test_every_route_says_which_problems_it_answers_with() -> None:
    for _method, _path, one in operations():
        numbers = {int(number) for number in one["responses"] if int(number) >= 400}
        assert {401, 429, *describing.ALWAYS} <= numbers
