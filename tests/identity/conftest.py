"""The Authentication Service, started, and a client of it."""

from collections.abc import AsyncIterator

import pytest

from loopbank.foundation.database import Database
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, Client, running


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
async def authentication(database: Database, clock: SettableClock) -> AsyncIterator[Authentication]:
    """The service without rate limits, on either database."""
    async with running(Authentication(database, clock)) as started:
        yield started


@pytest.fixture
async def limited(database: Database, clock: SettableClock) -> AsyncIterator[Authentication]:
    """The service with its rate limits."""
    async with running(Authentication(database, clock, limits=True)) as started:
        yield started


@pytest.fixture
async def client(authentication: Authentication) -> AsyncIterator[Client]:
    """A program that keeps its refresh token itself."""
    async with authentication.client() as connected:
        yield connected
