"""What works once works once: many who show the same thing at the same moment have one winner, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from loopbank.identity.oauth.devices import Devices
from loopbank.identity.oauth.redemption import Redemption
from tests.identity.oauth.story import App, Got, Guest, ProviderStory

ROUNDS = 50
CONTENDERS = 4

Show = Callable[[], Awaitable[Got]]


def hold_until_all_have_looked(monkeypatch: pytest.MonkeyPatch, kind: type, look: str) -> None:
    """Hold everybody between the look at what they show and the write until all of them have looked."""
    everybody = asyncio.Barrier(CONTENDERS)
    original = getattr(kind, look)

    async def look_and_wait(*arguments: Any) -> Any:
        seen = await original(*arguments)
        await everybody.wait()
        return seen

    monkeypatch.setattr(kind, look, look_and_wait)


async def contend(show: Show) -> Got:
    """Show the same thing several times at once, and give the winner's answer."""
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(show() for _ in range(CONTENDERS)))
    winners = [answer for answer in answers if answer.status == 200]
    assert len(winners) == 1, [answer.json for answer in answers]
    assert {answer.error for answer in answers if answer.status != 200} == {"invalid_grant"}
    return winners[0]


async def test_a_code_has_one_winner_who_gets_nothing_lasting(
    app: App, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guest.connect(app)
    hold_until_all_have_looked(monkeypatch, Redemption, "_shown_code")
    for _ in range(ROUNDS):
        code = (await guest.browser.open(app.authorize_url())).parameters["code"]
        winner = await contend(lambda code=code: app.redeem(code))  # type: ignore[misc]  # mypy infers no defaults
        # One of those who raced holds a stolen copy, so what the code gave has ended.
        assert (await app.userinfo(winner.json["access_token"])).error == "invalid_token"


async def test_a_refresh_token_has_one_winner_who_goes_on(
    app: App, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await guest.tokens(app, scope="openid offline_access"))["refresh_token"]
    hold_until_all_have_looked(monkeypatch, Redemption, "_shown_token")
    for _ in range(ROUNDS):
        winner = await contend(lambda token=token: app.refresh(token))  # type: ignore[misc]  # as above
        token = winner.json["refresh_token"]


async def test_a_device_code_has_one_winner(
    provider: ProviderStory, app: App, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guest.connect(app)
    device_code = "urn:ietf:params:oauth:grant-type:device_code"

    async def passed(*_: object) -> None:
        """Let everybody through who would otherwise be told to slow down."""

    monkeypatch.setattr(Devices, "poll", passed)
    hold_until_all_have_looked(monkeypatch, Devices, "poll")
    for _ in range(ROUNDS):
        device = (await app.post("/oauth/device_authorization", scope="openid")).json
        page = await guest.browser.post("/oauth/device", {"user_code": device["user_code"]})
        await guest.agree(page)
        code = device["device_code"]
        await contend(
            lambda code=code: app.post("/oauth/token", grant_type=device_code, device_code=code)  # type: ignore[misc]  # as above
        )


async def test_a_device_is_let_in_once(app: App, guest: Guest) -> None:
    await guest.connect(app)
    device = (await app.post("/oauth/device_authorization", scope="openid")).json
    page = await guest.browser.post("/oauth/device", {"user_code": device["user_code"]})
    pages = await asyncio.gather(*(guest.agree(page) for _ in range(10)))
    assert sorted(page.status for page in pages) == [200] + [400] * 9
    assert sum("Connected" in page.text for page in pages) == 1


async def test_two_answers_at_once_to_one_app_leave_one_grant(provider: ProviderStory, app: App, guest: Guest) -> None:
    page = await guest.sign_in(await guest.browser.open(app.authorize_url()))
    pages = await asyncio.gather(*(guest.agree(page) for _ in range(5)))
    redeemed = [await app.redeem(page.parameters["code"]) for page in pages]
    assert [got.status for got in redeemed] == [200] * 5
    client = await provider.client()
    token = (await client.login(guest.name)).json["access_token"]
    shown = await client.send("GET", "/api/auth/connected-apps", token=token)
    assert len(shown.json["apps"]) == 1
