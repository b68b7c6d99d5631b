"""Where backups are kept: a folder, a bucket of S3 or a container of Azure Blob, behind one interface.

Credentials of S3 and Azure come from the usual variables of their environment (AWS_…, AZURE_…).
"""

from contextlib import suppress
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from loopbank.foundation.clock import Instant, later, to_rfc3339
from loopbank.operations.errors import BackupNotFound, BaseUnfit, TargetUnavailable

KEPT_DAYS = 30
_SECONDS_PER_DAY = 86_400
_PREFIX = "loopbank-"
_SUFFIX = ".tar"
_SINCE = "-since-"
_INCREMENT_SHARE = 2
"""An increment of more than half its base saves too little for an archive that cannot be read alone."""


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
        return list(await self.sizes())

    async def sizes(self) -> dict[str, int]:
        """Give the bytes of all backups by name, oldest first. Raises TargetUnavailable."""
        try:
            found = await obstore.list(self._store).collect_async()
        except obstore.exceptions.BaseError as error:
            raise TargetUnavailable(f"The backups at {self.address} cannot be listed.") from error
        return dict(sorted((name, int(item["size"])) for item in found if is_backup(name := str(item["path"]))))

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

    async def base(self, oldest: Instant) -> str:
        """Give the name of the newest whole backup. Raises BaseUnfit when it is better not to build on it any more."""
        sizes = await self.sizes()
        whole = [name for name in sizes if not base_of(name)]
        if not whole:
            raise BaseUnfit("There is no whole backup here yet.")
        base = whole[-1]
        if base < backup_name(oldest):
            raise BaseUnfit("The last whole backup is too old to build on.")
        increments = [size for name, size in sizes.items() if base_of(name) == base]
        if increments and increments[-1] * _INCREMENT_SHARE > sizes[base]:
            raise BaseUnfit("The last increment was more than half as large as the whole backup it builds on.")
        return base

    async def forget_old(self, now: Instant) -> list[str]:
        """Remove backups whose days are over, and give the names of those that are gone.

        The newest stays in any case, and so does a whole one for as long as an increment that stays builds on it. What
        the target does not let us remove stays too: it may be one that forgets by rules of its own.
        """
        limit = backup_name(later(now, -self._kept_days * _SECONDS_PER_DAY))
        names = await self.names()
        stay = [name for name in names if name >= limit or name == names[-1]]
        needed = {base_of(name) for name in stay}
        old = [name for name in names if name not in stay and name not in needed]
        # Increments are younger than what they build on, so that one that is cut off here leaves none without its base.
        gone: list[str] = []
        with suppress(obstore.exceptions.BaseError):
            for name in reversed(old):
                await obstore.delete_async(self._store, name)
                gone.insert(0, name)
        return gone


def backup_name(at: Instant, *, base: str = "") -> str:
    """Give the name of a backup made at an instant; names sort by time: loopbank-20260131T020000.000000Z.tar.

    That of an increment says what it builds on: loopbank-20260131T030000.000000Z-since-20260131T020000.000000Z.tar.
    """
    since = _SINCE + _stamp(base) if base else ""
    return f"{_PREFIX}{to_rfc3339(at).replace('-', '').replace(':', '')}{since}{_SUFFIX}"


def base_of(name: str) -> str:
    """Give the name of the whole backup that an increment builds on; '' for a whole one."""
    _, _, base = _stamp(name).partition(_SINCE)
    return f"{_PREFIX}{base}{_SUFFIX}" if base else ""


def is_backup(name: str) -> bool:
    """Tell whether a name is one that `backup_name` gives."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX) and "/" not in name


def _stamp(name: str) -> str:
    return name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
