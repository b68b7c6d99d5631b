"""One provider, apps that are registered with it, and people with browsers."""

import base64
import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from loopbank.access import Role
from tests.identity.authentication import PASSWORD, Authentication, Client
from tests.identity.oauth.browser import Browser, Page

ISSUER = "https://bank.example"
CALLBACK = "https://app.example/callback"
BYE = "https://app.example/bye"
VERIFIER = "a-verifier-of-forty-three-letters-or-more-0123456789"
ALL_GRANTS = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
]
ALL_SCOPES = ["openid", "profile", "email", "offline_access", "coins:read", "coins:spend"]


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Got:
    """An answer of the protocol."""

    status: int
    json: Any
    headers: httpx.Headers

    @property
    def error(self) -> str:
        return str(self.json["error"])


class App:
    """A program that is registered with the provider, and its server."""

    def __init__(self, story: "ProviderStory", http: httpx.AsyncClient, registered: dict[str, Any]) -> None:
        self._story = story
        self._http = http
        self.id: str = registered["id"]
        self.secret: str | None = registered["clientSecret"]

    def authorize_url(self, **changed: str | None) -> str:
        """Where the app sends a person's browser."""
        parameters = {
            "client_id": self.id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changed,
        }
        return f"/oauth/authorize?{urlencode({name: value for name, value in parameters.items() if value is not None})}"

    async def post(self, path: str, **fields: str | None) -> Got:
        """Call an endpoint as this client, with the secret in the Authorization header if it has one."""
        data = {name: value for name, value in fields.items() if value is not None}
        auth = None if self.secret is None else httpx.BasicAuth(self.id, self.secret)
        if self.secret is None:
            data["client_id"] = self.id
        response = await self._http.post(path, data=data, auth=auth or httpx.USE_CLIENT_DEFAULT)
        return Got(response.status_code, response.json(), response.headers)

    async def redeem(self, code: str, **changed: str | None) -> Got:
        fields = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **changed}
        return await self.post("/oauth/token", grant_type="authorization_code", **fields)

    async def refresh(self, refresh_token: str, **fields: str) -> Got:
        return await self.post("/oauth/token", grant_type="refresh_token", refresh_token=refresh_token, **fields)

    async def userinfo(self, access_token: str) -> Got:
        response = await self._http.get("/oauth/userinfo", headers={"Authorization": f"Bearer {access_token}"})
        return Got(response.status_code, response.json(), response.headers)

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token, after checking it with the published keys."""
        keys = KeySet.import_key_set((await self._http.get("/.well-known/jwks.json")).json())
        return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


class Guest:
    """A person with a browser in which nobody is signed in yet."""

    def __init__(self, name: str, browser: Browser) -> None:
        self.name = name
        self.browser = browser

    async def sign_in(self, page: Page, password: str = PASSWORD) -> Page:
        """Fill in the sign-in page."""
        return await self.browser.submit(page, name=self.name, password=password)

    async def agree(self, page: Page, **fields: str) -> Page:
        """Press the button that allows."""
        return await self.browser.submit(page, decision="allow", **fields)

    async def connect(self, app: App, *, limit: str | None = None, **changed: str | None) -> Page:
        """Go all the way from the app's link to the app's address, signing in and agreeing where asked."""
        page = await self.browser.open(app.authorize_url(**changed))
        if page.forms and "password" in page.forms[0].fields:
            page = await self.sign_in(page)
        if page.forms:
            page = await self.agree(page, **({} if limit is None else {"spend_limit": limit}))
        return page

    async def tokens(self, app: App, *, limit: str | None = None, **changed: str | None) -> dict[str, Any]:
        """Connect, and give the tokens that the app gets."""
        page = await self.connect(app, limit=limit, **changed)
        got = await app.redeem(page.parameters["code"])
        assert got.status == 200, got.json
        tokens: dict[str, Any] = got.json
        return tokens


class ProviderStory:
    """A running provider."""

    def __init__(self, authentication: Authentication, stack: AsyncExitStack) -> None:
        self.authentication = authentication
        self.clock = authentication.clock
        self._stack = stack

    async def client(self) -> Client:
        """A program that speaks to the Authentication Service."""
        return await self._stack.enter_async_context(self.authentication.client(base_url=ISSUER))

    async def guest(self, word: str = "runner") -> Guest:
        """Somebody who has an account."""
        client = await self.client()
        name = f"{word} {uuid4().hex[:8]}"
        assert (await client.register(name)).status == 201
        return Guest(name, Browser(client.http))

    async def developer(self, *, role: Role = Role.DEVELOPER) -> tuple[Client, str]:
        """Somebody who may register clients: their program and their access token."""
        name = f"fixer {uuid4().hex[:8]}"
        registration = self.authentication.identity.registration
        await registration.register(registration.check(name, PASSWORD, role=role))
        client = await self.client()
        return client, (await client.login(name)).json["access_token"]

    async def app(self, **changed: Any) -> App:
        """Register a client; by default a confidential one that may ask for everything."""
        developer, token = await self.developer()
        body = {
            "name": "Course platform",
            "redirectUris": [CALLBACK],
            "postLogoutRedirectUris": [BYE],
            "scopes": ALL_SCOPES,
            "grantTypes": ALL_GRANTS if not changed.get("isPublic") else ALL_GRANTS[:2] + ALL_GRANTS[3:],
            **changed,
        }
        answer = await developer.send("POST", "/api/developer/clients", body, token=token)
        assert answer.status == 201, answer.json
        return App(self, (await self.client()).http, answer.json["client"])
