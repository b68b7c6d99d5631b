"""Devices without a browser (RFC 8628): a person lets them in elsewhere, once, and knows what they let in."""

from typing import Any

from tests.identity.oauth.browser import Page
from tests.identity.oauth.story import App, Got, Guest, ProviderStory

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


async def start(app: App, scope: str = "openid profile") -> dict[str, Any]:
    asked: dict[str, Any] = (await app.post("/oauth/device_authorization", scope=scope)).json
    return asked


async def poll(app: App, device: dict[str, Any]) -> Got:
    return await app.post("/oauth/token", grant_type=GRANT_TYPE, device_code=device["device_code"])


async def type_code(guest: Guest, code: str) -> Page:
    """Type a code, signing in where asked."""
    page = await guest.browser.post("/oauth/device", {"user_code": code})
    if page.forms and "password" in page.forms[0].fields:
        page = await guest.sign_in(page)
        page = await guest.browser.submit(page)
    return page


async def test_a_person_lets_a_device_in(provider: ProviderStory, app: App, guest: Guest) -> None:
    device = await start(app)
    assert device["verification_uri_complete"].endswith(f"?user_code={device['user_code']}")
    assert (await poll(app, device)).error == "authorization_pending"
    page = await type_code(guest, device["user_code"].lower().replace("-", " "))
    assert "Course platform" in page.text
    assert "Connected" in (await guest.agree(page)).text
    provider.clock.let_pass(5)
    got = await poll(app, device)
    assert (await app.userinfo(got.json["access_token"])).json["name"] == guest.name
    provider.clock.let_pass(5)
    assert (await poll(app, device)).error == "invalid_grant"


async def test_a_device_may_ask_at_the_address_where_its_person_looks(app: App) -> None:
    device = (await app.post("/oauth/device", scope="openid")).json
    assert device["verification_uri"].endswith("/oauth/device")
    assert (await poll(app, device)).error == "authorization_pending"
    app.secret = "somebody-elses"
    assert (await app.post("/oauth/device", scope="openid")).error == "invalid_client"


async def test_a_device_that_asks_too_often_waits_longer(provider: ProviderStory, app: App) -> None:
    device = await start(app)
    assert (await poll(app, device)).error == "authorization_pending"
    provider.clock.let_pass(4)
    assert (await poll(app, device)).error == "slow_down"
    provider.clock.let_pass(9)
    assert (await poll(app, device)).error == "slow_down"
    provider.clock.let_pass(15)
    assert (await poll(app, device)).error == "authorization_pending"


async def test_a_device_that_was_sent_away_hears_it(provider: ProviderStory, app: App, guest: Guest) -> None:
    device = await start(app)
    page = await type_code(guest, device["user_code"])
    assert "Not connected" in (await guest.browser.submit(page, decision="deny")).text
    assert (await poll(app, device)).error == "access_denied"
    assert (await type_code(guest, device["user_code"])).status == 400
    late = await start(app)
    provider.clock.let_pass(600)
    assert (await poll(app, late)).error == "expired_token"
    assert (await type_code(guest, late["user_code"])).status == 400


async def test_a_device_code_is_its_clients_alone(provider: ProviderStory, app: App, guest: Guest) -> None:
    device = await start(app)
    await guest.agree(await type_code(guest, device["user_code"]))
    thief = await provider.app()
    assert (await poll(thief, device)).error == "invalid_grant"
    assert (await poll(app, device)).status == 200


async def test_a_device_has_a_session_that_its_person_ends(provider: ProviderStory, app: App, guest: Guest) -> None:
    device = await start(app, "openid offline_access")
    await guest.agree(await type_code(guest, device["user_code"]))
    tokens = (await poll(app, device)).json
    client = await provider.client()
    token = (await client.login(guest.name)).json["access_token"]
    sessions = (await client.sessions(token)).json["sessions"]
    (its,) = [session for session in sessions if session["device"] == "Course platform"]
    assert (await client.send("DELETE", f"/api/v1/auth/sessions/{its['id']}", token=token)).status == 200
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"


async def test_nobody_guesses_a_code_without_being_signed_in(app: App, guest: Guest) -> None:
    await start(app)
    page = await guest.browser.post("/oauth/device", {"user_code": "BBBB-BBBB"})
    assert "password" in page.forms[0].fields
    assert (await type_code(guest, "BBBB-BBBB")).status == 400
