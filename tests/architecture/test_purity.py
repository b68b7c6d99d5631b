"""The rules of money are pure: no input, no output, no clock, no dice, no binary fractions."""

import ast
import re

import pytest

from tests.support.source_tree import Module, imports_of, is_within, module_from, modules

PURE_PACKAGES = ("loopbank.coins", "loopbank.values", "loopbank.ledger.core", "loopbank.casino.core")

PURE_IMPORTS = (
    "bisect", "collections", "dataclasses", "decimal", "enum", "fractions", "functools", "itertools", "math",
    "operator", "types", "typing",
    "hashlib", "hmac", "json", "statistics", "struct",  # functions of what they are given
    "numpy",  # exact sums over the full cycle of a game; its dice are handed in
    "loopbank.coins", "loopbank.values",
    "loopbank.foundation.clock.Instant", "loopbank.ledger.core", "loopbank.casino.core",
)  # fmt: skip

IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}

MONEY_PACKAGES = ("loopbank.coins", "loopbank.ledger", "loopbank.bank")

# No amount: a name that says it counts seconds, and an example of a request as a client writes it.
NO_AMOUNT = re.compile(r"(seconds(_max|_min)?|examples?)$", re.IGNORECASE)

FLOATS_ALLOWED = {
    "loopbank.coins": "to_json_number is the one way out, exact for amounts of 15 digits",
    "loopbank.bank.schemas": "shapes that document a JSON number; nothing is computed with it",
}


def impurities(module: Module) -> list[str]:
    found = [
        f"{module.place(node)} imports {name}" for name, node in imports_of(module) if not is_within(name, PURE_IMPORTS)
    ]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            found.append(f"{module.place(node)} is asynchronous")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"{module.place(node)} calls {node.func.id}")
    return found


def binary_fractions(module: Module) -> list[str]:
    no_amounts = {
        id(inner)
        for node in ast.walk(module.tree)
        if any(NO_AMOUNT.search(name) for name in _names_given(node))
        for inner in ast.walk(node)
    }
    return [
        f"{module.place(node)} {what}"
        for node in ast.walk(module.tree)
        if id(node) not in no_amounts and (what := _fraction(node))
    ]


def _names_given(node: ast.AST) -> list[str]:
    """Name what a node gives a value or a type to."""
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return [name]
    return []


def _fraction(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float()):
            return "has a float literal"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "divides into a float"
        case ast.Name(id="float"):
            return "names float"
    return None


def test_the_core_does_no_input_or_output_and_reads_no_clock() -> None:
    core = [module for module in modules() if is_within(module.name, PURE_PACKAGES)]
    assert {"loopbank.coins", "loopbank.ledger.core.decide"} <= {module.name for module in core}
    assert [found for module in core for found in impurities(module)] == []


@pytest.mark.parametrize(
    "snippet",
    [
        "import time",
        "from loopbank.foundation.clock import system_clock",
        "from loopbank.foundation.database import Database",
        "import secrets",
        "def post():\n    from random import choice",
        "async def post(): ...",
        "def post(): print('posted')",
    ],
)
def test_impurity_is_noticed(snippet: str) -> None:
    assert impurities(module_from(snippet, "loopbank.ledger.core.example"))


def test_no_binary_fraction_touches_money() -> None:
    money = [m for m in modules() if is_within(m.name, MONEY_PACKAGES) and m.name not in FLOATS_ALLOWED]
    assert [found for module in money for found in binary_fractions(module)] == []


def test_coins_meet_a_float_only_on_the_way_out() -> None:
    (coins,) = (m for m in modules() if m.name == "loopbank.coins")
    (way_out,) = (n for n in coins.tree.body if isinstance(n, ast.FunctionDef) and n.name == "to_json_number")
    assert way_out.end_lineno is not None
    lines = {f"{coins.path}:{line}" for line in range(way_out.lineno, way_out.end_lineno + 1)}
    assert {found.split()[0] for found in binary_fractions(coins)} <= lines


@pytest.mark.parametrize("snippet", ["fee = 0.1", "half = amount / 2", "float(amount)", "def pay(amount: float): ..."])
def test_a_binary_fraction_is_noticed(snippet: str) -> None:
    assert binary_fractions(module_from(snippet))


@pytest.mark.parametrize(
    "snippet", ["RETRY_SECONDS = (0.1, 0.2)", "def f(wait_seconds: float): ...", "Field(examples=[12.5])"]
)
def test_what_is_no_amount_may_be_a_fraction(snippet: str) -> None:
    assert binary_fractions(module_from(snippet)) == []
