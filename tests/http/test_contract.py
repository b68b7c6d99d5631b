"""The published contracts: what the code does is what stands in `api/`, and it is complete and valid."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from loopbank.entrypoints import commands
from loopbank.foundation.openapi import example_of
from tests.support.source_tree import ROOT
from tests.support.stories import BankStory, installation

SERVICES = ("auth", "coin")

Operation = dict[str, Any]


def published(service: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "api" / f"{service}.openapi.json").read_text())
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


ALL = [(service, *named) for service in SERVICES for named in operations(published(service))]


def examples(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what an operation takes and answers, with the example of each."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"body {kind}", content
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            yield f"{status} {kind}", content


def refusal_kind(name: str, status: str) -> str:
    """Give what a refusal is: a problem document, but where OAuth prescribes otherwise and where people read it."""
    _, path = name.split(" ")
    if status not in ("400", "401", "403") or "/oauth/" not in path or path == "/oauth/browser":
        return "application/problem+json"
    is_page = path in ("/oauth/authorize", "/oauth/device", "/oauth/logout")
    return "text/html" if is_page else "application/json"


def validator(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The contracts as the code writes them now."""
    folder = tmp_path_factory.mktemp("data")
    return commands.contracts(installation(f"sqlite:///{folder}/none.db", folder, {}))


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_contract_is_what_the_code_does(service: str, written: dict[str, dict[str, Any]]) -> None:
    assert published(service) == json.loads(json.dumps(written[service])), "run `make contract`"


@pytest.mark.parametrize("service", SERVICES)
def test_a_contract_is_valid_openapi(service: str) -> None:
    document = published(service)
    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(("service", "name", "operation"), ALL, ids=[f"{one[0]} {one[1]}" for one in ALL])
def test_an_operation_explains_itself(service: str, name: str, operation: Operation) -> None:
    assert operation["summary"].strip()
    assert operation["tags"]
    answers = operation["responses"]
    assert any(status.startswith("2") or status == "303" for status in answers)
    if "security" in operation:
        assert "401" in answers
    if "requestBody" in operation:
        assert {"413", "415"} <= answers.keys()
        assert {"400", "422"} & answers.keys()
    for status, answer in answers.items():
        assert answer["description"].strip()
        if status[0] in "45" and not name.startswith("GET /health"):
            assert answer["content"].keys() == {refusal_kind(name, status)}


@pytest.mark.parametrize(("service", "name", "operation"), ALL, ids=[f"{one[0]} {one[1]}" for one in ALL])
def test_every_example_is_there_and_fits_its_schema(service: str, name: str, operation: Operation) -> None:
    document = published(service)
    contents = list(examples(operation))
    assert contents
    for where, content in contents:
        assert "example" in content, where
        validator(content["schema"], document).validate(content["example"])
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        example = parameter["example"] if "example" in parameter else example_of(schema, document["components"])
        validator(schema, document).validate(example)


@pytest.mark.parametrize("service", SERVICES)
def test_no_contract_shows_what_is_internal(service: str) -> None:
    assert not [path for path in published(service)["paths"] if path.startswith("/internal")]


async def test_one_process_serves_both_contracts_as_one(bank: BankStory) -> None:
    merged = (await bank.http.get("/openapi.json")).json()
    assert merged["paths"].keys() == published("auth")["paths"].keys() | published("coin")["paths"].keys()
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(merged)] == []
    for kind in ("schemas", "securitySchemes"):
        assert merged["components"][kind].keys() == {
            name for service in SERVICES for name in published(service)["components"].get(kind, {})
        }


def test_the_settings_of_an_installation_do_not_change_the_contract(tmp_path: Path) -> None:
    chosen = installation(
        f"sqlite:///{tmp_path}/none.db", tmp_path, {"PRODUCT_NAME": "Bank of the Docks", "PROFILE": "platform"}
    )
    for service, document in commands.contracts(chosen).items():
        written_down = json.loads(json.dumps(document["paths"]))
        # The health check names the service as the profile's load balancers know it.
        assert {path: written_down[path] for path in written_down if not path.startswith("/health")} == {
            path: methods for path, methods in published(service)["paths"].items() if not path.startswith("/health")
        }
