"""`make bench`: measure everything that docs and README claim about speed, and write benchmarks/RESULTS.md."""

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.figures import Row
from benchmarks.footprint import measure_memory, measure_start
from benchmarks.games import measure_games
from benchmarks.money import measure_bulk, measure_replicas, measure_transfers
from benchmarks.postgres import Postgres
from benchmarks.programs import measure_programs
from benchmarks.report import document_of, table_of
from benchmarks.stage import FULL, QUICK, Scale, Stage
from benchmarks.waiting import measure_live, measure_login_storm, measure_reads

_RESULTS = Path(__file__).parent / "RESULTS.md"
_MEASUREMENTS = {
    "transfers": measure_transfers,
    "bulk": measure_bulk,
    "programs": measure_programs,
    "replicas": measure_replicas,
    "reads": measure_reads,
    "games": measure_games,
    "memory": measure_memory,
    "storm": measure_login_storm,
    "live": measure_live,
    "start": measure_start,
}


def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smoke run of two minutes.")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(_MEASUREMENTS)}; may be repeated.")] = None,
    results: Annotated[Path | None, typer.Option(help="Where to write. [a whole run: benchmarks/RESULTS.md]")] = None,
) -> None:
    """Measure Loopbank beside raw pgbench on this machine."""
    if unknown := set(only or ()) - _MEASUREMENTS.keys():
        raise typer.BadParameter(f"There is no measurement {', '.join(sorted(unknown))}.")
    console, started, scale = Console(), time.monotonic(), QUICK if quick else FULL
    rows, postgres = _measure(console, scale, [name for name in _MEASUREMENTS if not only or name in only])
    minutes = (time.monotonic() - started) / 60
    console.print(table_of(rows))
    console.print(f"{minutes:.1f} minutes.")
    path = results or (None if quick or only else _RESULTS)
    if path is not None:
        path.write_text(document_of(rows, scale=scale, is_quick=quick, postgres=postgres, minutes=minutes))
        console.print(f"Written to {path}.")


def _measure(console: Console, scale: Scale, names: Sequence[str]) -> tuple[list[Row], str]:
    """Take the named measurements; gives their rows and the version of PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="loopbank-bench-"))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    rows: list[Row] = []
    try:
        with (
            Progress(*columns, console=console, transient=True) as progress,
            Postgres(folder / "postgresql") as postgres,
        ):
            task = progress.add_task("Preparing", total=len(names) + 1)
            stage = Stage(folder, postgres, scale, lambda what: progress.update(task, description=what))
            stage.prepare()
            for name in names:
                progress.advance(task)
                began = time.monotonic()
                rows += _MEASUREMENTS[name](stage)
                console.print(f"{name} measured in {time.monotonic() - began:.0f} s")
            return rows, postgres.version
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    typer.run(bench)
