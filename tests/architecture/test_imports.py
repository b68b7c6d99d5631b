"""The shape of the house: the contracts in pyproject.toml hold, and each of them can be broken."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, Module, imports_of, is_within, module_from, modules

# Why a function may import: each line is a start-up or a cycle that it saves.
LATE_IMPORTS_ALLOWED = {"loopbank.operations.badges": "a fifth of a second at every start, for one command that prints"}


def late_imports(module: Module) -> list[str]:
    functions = (n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.If))
    return [
        f"{module.place(inner)} imports late"
        for function in functions
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def lint_imports(folder: Path, source: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of this repository's pyproject.toml on the package below `source`."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(source), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the product in which every module is empty but for its imports."""
    for folder in ("src", "clients/python/src"):
        for module in modules(folder):
            path = tmp_path / Path(module.path).relative_to(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(ast.unparse(node) for _, node in imports_of(module)))
    return tmp_path


def test_the_contracts_hold(house: Path) -> None:
    checked = lint_imports(house, house)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("place", "imports", "contract"),
    [
        ("foundation/ids.py", "import loopbank.bank", "Packages import downwards only"),
        ("ledger/service.py", "import loopbank.bank", "Packages import downwards only"),
        ("ledger/service.py", "def f():\n    import loopbank.bank", "Packages import downwards only"),
        ("identity/service.py", "import loopbank.ledger", "The Authentication Service knows nothing"),
        ("bank/service.py", "import loopbank.identity", "The coin side knows nothing"),
        ("bank/service.py", "import loopbank.ledger.store", "The insides of the ledger"),
        ("entrypoints/coin.py", "import loopbank.bank.store", "The insides of the bank"),
        ("foundation/errors.py", "import loopbank.foundation.database", "No cycles between siblings"),
        ("bank/service.py", "import loopbank_client", "The house does without the SDK"),
        ("../loopbank_client/calls.py", "import loopbank.coins", "The SDK knows nothing of the house"),
        ("../loopbank_client/calls.py", "import loopbank_client.bank", "The SDK's modules import downwards"),
        ("laundry/__init__.py", "", "Packages import downwards only"),
        (
            "ledger/service.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import loopbank.bank",
            "Packages import downwards only",
        ),
    ],
)
def test_a_broken_contract_is_noticed(house: Path, place: str, imports: str, contract: str) -> None:
    path = house / "loopbank" / place
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{imports}\n")
    checked = lint_imports(house, house)
    assert checked.returncode == 1
    assert any(contract in line and "BROKEN" in line for line in checked.stdout.splitlines())


@pytest.mark.parametrize(
    ("entrypoint", "absent"), [("coin", ("loopbank.identity",)), ("auth", ("loopbank.bank", "loopbank.ledger"))]
)
def test_a_service_starts_without_the_code_of_the_other(entrypoint: str, absent: tuple[str, ...]) -> None:
    program = f"import sys, loopbank.entrypoints.{entrypoint}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert f"loopbank.entrypoints.{entrypoint}" in loaded
    assert [name for name in loaded if is_within(name, absent)] == []


def test_imports_stand_at_the_top() -> None:
    strict = [module for module in modules() if module.name not in LATE_IMPORTS_ALLOWED]
    assert [found for module in strict for found in late_imports(module)] == []


@pytest.mark.parametrize("snippet", ["def f():\n    import json", "if TYPE_CHECKING:\n    from json import loads"])
def test_a_late_import_is_noticed(snippet: str) -> None:
    assert late_imports(module_from(snippet))
