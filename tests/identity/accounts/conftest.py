"""The Authentication Service of a platform, and a client of it."""

from collections.abc import AsyncIterator

import pytest

from loopbank.foundation.database import Database
from loopbank.foundation.settings import Profile
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, Client, running


@pytest.fixture
async def platform(database: Database, clock: SettableClock) -> AsyncIterator[Authentication]:
    """The service of a platform without rate limits, on either database."""
    async with running(Authentication(database, clock, profile=Profile.PLATFORM)) as started:
        yield started


@pytest.fixture
async def guest(platform: Authentication) -> AsyncIterator[Client]:
    """A program that keeps its refresh token itself."""
    async with platform.client() as connected:
        yield connected
