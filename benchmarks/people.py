"""Fills a database with people who can pay: registered, signed in and welcomed by the product's own services.

Run as a process of its own with the server's environment: `python -m benchmarks.people 1000` prints one JSON document.
The only difference to people who join over HTTP is the cost of their password hash, which no measured request looks at.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass

import httpx

from loopbank.access import (
    EVERY_ACCOUNT,
    ApiKeys,
    KeyPermission,
    KeyTerms,
    Principal,
    RateLimits,
    ServiceTokens,
)
from loopbank.entrypoints.coin import build_bank
from loopbank.foundation.clock import later, system_clock
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.ids import new_id, new_secret
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation, read_settings
from loopbank.identity import HttpHolders, IdentityService, Person, build_identity
from loopbank.identity.people import SignInPlace
from loopbank.identity.sessions import SignedIn

_BCRYPT_ROUNDS_MIN = 4
_AT_ONCE = 16
_PLACE = SignInPlace("benchmark", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who can pay: an access token and an account with the welcome bonus on it."""

    person_id: str
    token: str
    account_number: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Everybody, an administrator's account, and the key of a program that is trusted with everything."""

    players: list[Player]
    administrators_account: str
    api_key: str


async def settle(settings: Installation, count: int) -> Settled:
    """Let `count` people join, sign in and open their accounts."""
    database = connect_database(settings.database_url)
    bank = build_bank(settings, database, Metrics())
    async with httpx.AsyncClient() as unused:
        identity = _identity(settings, database, unused)
        await identity.start()
        await bank.start()
        turn = asyncio.Semaphore(_AT_ONCE)

        async def join(number: int) -> Player:
            async with turn:
                name, password = f"Runner {number:05d}", new_secret()
                person = await identity.registration.register(identity.registration.check(name, password))
                signed_in = await identity.sign_in.sign_in(name, password, _PLACE)
                assert isinstance(signed_in, SignedIn), "nobody here has a second factor"
                holder = await bank.holders.open(person.id, name)
                return Player(person.id, signed_in.access_token.text, holder.account_number)

        players = await asyncio.gather(*(join(number) for number in range(count)))
        operator = await identity.create_administrator("Quartermaster", new_secret())
        account_number = (await bank.holders.open(operator.id, operator.name)).account_number
        key = await _trusted_key(database, operator)
        await bank.close()
        await identity.stop()
    await database.close()
    return Settled(players, account_number, key)


async def _trusted_key(database: Database, administrator: Person) -> str:
    now = system_clock()
    creator = Principal(administrator.id, new_id(), administrator.name, administrator.role, later(now, 60))
    terms = KeyTerms(name="Bench", permission=KeyPermission.ADMIN, allowed_accounts=(EVERY_ACCOUNT,))
    return (await ApiKeys(database, system_clock).create(creator, terms, own_accounts=())).text


def _identity(settings: Installation, database: Database, unused: httpx.AsyncClient) -> IdentityService:
    return build_identity(
        database=database,
        installation=settings,
        clock=system_clock,
        holders=HttpHolders(unused, ServiceTokens(secret_key=settings.secret_key, clock=system_clock)),
        rate_limits=RateLimits(is_enabled=False, clock=system_clock),
        cores=os.cpu_count() or 1,
        bcrypt_rounds=_BCRYPT_ROUNDS_MIN,
    )


if __name__ == "__main__":
    settled = asyncio.run(settle(read_settings(), int(sys.argv[1])))
    json.dump(asdict(settled), sys.stdout)
