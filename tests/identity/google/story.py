"""People whose browsers go to the provider and come back."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pyotp

from loopbank.foundation.database import Database
from loopbank.foundation.settings import Profile
from tests.access.signing import SettableClock
from tests.identity.authentication import PASSWORD, Answer, Authentication, Client
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenidProvider

PUBLIC_URL = "https://bank.example"
GOOGLE = "/api/auth/google"
COOKIE = {"X-Session-Transport": "cookie", "Origin": PUBLIC_URL}


@dataclass(frozen=True, slots=True)
class Arrived:
    """Where a browser stands after it came back."""

    status: int
    location: str

    @property
    def refusal(self) -> str:
        """Why it was not let in."""
        assert self.location.startswith("/sign-in#refused="), self.location
        return self.location.partition("=")[2]


class Traveller:
    """A person with a browser, and an account at the provider."""

    def __init__(self, story: "OutsideStory", client: Client, account: Mapping[str, object]) -> None:
        self._story = story
        self.client = client
        self.account = dict(account)

    @property
    def email(self) -> str:
        return str(self.account["email"])

    async def depart(self, then: str = "", **headers: str) -> str:
        """Leave for the provider; gives where the browser is sent."""
        response = await self.client.http.get(GOOGLE, params={"continue": then} if then else {}, headers=headers)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    async def sign_in_there(self, url: str) -> str:
        """Sign in at the provider, over the network; gives where the browser is sent back to."""
        self._story.provider.account = dict(self.account)
        response = await self._story.network.get(url)
        assert response.status_code == 302, response.text
        back = response.headers["location"]
        assert back.startswith(f"{PUBLIC_URL}{GOOGLE}/callback?")
        return back

    async def come_back(self, url: str) -> Arrived:
        response = await self.client.http.get(url)
        assert response.status_code == 303, response.text
        return Arrived(response.status_code, response.headers["location"])

    async def travel(self, url: str | None = None) -> Arrived:
        """Go there and back."""
        return await self.come_back(await self.sign_in_there(url or await self.depart()))

    async def tokens(self) -> dict[str, Any]:
        """Take the tokens that the web app takes with its cookie."""
        answer = await self.client.send("POST", "/api/auth/refresh", headers=COOKIE)
        assert answer.status == 200, answer.json
        given: dict[str, Any] = answer.json
        return given

    async def join(self) -> dict[str, Any]:
        """Open an account with the one elsewhere."""
        assert await self.travel() == Arrived(303, "/")
        return await self.tokens()

    async def register(self) -> str:
        """Open an account with the same address and a password; gives its token."""
        body = {"email": self.email, "password": PASSWORD, "fullName": "A Night Runner"}
        joined = await self.client.send("POST", "/api/auth/register", body)
        assert joined.status == 201, joined.json
        token: str = joined.json["token"]
        return token

    async def change_link(self, act: str, token: str, password: str = PASSWORD) -> Answer:
        return await self.client.send("POST", f"{GOOGLE}/{act}", {"password": password}, token=token)

    async def link(self, token: str) -> Arrived:
        """Link the account elsewhere to the one here."""
        begun = await self.change_link("link", token)
        assert begun.status == 200, begun.json
        return await self.travel(begun.json["authorizationUrl"])

    async def protect(self) -> pyotp.TOTP:
        """Open an account with an authenticator app, and link the one elsewhere to it; gives the app."""
        token = await self.register()
        await self.link(token)
        send = self.client.send
        app = pyotp.TOTP((await send("POST", "/api/v1/auth/totp", {"password": PASSWORD}, token=token)).json["secret"])
        code = {"code": app.at(self._story.clock.seconds)}
        assert (await send("POST", "/api/v1/auth/totp/confirm", code, token=token)).status == 200
        self._story.clock.let_pass(30)
        return app

    async def linked(self, token: str) -> list[str]:
        addresses: list[str] = (await self.client.send("GET", f"{GOOGLE}/account", token=token)).json["addresses"]
        return addresses


def outside_bank(database: Database, clock: SettableClock, provider: OpenidProvider) -> Authentication:
    """A platform that signs people in with accounts at a provider."""
    return Authentication(
        database,
        clock,
        profile=Profile.PLATFORM,
        public_url=PUBLIC_URL,
        google_client_id=CLIENT_ID,
        google_client_secret=CLIENT_SECRET,
        google_issuer=provider.issuer,
    )


class OutsideStory:
    """A running platform."""

    def __init__(
        self,
        authentication: Authentication,
        provider: OpenidProvider,
        network: httpx.AsyncClient,
        stack: AsyncExitStack,
    ) -> None:
        self.authentication = authentication
        self.provider = provider
        self.clock = authentication.clock
        self.network = network
        self._stack = stack

    async def traveller(self, **told: object) -> Traveller:
        """Somebody new, with an account at the provider and none here."""
        address = f"198.51.100.{1 + int(uuid4().hex[:2], 16) % 250}"
        client = await self._stack.enter_async_context(self.authentication.client(base_url=PUBLIC_URL, address=address))
        word = uuid4().hex[:8]
        account = {"sub": word, "email": f"runner-{word}@example.org", "email_verified": True, "name": "A Runner"}
        return Traveller(self, client, account | told)


def state_of(url: str) -> str:
    """The state in an address."""
    return str(httpx.QueryParams(urlsplit(url).query)["state"])
