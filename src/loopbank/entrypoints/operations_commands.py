"""The command line's part of running a bank for years: backup, restore, move."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

import loopbank
from loopbank.entrypoints.checking import check_passes
from loopbank.entrypoints.console import AsJson, fail, progress_bar, require_current, run, settings_given, tell
from loopbank.events import LogKey, note_run
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import connect_database
from loopbank.foundation.settings import Installation
from loopbank.migrations import is_current, migrate
from loopbank.operations import (
    Archives,
    Backups,
    BackupTarget,
    Identity,
    MadeBackup,
    Moved,
    RestoredBank,
    copies_of,
    move_bank,
)

_To = Annotated[str | None, typer.Option("--to", help="A folder, s3://bucket/prefix or az://container/prefix.")]


def build_backups(settings: Installation, target: str | None = None) -> Backups:
    """Build the backups of an installation, at the target of its settings or another."""
    identity = Identity(
        product_name=settings.product_name,
        release=loopbank.__version__,
        key_id=LogKey(settings.secret_key).id,
        passphrase=settings.backup_passphrase,
    )
    address = target or settings.backup_target or str(settings.data_dir / "backups")
    kept = BackupTarget(address, kept_days=settings.backup_days)
    copies = copies_of(settings.database_url, settings.postgres_tools)
    return Backups(
        copies,
        Archives(kept, identity, copies.dialect, whole_days=settings.backup_whole_days),
        check_passes(settings),
        system_clock,
        migrate=migrate,
    )


def backup_command(
    to: _To = None,
    whole: Annotated[  # noqa: FBT002 -- an option of the command line
        bool, typer.Option("--whole", help="One that needs no other, also where less would do.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Make a backup while the bank works on, prove it by restoring it, and keep it.

    It holds what came after the last whole backup at the same place, or everything where there is none to build on.
    """
    settings = settings_given()
    require_current(settings)

    async def make() -> MadeBackup:
        database = connect_database(settings.database_url)
        try:
            with _steps(as_json=as_json) as step:
                made = await build_backups(settings, to).make(database, step, must_be_whole=whole)
            await note_run(database, "backup", now=system_clock(), result=made.archive_bytes)
            return made
        finally:
            await database.close()

    made = run(make())
    extent = f"It holds what came after {made.base}." if made.base else f"It is whole. {made.whole_because}"
    tell(
        f"Kept {made.name} ({made.archive_bytes // 1024:,} KiB), restored once and checked; its log ends at entry "
        f"{made.log.entries}. {extent}",
        asdict(made),
        as_json=as_json,
    )


def restore_command(
    file: Annotated[str, typer.Argument(help="A backup's name or path; without it the newest.")] = "",
    source: Annotated[str | None, typer.Option("--from", help="Where backups are kept, if not as set.")] = None,
    replace: Annotated[  # noqa: FBT002 -- an option of the command line
        bool, typer.Option("--replace", help="Put it in the place of a bank that is there; that one is kept.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Bring a backup back: restored and checked beside what is there, then put in its place in one act."""
    settings = settings_given()

    async def restore() -> RestoredBank:
        with _steps(as_json=as_json) as step:
            return await build_backups(settings, source).restore(file, replaces=replace, tell=step)

    restored = run(restore())
    log = restored.manifest.log
    kept = f" What was there is kept as {restored.kept}." if restored.kept else ""
    tell(
        f"Restored the bank of {restored.manifest.made_at}, checked; its log ends at entry {log.entries}.{kept}",
        {"made_at": restored.manifest.made_at, "log": asdict(log), "kept": restored.kept},
        as_json=as_json,
    )


def move_command(
    target: Annotated[str, typer.Argument(help="The database to move to: postgresql://… or sqlite:///…")],
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Copy the bank into an empty database of the other kind; refuses unless both logs end alike."""
    settings = settings_given()
    require_current(settings)
    migrate(target)
    if not is_current(target):
        fail("The database to move to belongs to a newer release.")
    moved = run(_move(settings, target, as_json=as_json))
    tell(
        f"Moved {moved.rows} rows of {moved.tables} tables; both logs end at entry {moved.log.entries}. "
        "Point LOOPBANK_DATABASE_URL at the new database.",
        asdict(moved),
        as_json=as_json,
    )


async def _move(settings: Installation, target: str, *, as_json: bool) -> Moved:
    source, destination = connect_database(settings.database_url), connect_database(target)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with progress_bar(*columns, as_json=as_json) as progress:
            task = progress.add_task("Moving")
            moved = await move_bank(
                source,
                destination,
                lambda name, done, total: progress.update(task, description=name, completed=done, total=total),
            )
        for check in check_passes(settings):
            if found := [finding async for finding in check.run(destination)]:
                fail(f"The new database does not pass the check of {check.name}: {found[0].detail}. Do not use it.")
        return moved
    finally:
        await asyncio.gather(source.close(), destination.close())


class _Steps:
    """Shows what is being done now."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Beginning", total=None)

    def __call__(self, step: str) -> None:
        self._progress.update(self._task, description=step)


@contextmanager
def _steps(*, as_json: bool) -> Iterator[_Steps]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with progress_bar(*columns, as_json=as_json) as progress:
        yield _Steps(progress)
