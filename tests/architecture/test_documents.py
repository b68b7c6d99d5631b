"""The documents are true: what they name exists, what exists is named, and decisions are complete."""

import re
from pathlib import Path

import pytest
import typer

from loopbank.entrypoints.cli import app
from tests.support.source_tree import ROOT, tracked_files

PACKAGES = sorted(path.parent.name for path in (ROOT / "src" / "loopbank").glob("*/__init__.py"))
DOCUMENTS = sorted(path for path in tracked_files() if path.suffix == ".md")
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
HEADINGS = ["## Context", "## Decision", "## Alternatives", "## What enforces it"]
DECISION_LINES_MAX = 50
TESTS = {
    name
    for path in tracked_files()
    if path.name.startswith("test_") and path.suffix == ".py"
    for name in re.findall(r"def (test_\w+)\(", (ROOT / path).read_text())
}

TOP = {path.parts[0] for path in tracked_files()}
RULES = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
TARGETS = set(RULES)
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # it is a group


def named_paths(text: str) -> list[str]:
    """List what a document names in code marks that begins like a path of this repository, and what it links to."""
    marked = [word for word in re.findall(r"`([^`\s]+)`", text) if word.split("/")[0] in TOP]
    links = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    return [word for word in [*marked, *links] if not set(word) & set("*<>{}…")]


def missing_paths(document: Path, text: str) -> list[str]:
    places = (ROOT, (ROOT / document).parent)
    return [name for name in named_paths(text) if not any((place / name).exists() for place in places)]


def missing_commands(text: str) -> list[str]:
    made = [f"make {name}" for name in re.findall(r"`make ([a-z-]+)", text) if name not in TARGETS]
    run = [f"loopbank {name}" for name in re.findall(r"`loopbank ([a-z-]+)", text) if name not in COMMANDS]
    return made + run


def missing_tests(text: str) -> list[str]:
    return [name for name in re.findall(r"`(test_\w+)`", text) if name not in TESTS]


def incomplete(decision: str) -> list[str]:
    found = []
    if re.findall(r"^## .*$", decision, flags=re.MULTILINE) != HEADINGS:
        found.append("its headings are not the four")
    if not re.match(r"# \d+\. \w", decision):
        found.append("its title has no number")
    if len(decision.splitlines()) > DECISION_LINES_MAX:
        found.append("it is longer than a screen")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_names_exists(document: Path) -> None:
    text = (ROOT / document).read_text()
    assert missing_paths(document, text) == []
    assert missing_commands(text) == []
    assert missing_tests(text) == []


def test_a_command_is_made_in_one_way() -> None:
    assert sorted(RULES) == sorted(TARGETS)


def test_the_map_names_every_package_and_every_place() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    assert [name for name in PACKAGES if f"`src/loopbank/{name}`" not in architecture] == []
    assert [name for name in sorted(TOP) if not re.search(rf"`{re.escape(name)}[`/]", architecture)] == []


def test_decisions_are_numbered_without_gaps_and_complete() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]
    assert [(path.name, found) for path in DECISIONS for found in incomplete(path.read_text())] == []


def test_every_decision_is_listed() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    assert [path.name for path in DECISIONS if path.name not in architecture] == []


def test_a_missing_path_or_command_is_noticed() -> None:
    document = Path("docs/example.md")
    assert missing_paths(document, "see `src/loopbank/vault.py` and [this](adr/9999-nothing.md)")
    assert not missing_paths(document, "see `src/loopbank/coins.py`, `application/json` and `/api/v1/account`")
    assert missing_commands("run `make gold` or `loopbank fly`") == ["make gold", "loopbank fly"]
    assert missing_commands("run `make test`, then `loopbank check`") == []
    assert missing_tests("`test_the_moon_is_cheese`") == ["test_the_moon_is_cheese"]
    assert missing_tests("`test_a_missing_path_or_command_is_noticed`, and test_prose") == []


def test_an_incomplete_decision_is_noticed() -> None:
    complete = "# 1. Count\n\n" + "\n".join(HEADINGS)
    assert incomplete(complete) == []
    assert incomplete(complete.replace("## Alternatives\n", ""))
    assert incomplete(complete.replace("1. ", ""))
    assert incomplete(complete + "\n" * DECISION_LINES_MAX)
