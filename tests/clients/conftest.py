"""The real server, and people and programs that meet there: programs of others prove the protocol, not databases."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clients.installed import Installation
from tests.support.server import RealServer, _command

PASSWORD = "chrome-rain-4417"


@pytest.fixture(scope="session")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """The all-in-one server on a SQLite file."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copy(migrated_sqlite_file, folder / "loopbank.db")
    environment = {"LOOPBANK_RATE_LIMITS": "false"}
    with RealServer(f"sqlite:///{folder}/loopbank.db", folder / "server", environment=environment) as running:
        yield running


@pytest.fixture(scope="session")
def installed(server: RealServer) -> Iterator[Installation]:
    """The server with an administrator and somebody who signs in to apps."""
    command = [*_command(), "admin", "create", "--name", "Fixer", "--password-stdin"]
    environment = server._whole_environment()
    subprocess.run(command, env=environment, input=PASSWORD, text=True, check=True, capture_output=True)
    with httpx.Client(base_url=server.base_url, timeout=30) as http:
        http.post("/api/v1/auth/register", json={"character_name": "Runner", "password": PASSWORD}).raise_for_status()
        body = {"character_name": "Fixer", "password": PASSWORD}
        token = http.post("/api/v1/auth/login", json=body).raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Installation(http, server.base_url, PASSWORD)
