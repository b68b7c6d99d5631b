"""Hostile input made from the published contract: no 5xx, and every answer is one that the contract announces."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from loopbank.access import Role
from tests.support.source_tree import ROOT
from tests.support.stories import BankStory, opened_bank

# Threads of other tests' helpers use the random module at any moment; what is generated here hangs on the seed alone.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)

EXAMPLES = 12
"""Per operation and way of generating; enough to have found every kind of mistake while it was there."""

ENDLESS = ("GET /api/v1/stream", "GET /api/stream")

load_all_checks()
PROMISES: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


def contract(service: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(json.loads((ROOT / "api" / f"{service}.openapi.json").read_text()))


def operations() -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for service in ("auth", "coin"):
        for operation in contract(service).get_all_operations():
            assert isinstance(operation, Ok), operation
            yield operation.ok()


OPERATIONS = {operation.label: operation for operation in operations() if operation.label not in ENDLESS}

FITTING, UNFITTING = GenerationMode.POSITIVE, GenerationMode.NEGATIVE

WAYS = [(label, FITTING) for label in OPERATIONS] + [
    (label, UNFITTING)
    for label, operation in OPERATIONS.items()
    # Where nothing is sent, nothing can fail to fit.
    if operation.body or operation.query or operation.path_parameters or operation.headers
]


class AttackedBank:
    """A bank whose event loop runs only while a request is answered, because hypothesis drives plain functions."""

    def __init__(self, bank: BankStory, runner: asyncio.Runner) -> None:
        self._bank = bank
        self._runner = runner

    def token(self, role: Role) -> str:
        """Let somebody sign in whose session the next requests may end."""
        return self._runner.run(self._bank.person("runner", role=role)).token

    def answer(self, case: Case[Any], token: str) -> httpx.Response:
        """Send a generated case with a token, and give the answer."""
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://bank.test")).prepare()
        headers = {name.encode("latin-1"): _octets(value) for name, value in prepared.headers.items()}
        headers[b"Authorization"] = f"Bearer {token}".encode()
        content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        assert isinstance(content, bytes)
        assert prepared.method is not None
        assert prepared.url is not None
        request = httpx.Request(prepared.method, prepared.url, headers=headers, content=content)
        return self._runner.run(self._bank.http.send(request))


def _octets(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace")


@pytest.fixture(scope="module")
def attacked_banks(
    module_sqlite_database_url: str, module_postgres_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[AttackedBank]]:
    """A bank on each kind of database; both get every request, because making one up costs more than answering it."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        banks = []
        for url in (module_sqlite_database_url, module_postgres_database_url):
            # The platform's own lists under /api/admin exist in its profile only.
            opening = opened_bank(url, tmp_path_factory.mktemp("data"), PROFILE="platform")
            banks.append(AttackedBank(runner.run(stack.enter_async_context(opening)), runner))
        yield banks
        runner.run(stack.aclose())


@pytest.mark.parametrize(("label", "mode"), WAYS, ids=[f"{label} {mode.name.lower()}" for label, mode in WAYS])
def test_every_answer_is_one_that_the_contract_announces(
    attacked_banks: list[AttackedBank], label: str, mode: GenerationMode
) -> None:
    operation = OPERATIONS[label]
    is_for_staff = "/admin/" in label or "/developer/" in label
    role = Role.SUPERADMIN if is_for_staff else Role.USER
    tokens = [bank.token(role) for bank in attacked_banks]

    @seed(20_261_122)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_announced(case: Case[Any]) -> None:
        for bank, token in zip(attacked_banks, tokens, strict=True):
            case.validate_response(bank.answer(case, token), checks=PROMISES)

    answers_as_announced()
