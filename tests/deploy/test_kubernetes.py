"""The manifests: valid for Kubernetes, and sound by the house's own rules."""

import re
from collections.abc import Callable
from copy import deepcopy

import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import (
    DEPLOY,
    OVERLAYS,
    Document,
    as_text,
    compose_files,
    containers,
    overlay,
    pods,
    rendered,
)

VERSION = "1.31"
EXTENSIONS = {"Cluster", "ScheduledBackup", "ServiceMonitor", "PrometheusRule"}
"""Kinds of operators, whose schemas do not come with Kubernetes."""

RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
RESOURCES = {"requests": {"memory": "256Mi", "cpu": "250m"}, "limits": {"memory": "512Mi", "cpu": "500m"}}


def open_pods(documents: list[Document]) -> list[str]:
    return [
        name
        for name, pod in pods(documents)
        if not pod["securityContext"].get("runAsNonRoot") or pod.get("automountServiceAccountToken") is not False
    ]


def open_containers(documents: list[Document]) -> list[str]:
    return [name for name, container in containers(documents) if container.get("securityContext") != RESTRICTED]


def unlimited(documents: list[Document]) -> list[str]:
    return [name for name, container in containers(documents) if container.get("resources") != RESOURCES]


def held_secrets(documents: list[Document]) -> list[str]:
    """Find secrets, and settings that are secret with their value beside them."""
    found = [document["metadata"]["name"] for document in documents if document["kind"] == "Secret"]
    for document in documents:
        if document["kind"] == "ConfigMap":
            found += [name for name in document["data"] if re.search(r"SECRET|PASSPHRASE|PASSWORD|DATABASE_URL", name)]
    for name, container in containers(documents):
        found += [f"{name} {entry['name']}" for entry in container.get("env", ()) if "value" in entry]
    return found


def shared_files(documents: list[Document]) -> list[str]:
    """Find what would let two pods open one SQLite file: no other database, and more than one at any moment."""
    found = []
    for document in documents:
        if document["kind"] != "Deployment":
            continue
        spec = document["spec"]
        uses_server = "LOOPBANK_DATABASE_URL" in as_text(spec)
        if not uses_server and (spec["replicas"], spec["strategy"]["type"]) != (1, "Recreate"):
            found.append(document["metadata"]["name"])
    autoscaled = {
        document["spec"]["scaleTargetRef"]["name"]
        for document in documents
        if document["kind"] == "HorizontalPodAutoscaler"
    }
    on_files = {
        document["metadata"]["name"]
        for document in documents
        if document["kind"] == "Deployment" and "LOOPBANK_DATABASE_URL" not in as_text(document["spec"])
    }
    return found + sorted(autoscaled & on_files)


RULES = (open_pods, open_containers, unlimited, held_secrets, shared_files)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_valid_for_kubernetes(name: str) -> None:
    for document in overlay(name):
        if document["kind"] not in EXTENSIONS:
            kubernetes_validate.validate(document, VERSION, strict=True)


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_an_overlay_keeps_the_rules(name: str, rule: Callable[[list[Document]], list[str]]) -> None:
    assert rule(overlay(name)) == []


@pytest.mark.parametrize("name", OVERLAYS)
def test_kubectl_puts_the_same_together(name: str) -> None:
    documents = rendered(name)
    if documents is None:
        pytest.skip("there is no kubectl on this machine")
    assert sorted(map(as_text, documents)) == sorted(map(as_text, overlay(name)))


@pytest.mark.parametrize("name", ["event-postgres", "platform"])
def test_everything_that_serves_has_a_twin_and_may_lose_one(name: str) -> None:
    documents = overlay(name)
    named = {(document["kind"], document["metadata"]["name"]): document for document in documents}
    deployments = [name for kind, name in named if kind == "Deployment"]
    assert deployments
    for deployment in deployments:
        assert named["Deployment", deployment]["spec"]["replicas"] >= 2
        assert ("PodDisruptionBudget", deployment) in named
        assert ("Service", deployment) in named
        if deployment not in ("web", "worker"):
            assert ("HorizontalPodAutoscaler", deployment) in named
    cluster = named["Cluster", "loopbank-db"]["spec"]
    assert cluster["instances"] == 3
    assert cluster["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    assert cluster["backup"]["retentionPolicy"] == "30d"


def test_the_cluster_and_prometheus_have_the_same_alerts() -> None:
    (rules,) = (document for document in overlay("platform") if document["kind"] == "PrometheusRule")
    assert rules["spec"] == yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())


@pytest.mark.parametrize("path", compose_files(), ids=lambda path: path.stem)
def test_our_containers_of_compose_are_as_closed_as_pods(path: object) -> None:
    services = yaml.safe_load(str(path.read_text()))["services"]  # type: ignore[attr-defined]  # it is a path
    ours = {name: service for name, service in services.items() if service["image"] == "loopbank"}
    assert ours
    for service in ours.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "volumes" in service or service["command"] != ["serve", "all"]


def test_a_broken_rule_is_noticed() -> None:
    sound = overlay("event-sqlite")
    assert [rule(sound) for rule in RULES] == [[]] * len(RULES)
    broken = deepcopy(sound)
    (deployment,) = (document for document in broken if document["kind"] == "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    pod["securityContext"] = {}
    pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
    del pod["containers"][0]["resources"]["limits"]
    pod["containers"][0]["env"].append({"name": "LOOPBANK_SECRET_KEY", "value": "x"})
    deployment["spec"]["replicas"] = 2
    assert [bool(rule(broken)) for rule in RULES] == [True] * len(RULES)
