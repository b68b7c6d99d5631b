"""What is used is declared, and whatever is declared has its reason."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.support.source_tree import ROOT, Module, imports_of, is_within, module_from, modules

PYPROJECT = (ROOT / "pyproject.toml").read_text()
OURS = {"loopbank", "loopbank_client", "loopbank_terminal", "tests", "benchmarks"}
SDK = ROOT / "clients" / "python"
DISTRIBUTIONS = packages_distributions()


def dependencies_without_reason(pyproject: str) -> list[str]:
    parsed = tomllib.loads(pyproject)
    named = [*parsed.get("project", {}).get("dependencies", [])]
    named += [item for group in parsed.get("dependency-groups", {}).values() for item in group]
    reasoned = {match[1] for line in pyproject.splitlines() if (match := re.fullmatch(r'\s*"([^"]+)",\s+# \w.*', line))}
    return [name for name in named if name not in reasoned]


def declared(pyproject: str, *, with_groups: bool) -> set[str]:
    parsed = tomllib.loads(pyproject)
    named = [*parsed["project"]["dependencies"]]
    if with_groups:
        named += [item for group in parsed["dependency-groups"].values() for item in group]
    return {re.split(r"[^A-Za-z0-9._-]", name, maxsplit=1)[0].lower().replace("_", "-") for name in named}


def undeclared(module: Module, known: set[str]) -> list[str]:
    found = []
    for name, node in imports_of(module):
        top = name.split(".")[0]
        if top in OURS or top in sys.stdlib_module_names:
            continue
        if not {dist.lower().replace("_", "-") for dist in DISTRIBUTIONS.get(top, [top])} & known:
            found.append(f"{module.place(node)} imports {top}")
    return found


def test_every_dependency_has_a_reason() -> None:
    assert dependencies_without_reason(PYPROJECT) == []


def test_what_the_product_imports_is_declared() -> None:
    known = declared(PYPROJECT, with_groups=False)
    assert [found for module in modules() for found in undeclared(module, known)] == []


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    known = declared(PYPROJECT, with_groups=True)
    ours = modules("tests") + modules("benchmarks")
    assert [found for module in ours for found in undeclared(module, known)] == []


def test_the_sdk_needs_httpx_and_nothing_else() -> None:
    assert declared((SDK / "pyproject.toml").read_text(), with_groups=False) == {"httpx"}
    assert dependencies_without_reason((SDK / "pyproject.toml").read_text()) == []
    assert [found for module in modules("clients/python/src") for found in undeclared(module, {"httpx"})] == []


def test_what_stands_alone_imports_nothing_of_the_house() -> None:
    alone = modules("clients") + modules("docs/integrating/programs")
    assert len(alone) > 10
    assert [module.path for module in alone for name, _ in imports_of(module) if is_within(name, ["loopbank"])] == []


def test_an_undeclared_import_is_noticed() -> None:
    known = declared(PYPROJECT, with_groups=False)
    assert undeclared(module_from("def f():\n    import pytest"), known)
    assert undeclared(module_from("from left_pad import pad"), known)
    assert not undeclared(module_from("import json\nfrom sqlalchemy import select"), known)


def test_a_dependency_without_a_reason_is_noticed() -> None:
    assert dependencies_without_reason('[project]\ndependencies = [\n    "left-pad>=1",\n]') == ["left-pad>=1"]
    assert not dependencies_without_reason('[project]\ndependencies = [\n    "left-pad>=1",  # pads\n]')
