"""The provider that the tests of one module share; they meet only through people and apps that they make themselves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from loopbank.foundation.database import connect_database
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, running
from tests.identity.oauth.story import ISSUER, App, Guest, ProviderStory


@pytest.fixture(scope="module")
async def provider(module_database_url: str, anyio_backend: str) -> AsyncIterator[ProviderStory]:
    """A running provider on either database, without rate limits."""
    database = connect_database(module_database_url)
    authentication = Authentication(database, SettableClock(), public_url=ISSUER)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await stack.enter_async_context(running(authentication))
        yield ProviderStory(authentication, stack)


@pytest.fixture
async def app(provider: ProviderStory) -> App:
    """A confidential client that may ask for everything."""
    return await provider.app()


@pytest.fixture
async def guest(provider: ProviderStory) -> Guest:
    """Somebody with an account and a browser."""
    return await provider.guest()
