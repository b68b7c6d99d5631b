"""Stories: the whole bank in one process on a fresh database, and people who are signed in to it.

Passwords are hashed with bcrypt's fewest rounds and all banks sign with one key made in advance, so that hundreds of
people and banks cost little; all else is the real thing.
"""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import bcrypt
import httpx
import pytest
import structlog
from joserfc.jwk import RSAKey
from sqlalchemy import func, select
from starlette.types import ASGIApp

from loopbank.access import RateLimits, Role, ServiceTokens
from loopbank.entrypoints.all_in_one import build_all_in_one
from loopbank.entrypoints.auth import build_people
from loopbank.entrypoints.service import Part
from loopbank.foundation.clock import later, system_clock
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.ids import new_id
from loopbank.foundation.keys import derive_key
from loopbank.foundation.settings import Installation, read_settings
from loopbank.identity import IdentityService, build_identity
from loopbank.identity.keys import NewKey, new_signing_key
from loopbank.identity.passwords import PASSWORD_SCHEME, PasswordHasher
from loopbank.identity.people import Person, Session, SignInPlace
from loopbank.ledger import tables

WELCOME_BONUS = 1000
"""Coins that everybody starts with in the event profile."""

PASSWORD = "chrome-rain-4417"
"""Everybody's password."""

_FEWEST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class StoryPerson:
    """Somebody who is signed in: their account, and an HTTP client that carries their token."""

    person: Person
    session_id: str
    token: str
    account: str
    http: httpx.AsyncClient

    @property
    def name(self) -> str:
        """The character name."""
        return self.person.name

    async def balance(self) -> float:
        """Ask the bank for the balance, in coins."""
        answer = (await self.http.get("/api/v1/account")).raise_for_status()
        balance: float = answer.json()["account"]["balance"]
        return balance

    async def pay(
        self, receiver: "StoryPerson | str", amount: object, *, memo: object = None, key: str | None = None
    ) -> httpx.Response:
        """Ask the bank to pay, and give its answer whatever it is."""
        account = receiver if isinstance(receiver, str) else receiver.account
        body = {"to_account": account, "amount": amount} | ({} if memo is None else {"memo": memo})
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.http.post("/api/v1/transactions", json=body, headers=headers)


@dataclass(frozen=True, slots=True)
class Journal:
    """What the books hold altogether; equal before and after means that nothing was written."""

    postings: int
    transfers: int
    accounts: int
    balances: tuple[int, ...]


class BankStory:
    """One bank in this process, with everything that a test needs of it."""

    def __init__(
        self, app: ASGIApp, parts: Sequence[Part], database: Database, settings: Installation, identity: IdentityService
    ) -> None:
        self.app = app
        self.database = database
        self.settings = settings
        self.http = self.client()
        self._parts = parts
        self._identity = identity
        pepper = derive_key(settings.secret_key, "password-pepper")
        digest = PasswordHasher(pepper=pepper, processes=1)._digest(PASSWORD)
        self._password_hash = PASSWORD_SCHEME + bcrypt.hashpw(digest, bcrypt.gensalt(_FEWEST_ROUNDS)).decode()

    def end_streams(self) -> None:
        """Do what a server does first when it stops."""
        for part in self._parts:
            part.end_streams()

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """Make an HTTP client."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://bank.test", headers=headers, timeout=60)

    async def joined(self, role_word: str, *, role: Role = Role.USER) -> Person:
        """Let somebody join whom the bank's coin side has not heard of yet."""
        name = f"{role_word} {uuid4().hex[:8]}"
        new = self._identity.registration.check(name, PASSWORD, role=role)
        async with self.database.transaction() as tx:
            return await self._identity.registration.add(tx, new, self._password_hash)

    async def sign_in(self, person: Person) -> StoryPerson:
        """Open one more session for a person."""
        async with self.database.transaction() as tx:
            opened = await self._identity.sessions.open(tx, person, SignInPlace("Test", "192.0.2.7"))
        signed_in = await self._identity.sessions.signed_in(person, opened)
        token = signed_in.access_token.text
        http = self.client(token)
        account = (await http.get("/api/v1/account")).raise_for_status().json()["account"]["account_number"]
        return StoryPerson(person, opened.session.id, token, account, http)

    async def stranger_token(self, role_word: str) -> str:
        """Sign a token for somebody of whom the log will never tell, so that only their requests can be heard of."""
        now = system_clock()
        person = Person(new_id(), f"{role_word} {uuid4().hex[:8]}", Role.USER, now)
        ends_at = later(now, 3_600)
        session = Session(new_id(), person.id, "Test", "192.0.2.7", now, now, ends_at, ends_at)
        token = await self._identity.sessions._issuer.issue(person, session)
        return token.text

    async def person(self, role_word: str, *, role: Role = Role.USER) -> StoryPerson:
        """Let somebody join and sign in; the bank opens their account at once."""
        return await self.sign_in(await self.joined(role_word, role=role))

    def service_headers(self) -> dict[str, str]:
        """Give the headers with which the bank's own services call each other."""
        tokens = ServiceTokens(secret_key=self.settings.secret_key, clock=system_clock)
        return {"Authorization": f"Bearer {tokens.issue()}"}

    async def journal(self) -> Journal:
        """Read what the books hold altogether."""
        async with self.database.snapshot() as tx:
            counts = [
                await tx.value(select(func.count()).select_from(table)) for table in (tables.posting, tables.transfer)
            ]
            rows = await tx.rows(select(tables.account.c.balance).order_by(tables.account.c.id))
        return Journal(counts[0], counts[1], len(rows), tuple(row[0] for row in rows))

    async def posting_count(self, key: str) -> int:
        """Count the postings under one key of the ledger (there is never more than one)."""
        async with self.database.reading() as tx:
            statement = select(func.count()).select_from(tables.posting).where(tables.posting.c.key == key)
            count: int = await tx.value(statement)
            return count


