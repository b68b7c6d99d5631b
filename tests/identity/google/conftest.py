"""A platform that signs people in with accounts elsewhere, and the provider of those accounts."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from loopbank.foundation.database import connect_database
from tests.access.signing import SettableClock
from tests.identity.authentication import running
from tests.identity.google.story import OutsideStory, outside_bank
from tests.support.openid_provider import Lies, OpenidProvider


@pytest.fixture(scope="module")
async def shared_platform(module_database_url: str, anyio_backend: str) -> AsyncIterator[OutsideStory]:
    """A platform on either database and a provider on a real port, which the tests of one module share."""
    database, clock = connect_database(module_database_url), SettableClock()
    with OpenidProvider(lambda: clock.seconds) as provider:
        authentication = outside_bank(database, clock, provider)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            await stack.enter_async_context(running(authentication))
            network = await stack.enter_async_context(httpx.AsyncClient())
            yield OutsideStory(authentication, provider, network, stack)


@pytest.fixture
def platform(shared_platform: OutsideStory) -> Iterator[OutsideStory]:
    """The platform, with a provider that tells the truth, until a test has it lie."""
    yield shared_platform
    shared_platform.provider.lies = Lies()
