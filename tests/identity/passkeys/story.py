"""People with devices that make passkeys."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from loopbank.identity import store
from tests.identity.authentication import PASSWORD, Answer, Authentication, Client
from tests.identity.passkeys.authenticator import Authenticator, Credential

ORIGIN = "https://bank.example"
PASSKEYS = "/api/v1/auth/passkeys"


class Owner:
    """A person who is signed in with the password."""

    def __init__(self, client: Client, name: str, token: str, person_id: str) -> None:
        self.client = client
        self.name = name
        self.token = token
        self.person_id = person_id

    async def offer(self, password: str = PASSWORD) -> Answer:
        """Ask for what a device needs to make a passkey."""
        return await self.client.send("POST", f"{PASSKEYS}/options", {"password": password}, token=self.token)

    async def options(self) -> dict[str, Any]:
        offered: dict[str, Any] = (await self.offer()).json["options"]
        return offered

    async def add(self, credential: Credential, name: str = "My phone") -> Answer:
        """Hand in what the device made."""
        body = {"name": name, "credential": credential}
        return await self.client.send("POST", PASSKEYS, body, token=self.token)

    async def make(self, device: Authenticator | None = None) -> Authenticator:
        """Make a passkey all the way."""
        device = device or Authenticator()
        added = await self.add(device.make(await self.options()))
        assert added.status == 201, added.json
        return device

    async def list(self) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = (await self.client.send("GET", PASSKEYS, token=self.token)).json["passkeys"]
        return shown

    async def remove(self, passkey_id: str, password: str = PASSWORD) -> Answer:
        body = {"password": password}
        return await self.client.send("POST", f"{PASSKEYS}/{passkey_id}/remove", body, token=self.token)


class PasskeyStory:
    """A running bank."""

    def __init__(self, authentication: Authentication, stack: AsyncExitStack) -> None:
        self.authentication = authentication
        self.clock = authentication.clock
        self._stack = stack

    async def client(self, base_url: str = ORIGIN) -> Client:
        return await self._stack.enter_async_context(self.authentication.client(base_url=base_url))

    async def owner(self) -> Owner:
        client, name = await self.client(), f"runner {uuid4().hex[:8]}"
        token = (await client.join(name))["access_token"]
        async with self.authentication.database.reading() as tx:
            known = await store.find_credentials(tx, name)
        assert known is not None
        return Owner(client, name, token, known.person_id)

    async def ask(self, client: Client) -> dict[str, Any]:
        """Ask for what a device needs to sign in."""
        asked: dict[str, Any] = (await client.send("POST", f"{PASSKEYS}/sign-in/options")).json["options"]
        return asked

    async def sign_in(self, client: Client, credential: Credential) -> Answer:
        return await client.send("POST", f"{PASSKEYS}/sign-in", {"credential": credential})
