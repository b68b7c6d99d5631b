"""The archives of one bank at its target: proven readable before they are kept, and opened only if they are its own."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from loopbank.events import LogPosition
from loopbank.foundation.clock import Instant, later, to_rfc3339
from loopbank.foundation.database import Dialect
from loopbank.operations.archive import Base, Manifest, pack, read_manifest, seal, sha256_of, unpack
from loopbank.operations.errors import BackupNotFound, BackupUnsound, OtherDatabase
from loopbank.operations.targets import BackupTarget, backup_name

_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose backups these are: the product's name, the release, the key that signs the log, the passphrase or ''."""

    product_name: str
    release: str
    key_id: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was made, proven and kept, and where its log ends; `forgotten` are older ones whose time was over.

    `base` names what an increment builds on, and `whole_because` says why a whole one has none; one of them is ''.
    """

    name: str
    archive_bytes: int
    log: LogPosition
    forgotten: tuple[str, ...]
    base: str
    whole_because: str = ""


class Archives:
    """Packs, keeps, finds and opens the archives of one bank; increments are made of a whole one for `whole_days`."""

    def __init__(self, target: BackupTarget, identity: Identity, dialect: Dialect, *, whole_days: int) -> None:
        self._target = target
        self._identity = identity
        self._dialect = dialect
        self._whole_days = whole_days

    async def keep(self, payload: Path, now: Instant, log: LogPosition, base: Base | None) -> MadeBackup:
        """Pack a payload, open the archive again, and store it. Raises BackupUnsound or TargetUnavailable."""
        base_name = base.name if base else ""
        name = backup_name(now, base=base_name)
        archive = await asyncio.to_thread(self._pack, payload, now, log, base)
        await self._target.keep(name, archive)
        size = archive.stat().st_size
        return MadeBackup(name, size, log, tuple(await self._target.forget_old(now)), base_name)

    async def base(self, now: Instant, folder: Path) -> tuple[Base, Path]:
        """Fetch and open the whole backup that an increment can build on now; gives its payload.

        Raises BaseUnfit, BackupUnsound, BackupNotFound, PassphraseNeeded, OtherDatabase or TargetUnavailable.
        """
        name = await self._target.base(later(now, -self._whole_days * _SECONDS_PER_DAY))
        archive = await self.fetch(name, folder)
        manifest = await self.read(archive)
        return Base(name, manifest.sha256, manifest.log), await self.open(archive, folder)

    async def base_of(self, increment: Path, base: Base, folder: Path) -> Path:
        """Find the base of an increment beside it or at the target, and give its payload.

        Raises BackupUnsound, BackupNotFound, PassphraseNeeded, OtherDatabase or TargetUnavailable.
        """
        archive = increment.with_name(base.name)
        if not await asyncio.to_thread(archive.is_file):
            try:
                archive = await self.fetch(base.name, folder)
            except BackupNotFound as error:
                raise BackupNotFound(
                    f"This backup builds on {base.name}, which is neither beside it nor at {self._target.address}."
                ) from error
        manifest = await self.read(archive)
        if (manifest.sha256, manifest.log) != (base.sha256, base.log):
            raise BackupUnsound(f"{base.name} is another backup than the one of that name that this one builds on.")
        return await self.open(archive, folder)

    async def newest(self) -> str:
        """Give the name of the newest backup. Raises BackupNotFound or TargetUnavailable."""
        return await self._target.newest()

    async def fetch(self, name: str, folder: Path) -> Path:
        """Bring an archive here. Raises BackupNotFound or TargetUnavailable."""
        archive = folder / Path(name).name
        await self._target.fetch(name, archive)
        return archive

    async def read(self, archive: Path) -> Manifest:
        """Read what an archive says of itself. Raises BackupUnsound or OtherDatabase when it is not this bank's."""
        manifest = await asyncio.to_thread(read_manifest, archive)
        if manifest.dialect != self._dialect.value:
            raise OtherDatabase(
                f"This backup is of a bank on {manifest.dialect}. Restore it there, then move it: loopbank move."
            )
        if manifest.key_id != self._identity.key_id:
            raise BackupUnsound("This backup belongs to another secret: set the SECRET_KEY of the bank it came from.")
        return manifest

    async def open(self, archive: Path, folder: Path) -> Path:
        """Take the payload out of an archive into a folder. Raises BackupUnsound or PassphraseNeeded."""
        return await asyncio.to_thread(unpack, archive, folder, self._identity.passphrase)

    def _pack(self, payload: Path, now: Instant, log: LogPosition, base: Base | None) -> Path:
        packed = sha256_of(payload)
        key = None
        if self._identity.passphrase:
            payload, key = seal(payload, self._identity.passphrase)
        manifest = Manifest(
            made_at=to_rfc3339(now),
            release=self._identity.release,
            dialect=self._dialect.value,
            product_name=self._identity.product_name,
            key_id=self._identity.key_id,
            log=log,
            payload=payload.name,
            payload_bytes=payload.stat().st_size,
            sha256=sha256_of(payload),
            base=base,
        )
        archive = payload.with_name("archive.tar")
        pack(archive, payload, manifest, key)
        payload.unlink()
        opened = unpack(archive, payload.parent, self._identity.passphrase)
        if sha256_of(opened) != packed:
            raise BackupUnsound("What comes out of the archive is not what went in.")
        opened.unlink()
        return archive