def installation(database_url: str, data_dir: Path, choices: Mapping[str, str]) -> Installation:
    """Read settings as a process would, from an environment that holds nothing of the tester's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOPBANK_")}
    environment = {
        **inherited,
        "LOOPBANK_DATABASE_URL": database_url,
        "LOOPBANK_DATA_DIR": str(data_dir),
        "LOOPBANK_SECRET_KEY": "a-secret-that-only-the-tests-know-0123456789",
        "LOOPBANK_RATE_LIMITS": "false",
        **{f"LOOPBANK_{name}": value for name, value in choices.items()},
    }
    with patch.dict(os.environ, environment, clear=True):
        return read_settings()


@cache
def a_signing_key() -> RSAKey:
    """One key for all tests that are not about keys."""
    return new_signing_key()


@asynccontextmanager
async def opened_bank(
    database_url: str, data_dir: Path, new_key: NewKey = a_signing_key, /, **choices: str
) -> AsyncIterator[BankStory]:
    """Open a bank on a migrated database; choices are settings, such as `RATE_LIMITS="true"`."""
    settings = installation(database_url, data_dir, choices)
    database = connect_database(database_url)
    with patch.dict(build_identity.__kwdefaults__ or {}, bcrypt_rounds=_FEWEST_ROUNDS, new_key=new_key):
        app, parts = build_all_in_one(settings, database)
    started = []
    try:
        for part in parts:
            await part.start()
            started.append(part)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bank.test") as http:
            # A second Authentication Service over the same tables and secret, as a second replica would be.
            limits = RateLimits(is_enabled=False, clock=system_clock)
            replica = build_people(settings, database, http, limits)
            try:
                yield BankStory(app, parts, database, settings, replica)
            finally:
                await replica.stop()
    finally:
        for part in reversed(started):
            part.end_streams()
            await part.stop()
        await database.close()


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Log as a server does: the library's own default shows every variable of a traceback, and takes seconds for it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="module")
async def bank(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[BankStory]:
    """The bank that the tests of one module share; they meet only through people whom they make themselves."""
    async with opened_bank(module_database_url, tmp_path_factory.mktemp("data")) as opened:
        yield opened


@pytest.fixture
async def runner(bank: BankStory) -> StoryPerson:
    """Somebody with a fresh account and the welcome bonus."""
    return await bank.person("runner")


@pytest.fixture
async def fixer(bank: BankStory) -> StoryPerson:
    """Somebody else."""
    return await bank.person("fixer")


@pytest.fixture
async def medtech(bank: BankStory) -> StoryPerson:
    """A third person."""
    return await bank.person("medtech")
