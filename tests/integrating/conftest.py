"""The real server, and a town of people and programs around it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integrating.cutting_proxy import CuttingProxy
from tests.integrating.town import Citizen, Town
from tests.support.server import RealServer, _command

PASSWORD = "chrome-rain-4417"


@pytest.fixture(scope="session")
def town(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The all-in-one server on a SQLite file: what clients do is the same on either database."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(migrated_sqlite_file, folder / "loopbank.db")
    environment = {"LOOPBANK_RATE_LIMITS": "false", "LOOPBANK_WEBHOOK_PRIVATE_ADDRESSES": "true"}
    with RealServer(f"sqlite:///{folder}/loopbank.db", folder / "server", environment=environment) as server:
        command = [*_command(), "admin", "create", "--name", "Fixer", "--password-stdin"]
        subprocess.run(
            command, env=server._whole_environment(), input=PASSWORD, text=True, check=True, capture_output=True
        )
        with httpx.Client(base_url=server.base_url, timeout=30) as http:
            body = {"character_name": "Fixer", "password": PASSWORD}
            token = http.post("/api/v1/auth/login", json=body).raise_for_status().json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            opened = Town(server, http, PASSWORD)
            yield opened
            opened.assert_books_add_up()
            opened.chief.close()


@pytest.fixture(scope="session")
def runner(town: Town) -> Citizen:
    return town.citizen("runner")


@pytest.fixture(scope="session")
def medtech(town: Town) -> Citizen:
    return town.citizen("medtech")


@pytest.fixture
def proxy(town: Town) -> Iterator[CuttingProxy]:
    """A network between programs and the bank."""
    with CuttingProxy(town.address) as opened:
        yield opened
