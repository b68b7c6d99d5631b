"""Whole SQLite files: copied while the bank works, and put in each other's place by name."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from loopbank.operations.errors import DatabaseInUse

_BESIDE = ("-wal", "-shm")
_LOCK_WAIT_SECONDS_MAX = 15.0


def copy_file(source: Path, destination: Path) -> None:
    """Copy a database with SQLite's own backup: one consistent state, while others go on writing."""
    with closing(_connect(source)) as origin, closing(sqlite3.connect(destination)) as copy:
        origin.backup(copy)


def exchange_files(path: Path, replacement: Path, kept: Path) -> None:
    """Keep the file at `path` under another name and put `replacement` in its place. Raises DatabaseInUse.

    The place is never empty in between; what lay beside a damaged file (its write-ahead log) is kept with it.
    """
    if path.exists():
        is_sound = _fold_in_log(path)
        if is_sound and path.with_name(path.name + "-wal").exists():
            raise DatabaseInUse("Somebody has the database open. Stop the server and the worker first.")
        for suffix in _BESIDE:
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + suffix))
        os.link(path, kept)
    with replacement.open("rb") as file:
        os.fsync(file.fileno())
    replacement.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fold_in_log(path: Path) -> bool:
    """Open and close the file; whoever closes it last removes its write-ahead log. False when it is damaged."""
    try:
        with closing(_connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise DatabaseInUse("Somebody has the database open. Stop the server and the worker first.") from error
        return False
    return True


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=_LOCK_WAIT_SECONDS_MAX)
