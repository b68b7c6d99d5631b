"""A bank with a name over HTTPS, and people in it who may make passkeys."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from loopbank.foundation.database import connect_database
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, running
from tests.identity.passkeys.story import ORIGIN, Owner, PasskeyStory


@pytest.fixture(scope="module")
async def bank(module_database_url: str, anyio_backend: str) -> AsyncIterator[PasskeyStory]:
    """A bank on either database that the tests of one module share."""
    database = connect_database(module_database_url)
    authentication = Authentication(database, SettableClock(), public_url=ORIGIN)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await stack.enter_async_context(running(authentication))
        yield PasskeyStory(authentication, stack)


@pytest.fixture
async def owner(bank: PasskeyStory) -> Owner:
    """Somebody who is signed in and has no passkey yet."""
    return await bank.owner()
