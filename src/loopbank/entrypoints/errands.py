"""Errands: heavy acts of the worker, done by a process of their own so that nobody's payment waits for them."""

import asyncio
import os
import sys
from collections.abc import Mapping

from loopbank.foundation.settings import Installation

_RUN = "from loopbank.entrypoints.cli import main; main()"
_NICENESS = 10
_COMPLAINT_CHARACTERS = 1_000


class ErrandFailed(Exception):
    """The process of an errand ended badly; the message holds what it said."""


async def backup(settings: Installation) -> None:
    """Make a backup. Raises ErrandFailed."""
    await _run(settings, "backup", "--json", codes=(0,))


async def check(settings: Installation) -> None:
    """Prove the books; findings are noted by the command itself. Raises ErrandFailed."""
    await _run(settings, "check", "--json", codes=(0, 1))


async def _run(settings: Installation, *arguments: str, codes: tuple[int, ...]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _RUN,
        *arguments,
        env={**os.environ, **_environment(settings)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_give_way,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode not in codes:
        raise ErrandFailed(complaint.decode(errors="replace")[-_COMPLAINT_CHARACTERS:])


def _environment(settings: Installation) -> Mapping[str, str]:
    """Say in so many words which bank is meant, also where it was a default."""
    given = {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "DATA_DIR": str(settings.data_dir.absolute()),
        "BACKUP_TARGET": settings.backup_target,
        "BACKUP_PASSPHRASE": settings.backup_passphrase,
    }
    return {f"LOOPBANK_{name}": value for name, value in given.items()}


def _give_way() -> None:
    os.nice(_NICENESS)
