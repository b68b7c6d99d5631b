"""The real Authentication Service on a real database, spoken to over HTTP without a network; only the clock is ours."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from loopbank.access import Authority, Guard, RateLimits, Revocations, ServiceTokens, TokenVerifier, token_issuer
from loopbank.entrypoints.service import framework_app
from loopbank.events import outbox_payloads
from loopbank.foundation.database import Database
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation, Profile, Settings
from loopbank.identity import HolderView, IdentityService, Person, build_identity
from tests.access.signing import SettableClock
from tests.support.stories import a_signing_key

SECRET_KEY = "the secret of an installation that exists in tests"
PASSWORD = "chrome-rain-4417"
OTHER_PASSWORD = "violet-static-9020"
ROUNDS = 4
"""The fewest rounds that bcrypt knows: its cost is not what these tests are about."""


class CoinSide:
    """The Coin Service as identity sees it, in memory; it can be away."""

    def __init__(self) -> None:
        self.opened: dict[str, HolderView] = {}
        self.is_down = False

    async def open(self, person: Person, faction: str | None) -> HolderView | None:
        if self.is_down:
            return None
        number = f"NC-TEST-{len(self.opened):04d}"
        return self.opened.setdefault(
            person.id,
            HolderView(
                account_number=number,
                faction=faction,
                profile_picture=None,
                balance=1000,
                available=1000,
                held=0,
                free_spins=0,
            ),
        )

    async def view(self, person_id: str) -> HolderView | None:
        return None if self.is_down else self.opened.get(person_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the service: its status, its JSON and its headers."""

    status: int
    json: Any
    headers: httpx.Headers

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.json["code"])


class Client:
    """One program or browser that speaks to the service, with its own cookies and address."""

    def __init__(self, app: Boundary, *, address: str, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app=app, client=(address, 40_000), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        all_headers = dict(headers or {})
        if token is not None:
            all_headers["Authorization"] = f"Bearer {token}"
        response = await self.http.request(method, path, json=body, headers=all_headers)
        return Answer(response.status_code, response.json(), response.headers)

    async def register(self, name: str, password: str = PASSWORD, **more: object) -> Answer:
        body = {"character_name": name, "password": password, **more}
        return await self.send("POST", "/api/v1/auth/register", body)

    async def login(self, name: str, password: str = PASSWORD, headers: Mapping[str, str] | None = None) -> Answer:
        body = {"character_name": name, "password": password}
        return await self.send("POST", "/api/v1/auth/login", body, headers=headers)

    async def join(self, name: str) -> dict[str, Any]:
        """Register and sign in; gives the tokens."""
        assert (await self.register(name)).status == 201
        tokens: dict[str, Any] = (await self.login(name)).json
        return tokens

    async def refresh(self, refresh_token: str) -> Answer:
        return await self.send("POST", "/api/v1/auth/refresh", {"refresh_token": refresh_token})

    async def sessions(self, token: str) -> Answer:
        return await self.send("GET", "/api/v1/auth/sessions", token=token)

    async def change_password(self, token: str, current: str = PASSWORD, new: str = OTHER_PASSWORD) -> Answer:
        body = {"current_password": current, "new_password": new}
        return await self.send("PUT", "/api/v1/account/password", body, token=token)


class Authentication:
    """A running service with everything a test may want to look at."""

    def __init__(
        self,
        database: Database,
        clock: SettableClock,
        *,
        profile: Profile = Profile.EVENT,
        limits: bool = False,
        rounds: int = ROUNDS,
        public_url: str = "",
        **chosen: object,
    ) -> None:
        self.database = database
        self.clock = clock
        self.coin_side = CoinSide()
        self.installation = installation(profile, public_url, limits=limits, **chosen)
        self.identity: IdentityService = build_identity(
            database=database,
            installation=self.installation,
            clock=clock,
            holders=self.coin_side,
            rate_limits=RateLimits(is_enabled=limits, clock=clock),
            cores=2,
            bcrypt_rounds=rounds,
            new_key=a_signing_key,
        )
        self.app = Boundary(framework_app("Test", "", "0", self.identity.routers), Metrics(), self.identity.routers)
        self.service_tokens = ServiceTokens(secret_key=SECRET_KEY, clock=clock)

    def client(
        self,
        *,
        address: str = "192.0.2.7",
        base_url: str = "http://bank.example",
        headers: Mapping[str, str] | None = None,
    ) -> Client:
        return Client(self.app, address=address, base_url=base_url, headers=headers)

    def coin_service_guard(self) -> tuple[Guard, Revocations]:
        """The guard of another service, which knows only what this one tells it over HTTP."""
        authority = Authority(self.client().http, self.service_tokens)
        revocations = Revocations(fetch=authority.fetch_revocations, clock=self.clock)
        issuer = token_issuer(self.installation.public_url)
        verifier = TokenVerifier(fetch_keys=authority.fetch_keys, issuer=issuer, clock=self.clock)
        return Guard(verifier, revocations), revocations

    async def facts(self, topic: str) -> list[str]:
        """The payloads of what was told to the rest of the house."""
        async with self.database.reading() as tx:
            return await outbox_payloads(tx, topic)


def installation(
    profile: Profile = Profile.EVENT, public_url: str = "", *, limits: bool = False, **chosen: object
) -> Installation:
    is_event = profile is Profile.EVENT
    given = Settings(profile=profile, secret_key=SECRET_KEY, public_url=public_url, rate_limits=limits)
    filled = {
        "product_name": "NeoBank",
        "database_url": "unused",
        "token_hours": 24 if is_event else 168,
        "password_length_min": 6 if is_event else 8,
    }
    return Installation.model_construct(**{**given.model_dump(), **filled, **chosen})


@asynccontextmanager
async def running(authentication: Authentication) -> AsyncIterator[Authentication]:
    """Start a service and stop it again."""
    await authentication.identity.start()
    try:
        yield authentication
    finally:
        await authentication.identity.stop()
