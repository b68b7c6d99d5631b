"""Fixtures that run the real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.server import RealServer

ServerStarter = Callable[..., RealServer]
"""Starts a server: `start_server(database_url, profile="event", environment={…})`."""


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[ServerStarter]:
    """Start real servers that are stopped after the test."""
    with ExitStack() as running:

        def start(
            database_url: str,
            *,
            profile: str = "event",
            service: str = "all",
            environment: dict[str, str] | None = None,
        ) -> RealServer:
            server = RealServer(
                database_url, tmp_path / "server", profile=profile, service=service, environment=environment
            )
            return running.enter_context(server)

        yield start


@pytest.fixture
def real_server(database_url: str, start_server: ServerStarter) -> RealServer:
    """The all-in-one server in the event profile, on a fresh database of either kind."""
    return start_server(database_url)
