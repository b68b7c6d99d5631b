"""A function fits a screen, a module a sitting, a component an idea."""

import ast

from tests.support.source_tree import ROOT, Module, module_from, modules

FUNCTION_LINES_MAX = 50
MODULE_LINES_MAX = 400
COMPONENT_LINES_MAX = 250

GENERATED = (".d.ts",)

WEB_FILES = sorted(
    path.relative_to(ROOT)
    for kind in ("*.vue", "*.ts")
    for path in (ROOT / "web" / "src").rglob(kind)
    if not path.name.endswith(GENERATED)
)


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.place(node)} {node.name} has {lines} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def too_long(text: str, lines_max: int) -> bool:
    return len(text.splitlines()) > lines_max


def test_modules_and_their_functions_stay_within_bounds() -> None:
    ours = modules() + modules("tests") + modules("clients") + modules("docs")
    assert [found for module in ours for found in long_functions(module)] == []
    assert [module.path for module in ours if too_long(module.text, MODULE_LINES_MAX)] == []


def test_web_modules_and_components_stay_within_bounds() -> None:
    bounds = {".vue": COMPONENT_LINES_MAX, ".ts": MODULE_LINES_MAX}
    assert [path for path in WEB_FILES if too_long((ROOT / path).read_text(), bounds[path.suffix])] == []


def test_a_long_function_is_noticed() -> None:
    at_the_limit = "def walk():\n" + "    pass\n" * (FUNCTION_LINES_MAX - 1)
    assert long_functions(module_from(at_the_limit)) == []
    assert long_functions(module_from(at_the_limit + "    pass\n"))


def test_a_long_module_is_noticed() -> None:
    assert not too_long("pass\n" * MODULE_LINES_MAX, MODULE_LINES_MAX)
    assert too_long("pass\n" * (MODULE_LINES_MAX + 1), MODULE_LINES_MAX)
