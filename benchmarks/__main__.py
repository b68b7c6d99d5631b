"""`make bench`: measure everything that docs and README claim about speed, and write benchmarks/RESULTS.md."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.figures import Row
from benchmarks.footprint import measure_memory, measure_start
from benchmarks.money import measure_bulk, measure_replicas, measure_transfers
from benchmarks.postgres import Postgres
from benchmarks.report import document_of, table_of
from benchmarks.stage import FULL, QUICK, Stage
from benchmarks.waiting import measure_live, measure_login_storm, measure_reads

_RESULTS = Path(__file__).parent / "RESULTS.md"
_MEASUREMENTS = {
    "transfers": measure_transfers,
    "bulk": measure_bulk,
    "replicas": measure_replicas,
    "reads": measure_reads,
    "memory": measure_memory,
    "storm": measure_login_storm,
    "live": measure_live,
    "start": measure_start,
}


def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smoke run of two minutes; writes no results.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(_MEASUREMENTS)}; writes no results.")
    ] = None,
) -> None:
    """Measure Loopbank beside raw pgbench on this machine."""
    console, started, scale = Console(), time.monotonic(), QUICK if quick else FULL
    chosen = {name: measure for name, measure in _MEASUREMENTS.items() if not only or name in only}
    folder = Path(tempfile.mkdtemp(prefix="loopbank-bench-"))
    rows: list[Row] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with (
            Progress(*columns, console=console, transient=True) as progress,
            Postgres(folder / "postgresql") as postgres,
        ):
            task = progress.add_task("Preparing", total=len(chosen) + 1)
            stage = Stage(folder, postgres, scale, lambda what: progress.update(task, description=what))
            stage.prepare()
            progress.advance(task)
            for measure in chosen.values():
                rows += measure(stage)
                progress.advance(task)
            version = postgres.version
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    minutes = (time.monotonic() - started) / 60
    console.print(table_of(rows))
    document = document_of(rows, scale=scale, is_quick=quick, postgres=version, minutes=minutes)
    if quick or only:
        console.print(f"A part or a quick run: {_RESULTS.name} stays as it is. {minutes:.1f} minutes.")
    else:
        _RESULTS.write_text(document)
        console.print(f"{_RESULTS} is written. {minutes:.1f} minutes.")
    if any(row.verdict == "NOT reached" for row in rows) and not quick:
        console.print("[red]Not every promise is reached.[/red]")


if __name__ == "__main__":
    typer.run(bench)
