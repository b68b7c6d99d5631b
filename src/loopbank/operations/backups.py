"""Backups: made while the bank works, proven by restoring them, kept for thirty days; and the way back.

Laws:
 - A backup is kept only after its archive was opened again and its database, restored beside the bank, passed every
   check. An increment is restored onto the whole backup that it builds on, as that lies at the target.
 - Where no increment can be made, a whole backup is.
 - A restore puts nothing in the bank's place before the same has been proven, and keeps what was there.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from loopbank.events import LogPosition, log_position
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.clock import Clock, Instant, to_rfc3339
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.errors import Refusal, Unavailable
from loopbank.operations.archive import Manifest
from loopbank.operations.archives import Archives, MadeBackup
from loopbank.operations.copies import DatabaseCopies
from loopbank.operations.errors import BackupUnsound, DatabaseNotEmpty
from loopbank.operations.increments import INCREMENT_FILE, add_increment, write_increment
from loopbank.operations.moving import is_empty

Tell = Callable[[str], None]
"""Is told in a few words what is being done now."""


@dataclass(frozen=True, slots=True)
class RestoredBank:
    """What a restore brought back, and under which name the database that was there is kept."""

    manifest: Manifest
    kept: str | None


class Backups:
    """Makes and restores the backups of one bank."""

    def __init__(
        self,
        copies: DatabaseCopies,
        archives: Archives,
        checks: Sequence[CheckPass],
        clock: Clock,
        *,
        migrate: Callable[[str], None],
    ) -> None:
        self._copies = copies
        self._archives = archives
        self._checks = checks
        self._clock = clock
        self._migrate = migrate

    async def make(self, bank: Database, tell: Tell = lambda _: None, *, must_be_whole: bool = False) -> MadeBackup:
        """Make a backup of a bank that works on: an increment, or a whole one where there is nothing to build on.

        Raises BackupUnsound, ToolMissing or TargetUnavailable.
        """
        now, whole_because = self._clock(), "It was asked for."
        if not must_be_whole:
            try:
                async with _scratch_folder() as folder:
                    return await self._make_increment(bank, folder, now, tell)
            except Refusal as refusal:
                # The whole backup shows whether the trouble is only the base's.
                whole_because = refusal.detail
        async with _scratch_folder() as folder:
            return replace(await self._make_whole(bank, folder, now, tell), whole_because=whole_because)

    async def restore(self, named: str, *, replaces: bool, tell: Tell = lambda _: None) -> RestoredBank:
        """Bring a backup back, by its name at the target, a path, or '' for the newest; an increment with its base.

        `replaces` allows it to take the place of a bank that is not empty; that one is kept under another name.
        Raises DatabaseNotEmpty, DatabaseInUse, BackupUnsound, BackupNotFound, PassphraseNeeded or OtherDatabase.
        """
        async with _scratch_folder() as folder:
            tell("Fetching the backup")
            archive = await self._fetched(named, folder)
            manifest = await self._archives.read(archive)
            if not replaces and not await self._may_be_overwritten():
                raise DatabaseNotEmpty("There is a bank in this database. Give --replace to put this in its place.")
            tell("Opening the archive")
            payload, increment = await self._archives.open(archive, folder), None
            if manifest.base:
                increment, payload = payload, await self._archives.base_of(archive, manifest.base, folder)
            tell("Restoring beside the present database")
            exists = await self._copies.exists()
            async with self._copies.restored(payload) as address:
                if increment:
                    tell("Adding what came after the whole backup")
                    await _add(address, increment)
                await asyncio.to_thread(self._migrate, address)
                tell("Checking the restored bank")
                if await self._proven(address) != manifest.log:
                    raise BackupUnsound("The restored log does not end where the manifest says.")
                tell("Putting it in place")
                kept = await self._copies.install(address, _stamp(self._clock()))
        return RestoredBank(manifest, kept if exists else None)

    async def _make_whole(self, bank: Database, folder: Path, now: Instant, tell: Tell) -> MadeBackup:
        async with bank.reading() as tx:
            before = await log_position(tx)
        tell("Copying the database")
        payload = await self._copies.dump(folder)
        tell("Restoring the copy and checking it")
        async with self._copies.restored(payload) as address:
            log = await self._proven(address)
        if log.entries < before.entries:
            raise BackupUnsound("The copy's log ends before the bank's log ended when the backup began.")
        tell("Packing and storing")
        return await self._archives.keep(payload, now, log, None)

    async def _make_increment(self, bank: Database, folder: Path, now: Instant, tell: Tell) -> MadeBackup:
        tell("Fetching the last whole backup")
        base, whole = await self._archives.base(now, folder)
        payload = folder / INCREMENT_FILE
        tell("Restoring it")
        async with self._copies.restored(whole) as address:
            tell("Writing down what came after it")
            log = await _written(bank, address, payload)
            tell("Adding that to the copy and checking it")
            await _add(address, payload)
            if await self._proven(address) != log:
                raise BackupUnsound("Base and increment together do not end where the bank's log ended.")
        tell("Packing and storing")
        return await self._archives.keep(payload, now, log, base)

    async def _may_be_overwritten(self) -> bool:
        if not await self._copies.exists():
            return True
        async with _connected(self._copies.url) as database:
            try:
                return await is_empty(database)
            except Unavailable:
                # Whatever cannot be read may still be worth keeping.
                return False

    async def _proven(self, address: str) -> LogPosition:
        """Run every check over a restored database and give where its log ends. Raises BackupUnsound."""
        async with _connected(address) as database:
            for check in self._checks:
                if found := [finding async for finding in check.run(database)]:
                    raise BackupUnsound(_told(found[0]))
            async with database.reading() as tx:
                return await log_position(tx)

    async def _fetched(self, named: str, folder: Path) -> Path:
        path = Path(named)
        is_here = await asyncio.to_thread(path.is_file)
        if named and is_here:
            return path
        return await self._archives.fetch(named or await self._archives.newest(), folder)


async def _written(bank: Database, address: str, payload: Path) -> LogPosition:
    async with _connected(address) as base:
        return await write_increment(bank, base, payload)


async def _add(address: str, increment: Path) -> None:
    async with _connected(address) as copy:
        await add_increment(copy, increment)


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[Database]:
    database = connect_database(address)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _scratch_folder() -> AsyncIterator[Path]:
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="loopbank-backup-"))
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _told(finding: Finding) -> str:
    return f"The restored database does not pass the check of {finding.check}: {finding.detail}."


def _stamp(at: Instant) -> str:
    return to_rfc3339(at)[:19].replace("-", "").replace(":", "")
