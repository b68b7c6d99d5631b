"""People of the platform: how they join, sign in and prove that an address is theirs."""

from typing import Any

from tests.identity.accounts.mailbox import latest
from tests.identity.authentication import PASSWORD, Answer, Authentication, Client

RUNNER = "runner@example.org"
FIXER = "fixer@example.org"


async def register(client: Client, email: str = RUNNER, password: str = PASSWORD, **more: object) -> Answer:
    body = {"email": email, "password": password, "fullName": "A Night Runner", **more}
    return await client.send("POST", "/api/auth/register", body)


async def login(client: Client, email: str = RUNNER, password: str = PASSWORD) -> Answer:
    return await client.send("POST", "/api/auth/login", {"email": email, "password": password})


async def me(client: Client, token: str) -> Answer:
    return await client.send("GET", "/api/auth/me", token=token)


async def join(authentication: Authentication, client: Client, email: str = RUNNER) -> dict[str, Any]:
    """Join by mail and confirm the address; gives the first answer."""
    joined: dict[str, Any] = (await register(client, email)).json
    assert (await confirm(authentication, client, email)).status == 200
    return joined


async def confirm(authentication: Authentication, client: Client, email: str = RUNNER) -> Answer:
    """Follow the newest link to an address."""
    token = (await latest(authentication, email, "confirm_address")).secret
    return await client.send("POST", "/api/auth/verify-email", {"token": token})
