"""Copies of a whole database: dumped into a file, restored beside the original, and put in its place."""

import asyncio
import gzip
import shutil
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

from loopbank.foundation.database import Dialect, database_address
from loopbank.operations import sqlite_store
from loopbank.operations.errors import BackupUnsound
from loopbank.operations.postgres_store import PostgresServerDatabases
from loopbank.operations.postgres_tools import PostgresTools

_GZIP_LEVEL = 3
"""A third of the processor time of the usual level for a file a tenth larger."""


class DatabaseCopies(ABC):
    """What one kind of database can do with a whole copy of itself."""

    dialect: Dialect
    url: str

    @abstractmethod
    async def dump(self, folder: Path) -> Path:
        """Write one consistent state into a file of the folder, while the bank works on; gives the file."""

    @abstractmethod
    def restored(self, payload: Path) -> AbstractAsyncContextManager[str]:
        """Restore a dumped file beside the original and give its address; what is not installed is removed again.

        Raises BackupUnsound.
        """

    @abstractmethod
    async def install(self, address: str, stamp: str) -> str:
        """Put a restored copy in the original's place; gives the name under which the original is kept.

        Raises DatabaseInUse.
        """

    @abstractmethod
    async def exists(self) -> bool:
        """Tell whether there is an original to be kept."""


class SqliteCopies(DatabaseCopies):
    """Copies of one SQLite file, in the same folder, so that putting one in its place is one act."""

    dialect = Dialect.SQLITE

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = database_address(url).file

    async def dump(self, folder: Path) -> Path:
        """See `DatabaseCopies.dump`."""
        copy, payload = folder / "database.sqlite", folder / "database.sqlite.gz"
        await asyncio.to_thread(sqlite_store.copy_file, self._path, copy)
        await asyncio.to_thread(_compress, copy, payload)
        return payload

    @asynccontextmanager
    async def restored(self, payload: Path) -> AsyncIterator[str]:
        """See `DatabaseCopies.restored`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        copy = self._path.with_name(f"{self._path.name}.restored-{uuid4().hex[:12]}")
        try:
            try:
                await asyncio.to_thread(_decompress, payload, copy)
            except (OSError, EOFError) as error:
                raise BackupUnsound(f"The backup's database cannot be read: {error}.") from error
            yield f"sqlite:///{copy}"
        finally:
            for rest in (copy, *(copy.with_name(copy.name + suffix) for suffix in ("-wal", "-shm"))):
                rest.unlink(missing_ok=True)

    async def install(self, address: str, stamp: str) -> str:
        """See `DatabaseCopies.install`."""
        kept = self._path.with_name(f"{self._path.name}.before-{stamp}")
        copy = Path(address.removeprefix("sqlite:///"))
        await asyncio.to_thread(sqlite_store.exchange_files, self._path, copy, kept)
        return str(kept)

    async def exists(self) -> bool:
        """See `DatabaseCopies.exists`."""
        return await asyncio.to_thread(self._path.exists)


class PostgresCopies(DatabaseCopies):
    """Copies of one PostgreSQL database, as further databases of the same server."""

    dialect = Dialect.POSTGRESQL

    def __init__(self, url: str, tools_folder: Path | None) -> None:
        self.url = url
        self._address = database_address(url)
        self._name = self._address.name
        self._server = PostgresServerDatabases(self._address)
        self._tools_folder = tools_folder

    async def dump(self, folder: Path) -> Path:
        """See `DatabaseCopies.dump`."""
        payload = folder / "database.pgdump"
        await (await self._tools()).dump(self._address, payload)
        return payload

    @asynccontextmanager
    async def restored(self, payload: Path) -> AsyncIterator[str]:
        """See `DatabaseCopies.restored`."""
        name = f"{self._name[:40]}_restored_{uuid4().hex[:12]}"
        tools = await self._tools()
        address = await self._server.create(name)
        try:
            await tools.restore(address, payload)
            yield address.text
        finally:
            await self._server.drop(name)

    async def install(self, address: str, stamp: str) -> str:
        """See `DatabaseCopies.install`."""
        kept = f"{self._name[:40]}_before_{stamp}"
        await self._server.exchange(self._name, database_address(address).name, kept)
        return kept

    async def exists(self) -> bool:
        """See `DatabaseCopies.exists`."""
        return True

    async def _tools(self) -> PostgresTools:
        return PostgresTools(self._tools_folder, await self._server.major_version())


def copies_of(url: str, tools_folder: Path | None) -> DatabaseCopies:
    """Give what can copy the database at an address; `tools_folder` names PostgreSQL's tools, None finds them."""
    if database_address(url).is_sqlite:
        return SqliteCopies(url)
    return PostgresCopies(url, tools_folder)


def _compress(source: Path, destination: Path) -> None:
    with source.open("rb") as plain, gzip.open(destination, "wb", _GZIP_LEVEL) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    source.unlink()


def _decompress(source: Path, destination: Path) -> None:
    with gzip.open(source, "rb") as packed, destination.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1 << 20)
