"""What every test may ask for; the fixtures themselves live in `tests/support`."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.support.postgres import stop_session_server

pytest_plugins = ["tests.support.databases", "tests.support.servers", "tests.support.stories", "tests.support.desks"]

SESSION_FOLDER = "LOOPBANK_TEST_SESSION_FOLDER"


def pytest_configure(config: pytest.Config) -> None:
    """Give the session one folder, which its workers inherit through the environment."""
    if _is_controller(config):
        # Whoever is told to end still stops PostgreSQL, as after Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # Not below pytest's own folder: on a root machine PostgreSQL runs as another user and must be able to reach it.
        os.environ[SESSION_FOLDER] = tempfile.mkdtemp(prefix="loopbank-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the session's PostgreSQL, if a test started it, and remove the folder."""
    if _is_controller(config) and (folder := os.environ.pop(SESSION_FOLDER, None)):
        stop_session_server(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def session_folder() -> Path:
    """The folder that all workers of this test session share."""
    return Path(os.environ[SESSION_FOLDER])


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests as the product runs: on asyncio."""
    return "asyncio"


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")
