"""The product's own source as data, for the tests that hold its shape."""

import ast
import subprocess
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The folder of the checkout."""


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name, its path in the checkout, its text and its syntax tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        """Give path and line of a node, as editors understand it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def module_from(text: str, name: str = "loopbank.example") -> Module:
    """Make a module out of a snippet, to show that a rule can fail."""
    text = textwrap.dedent(text)
    return Module(name, f"src/{name.replace('.', '/')}.py", text, ast.parse(text))


@cache
def modules(folder: str = "src") -> tuple[Module, ...]:
    """Read every Python module below a folder of the checkout."""
    return tuple(_read(path, folder) for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def tracked_files() -> tuple[Path, ...]:
    """List what is under version control, as paths relative to the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def is_within(name: str, packages: Iterable[str]) -> bool:
    """Tell whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def imports_of(module: Module) -> list[tuple[str, ast.stmt]]:
    """List what a module imports, wherever in it the import stands: `from a import b` gives `a.b`."""
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.extend((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend((f"{node.module}.{alias.name}", node) for alias in node.names)
    return found


def _read(path: Path, folder: str) -> Module:
    text = path.read_text()
    parts = path.relative_to(ROOT / folder).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path.relative_to(ROOT).as_posix(), text, ast.parse(text))
