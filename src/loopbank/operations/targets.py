"""Where backups are kept: a folder, a bucket of S3 or a container of Azure Blob, behind one interface.

Credentials of S3 and Azure come from the usual variables of their environment (AWS_…, AZURE_…).
"""

from datetime import UTC, datetime
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from loopbank.foundation.clock import Instant, later, to_rfc3339
from loopbank.operations.errors import BackupNotFound, TargetUnavailable

KEPT_DAYS = 30
_SECONDS_PER_DAY = 86_400
_PREFIX = "loopbank-"
_SUFFIX = ".tar"


class BackupTarget:
    """One place for backups, named by a folder or an address such as s3://bucket/prefix or az://container/prefix."""

    def __init__(self, address: str, *, kept_days: int = KEPT_DAYS) -> None:
        self.address = address
        self._kept_days = kept_days
        self._store: ObjectStore = (
            from_url(address) if "://" in address else LocalStore(Path(address), automatic_cleanup=True, mkdir=True)
        )

    async def names(self) -> list[str]:
        """Give the names of all backups, oldest first. Raises TargetUnavailable."""
        try:
            found = await obstore.list(self._store).collect_async()
        except obstore.exceptions.BaseError as error:
            raise TargetUnavailable(f"The backups at {self.address} cannot be listed.") from error
        return sorted(name for item in found if is_backup(name := str(item["path"])))

    async def keep(self, name: str, archive: Path) -> None:
        """Store a finished archive under a name; it appears whole or not at all. Raises TargetUnavailable."""
        try:
            await obstore.put_async(self._store, name, archive)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise TargetUnavailable(f"The backup cannot be stored at {self.address}.") from error

    async def fetch(self, name: str, archive: Path) -> None:
        """Bring an archive here. Raises BackupNotFound or TargetUnavailable."""
        try:
            found = await obstore.get_async(self._store, name)
            with archive.open("wb") as file:
                async for piece in found.stream():
                    file.write(piece)
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise BackupNotFound(f"There is no backup {name} at {self.address}.") from error
        except obstore.exceptions.BaseError as error:
            raise TargetUnavailable(f"The backup cannot be read from {self.address}.") from error

    async def newest(self) -> str:
        """Give the name of the newest backup. Raises BackupNotFound or TargetUnavailable."""
        names = await self.names()
        if not names:
            raise BackupNotFound(f"There is no backup at {self.address}.")
        return names[-1]

    async def forget_old(self, now: Instant) -> list[str]:
        """Remove backups whose days are over; the newest stays in any case. Gives the removed names."""
        limit = backup_name(later(now, -self._kept_days * _SECONDS_PER_DAY))
        old = [name for name in (await self.names())[:-1] if name < limit]
        for name in old:
            await obstore.delete_async(self._store, name)
        return old


def backup_name(at: Instant) -> str:
    """Give the name of a backup made at an instant; names sort by time: loopbank-20260131T020000.000000Z.tar."""
    return f"{_PREFIX}{to_rfc3339(at).replace('-', '').replace(':', '')}{_SUFFIX}"


def is_backup(name: str) -> bool:
    """Tell whether a name is one that `backup_name` gives."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX) and "/" not in name


def made_at(name: str) -> datetime:
    """Give the time in a backup's name."""
    stamp = name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
