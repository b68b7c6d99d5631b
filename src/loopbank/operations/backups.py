"""Backups: made while the bank works, proven by restoring them, kept for thirty days; and the way back.

Laws:
 - A backup is kept only after its archive was opened again and its database, restored beside the bank, passed every
   check.
 - A restore puts nothing in the bank's place before the same has been proven, and keeps what was there.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loopbank.events import LogPosition, log_position
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.clock import Clock, Instant, to_rfc3339
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.errors import Unavailable
from loopbank.operations.archive import Manifest, pack, read_manifest, seal, sha256_of, unpack
from loopbank.operations.copies import DatabaseCopies
from loopbank.operations.errors import BackupUnsound, DatabaseNotEmpty, OtherDatabase
from loopbank.operations.moving import is_empty
from loopbank.operations.targets import BackupTarget, backup_name

Tell = Callable[[str], None]
"""Is told in a few words what is being done now."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose backups these are: the product's name, the release, the key that signs the log, the passphrase or ''."""

    product_name: str
    release: str
    key_id: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was made, proven and kept; `forgotten` are older ones whose time was over."""

    name: str
    archive_bytes: int
    log: LogPosition
    forgotten: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoredBank:
    """What a restore brought back, and under which name the database that was there is kept."""

    manifest: Manifest
    kept: str | None


class Backups:
    """Makes, lists and restores the backups of one bank."""

    def __init__(
        self,
        copies: DatabaseCopies,
        target: BackupTarget,
        identity: Identity,
        checks: Sequence[CheckPass],
        clock: Clock,
        *,
        migrate: Callable[[str], None],
    ) -> None:
        self._copies = copies
        self._target = target
        self._identity = identity
        self._checks = checks
        self._clock = clock
        self._migrate = migrate

    async def make(self, bank: Database, tell: Tell = lambda _: None) -> MadeBackup:
        """Make a backup of a bank that works on. Raises BackupUnsound, ToolMissing or TargetUnavailable."""
        async with bank.reading() as tx:
            before = await log_position(tx)
        now = self._clock()
        name = backup_name(now)
        async with _scratch_folder() as folder:
            tell("Copying the database")
            payload = await self._copies.dump(folder)
            dumped = await asyncio.to_thread(sha256_of, payload)
            tell("Restoring the copy and checking it")
            async with self._copies.restored(payload) as address:
                position = await self._proven(address)
            if position.entries < before.entries:
                raise BackupUnsound("The copy's log ends before the bank's log ended when the backup began.")
            tell("Packing")
            archive = await asyncio.to_thread(self._pack, folder / name, payload, now, position)
            tell("Opening the archive again")
            await asyncio.to_thread(self._require_same, archive, folder, dumped)
            tell("Storing")
            await self._target.keep(name, archive)
            size = archive.stat().st_size
        return MadeBackup(name, size, position, tuple(await self._target.forget_old(now)))

    async def restore(self, named: str, *, replaces: bool, tell: Tell = lambda _: None) -> RestoredBank:
        """Bring a backup back, by its name at the target, a path, or '' for the newest.

        `replaces` allows it to take the place of a bank that is not empty; that one is kept under another name.
        Raises DatabaseNotEmpty, DatabaseInUse, BackupUnsound, BackupNotFound, PassphraseNeeded or OtherDatabase.
        """
        async with _scratch_folder() as folder:
            tell("Fetching the backup")
            archive = await self._fetched(named, folder)
            manifest = await asyncio.to_thread(read_manifest, archive)
            self._require_ours(manifest)
            if not replaces and not await self._may_be_overwritten():
                raise DatabaseNotEmpty("There is a bank in this database. Give --replace to put this in its place.")
            tell("Opening the archive")
            _, payload = await asyncio.to_thread(unpack, archive, folder, self._identity.passphrase)
            tell("Restoring beside the present database")
            exists = await self._copies.exists()
            async with self._copies.restored(payload) as address:
                await asyncio.to_thread(self._migrate, address)
                tell("Checking the restored bank")
                if await self._proven(address) != manifest.log:
                    raise BackupUnsound("The restored log does not end where the manifest says.")
                tell("Putting it in place")
                kept = await self._copies.install(address, _stamp(self._clock()))
        return RestoredBank(manifest, kept if exists else None)

    def _pack(self, archive: Path, payload: Path, now: Instant, position: LogPosition) -> Path:
        key = None
        if self._identity.passphrase:
            payload, key = seal(payload, self._identity.passphrase)
        manifest = Manifest(
            made_at=to_rfc3339(now),
            release=self._identity.release,
            dialect=self._copies.dialect.value,
            product_name=self._identity.product_name,
            key_id=self._identity.key_id,
            log=position,
            payload=payload.name,
            payload_bytes=payload.stat().st_size,
            sha256=sha256_of(payload),
        )
        pack(archive, payload, manifest, key)
        payload.unlink()
        return archive

    def _require_same(self, archive: Path, folder: Path, dumped: str) -> None:
        _, opened = unpack(archive, folder, self._identity.passphrase)
        if sha256_of(opened) != dumped:
            raise BackupUnsound("What comes out of the archive is not what went in.")
        opened.unlink()

    def _require_ours(self, manifest: Manifest) -> None:
        if manifest.dialect != self._copies.dialect.value:
            raise OtherDatabase(
                f"This backup is of a bank on {manifest.dialect}. Restore it there, then move it: loopbank move."
            )
        if manifest.key_id != self._identity.key_id:
            raise BackupUnsound("This backup belongs to another secret: set the SECRET_KEY of the bank it came from.")

    async def _may_be_overwritten(self) -> bool:
        if not await self._copies.exists():
            return True
        database = connect_database(self._copies.url)
        try:
            return await is_empty(database)
        except Unavailable:
            # Whatever cannot be read may still be worth keeping.
            return False
        finally:
            await database.close()

    async def _proven(self, address: str) -> LogPosition:
        """Run every check over a restored database and give where its log ends. Raises BackupUnsound."""
        database = connect_database(address)
        try:
            for check in self._checks:
                if found := [finding async for finding in check.run(database)]:
                    raise BackupUnsound(_told(found[0]))
            async with database.reading() as tx:
                return await log_position(tx)
        finally:
            await database.close()

    async def _fetched(self, named: str, folder: Path) -> Path:
        path = Path(named)
        is_here = await asyncio.to_thread(path.is_file)
        if named and is_here:
            return path
        archive = folder / "fetched.tar"
        await self._target.fetch(named or await self._target.newest(), archive)
        return archive


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
