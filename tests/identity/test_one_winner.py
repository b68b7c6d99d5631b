"""Whatever works once works once: of fifty who show the same thing at the same moment one wins, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pyotp
import pytest

from loopbank.foundation.database import connect_database
from loopbank.identity.oauth.devices import Devices
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import latest
from tests.identity.accounts.people import join, login, register
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Authentication, Client, running
from tests.identity.google.story import GOOGLE, PUBLIC_URL, OutsideStory, outside_bank
from tests.identity.oauth.story import App, Guest, ProviderStory
from tests.identity.passkeys.authenticator import Authenticator
from tests.identity.passkeys.story import PASSKEYS, PasskeyStory
from tests.support.openid_provider import OpenidProvider

CONTENDERS = 50
_TRIES = 5
"""How often one sign-in's challenge may be answered."""

_WARMING = 20
"""Hashes after which the hasher knows how cheap they are here, so that it sends nobody away."""

Show = Callable[[int], Awaitable[bool]]
"""Shows the thing as one of the contenders; gives whether that one won."""


@dataclass
class Arena:
    """A platform with everything that works once."""

    bank: Authentication
    outside: OutsideStory
    passkeys: PasskeyStory
    provider: ProviderStory
    client: Client

    async def person(self) -> str:
        """Somebody with a proven address."""
        email = f"runner-{uuid4().hex[:8]}@example.org"
        await join(self.bank, self.client, email)
        return email

    async def app_and_guest(self) -> tuple[App, Guest]:
        return await self.provider.app(), await self.provider.guest()


@pytest.fixture(scope="module")
async def arena(module_database_url: str, anyio_backend: str) -> AsyncIterator[Arena]:
    database, clock = connect_database(module_database_url), SettableClock()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        elsewhere = stack.enter_context(OpenidProvider(lambda: clock.seconds))
        bank = outside_bank(database, clock, elsewhere)
        await stack.enter_async_context(running(bank))
        for _ in range(_WARMING):
            await bank.identity._hasher.hash(PASSWORD)
        network = await stack.enter_async_context(httpx.AsyncClient())
        client = await stack.enter_async_context(bank.client(base_url=PUBLIC_URL))
        outside = OutsideStory(bank, elsewhere, network, stack)
        yield Arena(bank, outside, PasskeyStory(bank, stack), ProviderStory(bank, stack), client)


def posting(client: Client, path: str, body: Callable[[int], object], *, token: str | None = None) -> Show:
    """Show the thing by posting a body."""

    async def show(number: int) -> bool:
        return (await client.send("POST", path, body(number), token=token)).status in (200, 201)

    return show


async def a_confirming_link(arena: Arena) -> Show:
    email = f"runner-{uuid4().hex[:8]}@example.org"
    await register(arena.client, email)
    secret = (await latest(arena.bank, email, "confirm_address")).secret
    return posting(arena.client, "/api/auth/verify-email", lambda _: {"token": secret})


async def a_mailed_code(arena: Arena) -> Show:
    email = await arena.person()
    asked = await arena.client.send("POST", "/api/auth/login/init", {"email": email})
    code = (await latest(arena.bank, email, "sign_in_code")).particulars["code"]
    body = {"email": email, "code": code, "loginId": asked.json["loginId"]}
    return posting(arena.client, "/api/auth/login/verify", lambda _: body)


async def a_reset_link(arena: Arena) -> Show:
    email = await arena.person()
    await arena.client.send("POST", "/api/auth/forgot-password", {"email": email})
    secret = (await latest(arena.bank, email, "reset_password")).secret
    path = "/api/auth/reset-password"
    return posting(arena.client, path, lambda n: {"token": secret, "newPassword": f"{OTHER_PASSWORD}-{n}"})


async def a_reset_slip(arena: Arena) -> Show:
    person_id = (await login(arena.client, await arena.person())).json["user"]["id"]
    async with arena.bank.database.transaction() as tx:
        slip = await arena.bank.identity.accounts.recovery.write_slip(tx, person_id)
    path = "/api/v1/auth/reset-password"
    return posting(arena.client, path, lambda n: {"slip": slip, "new_password": f"{OTHER_PASSWORD}-{n}"})


async def _second_factor(arena: Arena, challenges: int) -> tuple[list[str], str, list[str]]:
    """Open challenges of somebody with an app, the app's present code, and the recovery codes."""
    email = await arena.person()
    token = (await login(arena.client, email)).json["token"]
    begun = await arena.client.send("POST", "/api/v1/auth/totp", {"password": PASSWORD}, token=token)
    app, clock = pyotp.TOTP(begun.json["secret"]), arena.bank.clock
    body = {"code": app.at(clock.seconds)}
    codes: list[str] = (await arena.client.send("POST", "/api/v1/auth/totp/confirm", body, token=token)).json[
        "recovery_codes"
    ]
    clock.let_pass(30)
    asked = [(await login(arena.client, email)).json["challenge"] for _ in range(challenges)]
    return asked, app.at(clock.seconds), codes


