"""Names, reasons and text: what a reader may rely on in every file."""

import io
import re
from pathlib import Path
from tokenize import COMMENT, generate_tokens

import pytest

from tests.support.source_tree import ROOT, tracked_files

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}

SILENCED = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover)|(eslint-disable|@ts-ignore|@ts-expect-error)", re.IGNORECASE
)
REASONED = re.compile(
    r"#\s*noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* -- \w+"
    r"|#\s*type:\s*ignore\[[a-z-]+(, ?[a-z-]+)*\]\s+# \w+"
    r"|(eslint-disable\S*( [\w/@-]+(, ?[\w/@-]+)*)?|@ts-expect-error):? -- \w+",
    re.IGNORECASE,
)

# Written in two parts, so that this file does not hold what it looks for.
HOMES = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "C:\\" + "Users")
REGISTRIES = ("registry.npm" + "js", "python" + "hosted", "npm" + "mirror", "py" + "pi.org/simple", "art" + "ifactory")

LOCKS = ("requirements/", "web/package-lock.json", "tests/clients/package-lock.json")

TEXT_SUFFIXES = {
    ".py", ".ts", ".vue", ".mjs", ".js", ".css", ".html", ".json", ".md", ".toml", ".txt", ".yaml", ".yml", ".sh",
    ".svg", ".ini", ".cfg", ".npmrc", ".cpp", ".h", ".ino", ".properties", "",
}  # fmt: skip

CODE = [path for path in tracked_files() if path.suffix in {".py", ".ts", ".vue", ".mjs"}]
TEXTS = [path for path in tracked_files() if path.suffix in TEXT_SUFFIXES]


def empty_words(path: Path) -> list[str]:
    return [part for part in path.parts if part.split(".")[0].strip("_").lower() in EMPTY_NAMES]


def comments(path: Path, text: str) -> list[str]:
    """Give what a file says beside its code; of a web file, every line."""
    if path.suffix != ".py":
        return text.splitlines()
    return [token.string for token in generate_tokens(io.StringIO(text).readline) if token.type == COMMENT]


def unreasoned(lines: list[str]) -> list[str]:
    return [line for line in lines if SILENCED.search(line) and not REASONED.search(line)]


def forbidden(text: str) -> list[str]:
    machine = (f"{ROOT.parent}/", f"{Path.home()}/")
    return [word for word in (*HOMES, *REGISTRIES, *machine) if word != "//" and word in text]


def test_no_file_has_an_empty_name() -> None:
    assert [path for path in CODE if empty_words(path)] == []


def test_whoever_silences_a_check_says_why() -> None:
    assert [(path, found) for path in CODE for found in unreasoned(comments(path, (ROOT / path).read_text()))] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert [(path, found) for path in TEXTS for found in forbidden((ROOT / path).read_text())] == []


def test_a_lock_says_what_and_not_where() -> None:
    locks = {path: (ROOT / path).read_text() for path in TEXTS if str(path).startswith(LOCKS)}
    assert {"requirements/run.txt", "web/package-lock.json"} <= {str(path) for path in locks}
    assert [path for path, text in locks.items() if '"resolved"' in text] == []
    assert [path for path, text in locks.items() if path.suffix == ".txt" and re.search(r"https?://", text)] == []


@pytest.mark.parametrize("name", ["src/loopbank/bank/utils.py", "web/src/shared/helpers/x.ts", "src/common/a.py"])
def test_an_empty_name_is_noticed(name: str) -> None:
    assert empty_words(Path(name))


@pytest.mark.parametrize(
    "line",
    ["import a  # no" + "qa", "f()  # type: ig" + "nore", "x  # no" + "qa: F401", "// eslint-dis" + "able-next-line"],
)
def test_a_silenced_check_without_a_reason_is_noticed(line: str) -> None:
    assert unreasoned([line])


@pytest.mark.parametrize(
    "line",
    [
        "# noqa: F401 -- the import registers the compiler",
        "# type: ignore[arg-type]  # the driver has no types",
        "// eslint-disable-next-line no-control-regex -- they are what we look for",
    ],
)
def test_a_silenced_check_with_a_reason_is_fine(line: str) -> None:
    assert unreasoned([line]) == []


@pytest.mark.parametrize("word", [*HOMES, *REGISTRIES, f"{ROOT.parent}/"])
def test_a_machine_or_registry_is_noticed(word: str) -> None:
    assert forbidden(f"see {word}somewhere")
