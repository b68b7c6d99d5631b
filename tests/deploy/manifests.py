"""The deployment's files as a cluster or Compose would read them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.source_tree import ROOT

DEPLOY = ROOT / "deploy"
OVERLAYS = ("event-sqlite", "event-postgres", "platform")

Document = dict[str, Any]


def overlay(name: str) -> list[Document]:
    """Put an overlay together without any tool: its resources and components, as they stand."""
    return list(_collected(DEPLOY / "kubernetes" / "overlays" / name))


def _collected(folder: Path) -> Iterator[Document]:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = kustomization.keys() - {"resources", "components", "apiVersion", "kind"}
    assert not unknown, f"{folder} uses {unknown}, which is not put together here"
    for entry in [*kustomization.get("resources", ()), *kustomization.get("components", ())]:
        path = folder / entry
        if path.is_dir():
            yield from _collected(path)
        else:
            yield from (document for document in yaml.safe_load_all(path.read_text()) if document)


def rendered(name: str) -> list[Document] | None:
    """Have kubectl put an overlay together; None where there is no kubectl."""
    if shutil.which("kubectl") is None:
        return None
    command = ["kubectl", "kustomize", str(DEPLOY / "kubernetes" / "overlays" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return list(yaml.safe_load_all(done.stdout))


def pods(documents: list[Document]) -> Iterator[tuple[str, Document]]:
    """Give every pod that is described, with the name of what makes it."""
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if document["kind"] in ("Deployment", "StatefulSet", "CronJob", "Job"):
            yield document["metadata"]["name"], spec["template"]["spec"]


def containers(documents: list[Document]) -> Iterator[tuple[str, Document]]:
    """Give every container of every pod, with the name of what makes it."""
    for name, pod in pods(documents):
        for container in [*pod.get("initContainers", ()), *pod["containers"]]:
            yield f"{name}/{container['name']}", container


def compose_files() -> list[Path]:
    """Give the Compose files."""
    return sorted((DEPLOY / "compose").glob("*.yaml"))


def text_of_everything() -> str:
    """Give all files of the deployment in one text."""
    return "\n".join(path.read_text() for path in sorted(DEPLOY.rglob("*")) if path.is_file())


def as_text(document: Document) -> str:
    """Write a document in one way, to compare."""
    return json.dumps(document, sort_keys=True)
