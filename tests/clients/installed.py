"""An installation as programs of others find it: an address, registered clients, and a person with a browser."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.identity.oauth.browser import Browser, Page
from tests.identity.oauth.story import ALL_GRANTS

CALLBACK = "http://127.0.0.1/callback"
"""Registered without a port: a program on this device listens on whichever is free."""

BYE = "http://127.0.0.1/bye"


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation, with an administrator's HTTP client."""

    admin: httpx.Client
    base_url: str
    password: str

    def register(self, *, is_public: bool = False, **changed: Any) -> dict[str, Any]:
        """Register a client, and give it with its secret."""
        body = {
            "name": "Course platform",
            "redirectUris": [CALLBACK],
            "postLogoutRedirectUris": [BYE],
            "scopes": ["openid", "profile", "email", "offline_access", "coins:read", "coins:spend"],
            "grantTypes": [kind for kind in ALL_GRANTS if not (is_public and kind == "client_credentials")],
            "isPublic": is_public,
            **changed,
        }
        answer = self.admin.post("/api/developer/clients", json=body)
        assert answer.status_code == 201, answer.text
        client: dict[str, Any] = answer.json()["client"]
        return client

    def browser(self) -> Browser:
        """Open a browser in which nobody is signed in."""
        http = httpx.AsyncClient(base_url=self.base_url, timeout=30, headers={"Accept": "text/html"})
        return Browser(http)

    async def go_through(self, browser: Browser, url: str, **fields: str) -> Page:
        """Follow a link to an app, signing in and agreeing wherever a page asks; gives where that ends."""
        page = await browser.open(url)
        while page.forms:
            if "password" in page.forms[0].fields:
                page = await browser.submit(page, name="Runner", password=self.password)
            elif "user_code" in page.forms[0].fields and "person" not in page.forms[0].fields:
                page = await browser.submit(page)
            elif "person" in page.forms[0].fields:
                page = await browser.submit(page, decision="allow", **fields)
            else:
                page = await browser.submit(page)
        return page