async def a_code_of_an_app(arena: Arena) -> Show:
    asked, code, _ = await _second_factor(arena, CONTENDERS // _TRIES)
    return posting(arena.client, "/api/auth/login/totp", lambda n: {"challenge": asked[n // _TRIES], "code": code})


async def a_recovery_code(arena: Arena) -> Show:
    asked, _, codes = await _second_factor(arena, CONTENDERS // _TRIES)
    return posting(arena.client, "/api/auth/login/totp", lambda n: {"challenge": asked[n // _TRIES], "code": codes[0]})


async def a_sign_ins_challenge(arena: Arena) -> Show:
    (challenge,), _, codes = await _second_factor(arena, 1)
    path = "/api/auth/login/totp"
    return posting(arena.client, path, lambda n: {"challenge": challenge, "code": codes[n % len(codes)]})


async def a_refresh_token(arena: Arena) -> Show:
    token = (await login(arena.client, await arena.person())).json["refreshToken"]
    return posting(arena.client, "/api/auth/refresh", lambda _: {"refreshToken": token})


async def a_setup_link(arena: Arena) -> Show:
    link = await arena.bank.identity.create_setup_link(PUBLIC_URL)
    assert link is not None
    body = {"token": link.partition("#")[2], "password": PASSWORD}
    return posting(arena.client, "/api/v1/auth/setup", lambda n: body | {"character_name": f"Game Master {n}"})


async def a_passkeys_challenge(arena: Arena) -> Show:
    owner = await arena.passkeys.owner()
    device = await owner.make()
    options = await arena.passkeys.ask(owner.client)
    signed = [device.sign(options) for _ in range(CONTENDERS)]
    return posting(owner.client, f"{PASSKEYS}/sign-in", lambda n: {"credential": signed[n]})


async def a_new_passkeys_challenge(arena: Arena) -> Show:
    owner = await arena.passkeys.owner()
    options = await owner.options()
    made = [Authenticator().make(options) for _ in range(CONTENDERS)]
    return posting(owner.client, PASSKEYS, lambda n: {"name": "Phone", "credential": made[n]}, token=owner.token)


async def a_state_of_google(arena: Arena) -> Show:
    traveller = await arena.outside.traveller()
    response = await traveller.client.http.get(GOOGLE)
    cookie = response.headers["set-cookie"].partition(";")[0]
    back = await traveller.sign_in_there(response.headers["location"])
    traveller.client.http.cookies.clear()

    async def show(_: int) -> bool:
        arrived = await traveller.client.http.get(back, headers={"Cookie": cookie})
        return arrived.headers["location"] == "/"

    return show


async def an_authorization_code(arena: Arena) -> Show:
    app, guest = await arena.app_and_guest()
    code = (await guest.connect(app)).parameters["code"]

    async def show(_: int) -> bool:
        return (await app.redeem(code)).status == 200

    return show


async def an_apps_refresh_token(arena: Arena) -> Show:
    app, guest = await arena.app_and_guest()
    token = (await guest.tokens(app, scope="openid offline_access"))["refresh_token"]

    async def show(_: int) -> bool:
        return (await app.refresh(token)).status == 200

    return show


async def a_device_code(arena: Arena) -> Show:
    app, guest = await arena.app_and_guest()
    await guest.connect(app)
    device = (await app.post("/oauth/device_authorization", scope="openid")).json
    await guest.agree(await guest.browser.post("/oauth/device", {"user_code": device["user_code"]}))
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"

    async def show(_: int) -> bool:
        got = await app.post("/oauth/token", grant_type=grant_type, device_code=device["device_code"])
        return got.status == 200

    return show


@pytest.mark.parametrize(
    "thing",
    [
        a_confirming_link,
        a_mailed_code,
        a_reset_link,
        a_reset_slip,
        a_code_of_an_app,
        a_recovery_code,
        a_sign_ins_challenge,
        a_refresh_token,
        a_setup_link,
        a_passkeys_challenge,
        a_new_passkeys_challenge,
        a_state_of_google,
        an_authorization_code,
        an_apps_refresh_token,
        a_device_code,
    ],
    ids=lambda thing: thing.__name__,
)
async def test_of_fifty_at_once_one_wins(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, thing: Callable[[Arena], Awaitable[Show]]
) -> None:
    async def passed(*_: object) -> None:
        """Let everybody through who would otherwise be told to slow down."""

    monkeypatch.setattr(Devices, "poll", passed)
    show = await thing(arena)
    won = await asyncio.gather(*(show(number) for number in range(CONTENDERS)))
    assert won.count(True) == 1
    assert not await show(0), "and nobody wins afterwards"
