"""Where several services share one address, every path of a service's contract leads to that service."""

import json
from collections.abc import Callable

import pytest

from tests.deploy.manifests import overlay
from tests.support.ingress import service_of
from tests.support.source_tree import ROOT

INSIDE = ("/internal/", "/health", "/metrics", "/openapi.json")
"""Either nobody's business outside, or answered by every service."""


def paths_of(service: str) -> list[str]:
    contract = json.loads((ROOT / "api" / f"{service}.openapi.json").read_text())
    return [path for path in contract["paths"] if not path.startswith(INSIDE)]


def through_kubernetes(path: str) -> str:
    """Give the service of the longest prefix that matches, element by element."""
    (ingress,) = (document for document in overlay("platform") if document["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]
    entries = {entry["path"].rstrip("/"): entry["backend"]["service"]["name"] for entry in rule["http"]["paths"]}
    fitting = [prefix for prefix in entries if path == prefix or path.startswith(f"{prefix}/")]
    return str(entries[max(fitting, key=len)])


@pytest.mark.parametrize("service", ["auth", "coin"])
@pytest.mark.parametrize("door", [service_of, through_kubernetes], ids=["compose", "kubernetes"])
def test_every_path_leads_to_its_service(door: Callable[[str], str | None], service: str) -> None:
    assert {path: door(path) for path in paths_of(service)} == dict.fromkeys(paths_of(service), service)


def test_what_is_inside_stays_inside() -> None:
    assert service_of("/internal/holders") is service_of("/metrics") is None
    assert through_kubernetes("/internal/holders") == "web"
