"""The OpenID Foundation's modules for RP-initiated logout, one test each, named as the module is."""

from urllib.parse import urlencode

import pytest

from tests.identity.oauth.browser import Page
from tests.identity.oauth.story import BYE, CALLBACK, ISSUER, App, Guest, ProviderStory


async def ask(guest: Guest, **parameters: str) -> Page:
    """Follow an app's link to the logout page."""
    return await guest.browser.open(f"/oauth/logout?{urlencode(parameters)}")


async def is_signed_in(guest: Guest, app: App) -> bool:
    page = await guest.browser.open(app.authorize_url(prompt="none"))
    return page.parameters.get("error") != "login_required"


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(guest: Guest) -> None:
    """The logout page is described."""
    document = (await guest.browser.http.get("/.well-known/openid-configuration")).json()
    assert document["end_session_endpoint"] == f"{ISSUER}/oauth/logout"


async def test_oidcc_rp_initiated_logout(app: App, guest: Guest) -> None:
    """The person is asked, signed out, and goes on at the app's address with its state; the tokens have ended."""
    tokens = await guest.tokens(app, scope="openid offline_access")
    page = await ask(guest, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE, state="the-state")
    assert (page.status, guest.name in page.text) == (200, True)
    assert await is_signed_in(guest, app), "following the link signs nobody out"
    page = await guest.browser.submit(page)
    assert page.url == f"{BYE}?state=the-state"
    assert not await is_signed_in(guest, app)
    assert (await app.userinfo(tokens["access_token"])).status == 401
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"


async def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(app: App, guest: Guest) -> None:
    """An address that the app did not register is not gone to."""
    hint = (await guest.tokens(app))["id_token"]
    for address in ("https://evil.example/bye", f"{BYE}/more", CALLBACK, f"{BYE}#x"):
        page = await ask(guest, id_token_hint=hint, post_logout_redirect_uri=address)
        assert (page.status, page.url.startswith(ISSUER)) == (400, True)
    assert await is_signed_in(guest, app)


@pytest.mark.parametrize("spoil", [lambda hint: hint[:-8] + "AAAAAAAA", lambda hint: hint.rpartition(".")[0] + "."])
async def test_oidcc_rp_initiated_logout_modified_id_token_hint(app: App, guest: Guest, spoil: object) -> None:
    """A hint whose signature is not ours is shown to the person and leads nowhere."""
    assert callable(spoil)
    hint = spoil((await guest.tokens(app))["id_token"])
    page = await ask(guest, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert (page.status, page.url.startswith(ISSUER)) == (400, True)


async def test_oidcc_rp_initiated_logout_bad_id_token_hint(provider: ProviderStory, app: App, guest: Guest) -> None:
    """What is no ID token, or another app's, is no hint."""
    tokens = await guest.tokens(app)
    for hint in ("nonsense", tokens["access_token"]):
        assert (await ask(guest, id_token_hint=hint, post_logout_redirect_uri=BYE)).status == 400
    another = await provider.app()
    page = await ask(guest, id_token_hint=tokens["id_token"], client_id=another.id, post_logout_redirect_uri=BYE)
    assert page.status == 400


async def test_oidcc_rp_initiated_logout_no_id_token_hint(app: App, guest: Guest) -> None:
    """Without a hint the client's id names the app, and the person is asked all the same."""
    await guest.connect(app)
    page = await ask(guest, client_id=app.id, post_logout_redirect_uri=BYE, state="s")
    assert (await guest.browser.submit(page)).url == f"{BYE}?state=s"
    assert not await is_signed_in(guest, app)


async def test_oidcc_rp_initiated_logout_no_params(app: App, guest: Guest) -> None:
    """Without any parameter the person is asked, signed out, and told so."""
    await guest.connect(app)
    page = await guest.browser.submit(await guest.browser.open("/oauth/logout"))
    assert (page.status, page.url.startswith(ISSUER)) == (200, True)
    assert not await is_signed_in(guest, app)


async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(app: App, guest: Guest) -> None:
    """Without an address the person stays here."""
    hint = (await guest.tokens(app))["id_token"]
    page = await guest.browser.submit(await ask(guest, id_token_hint=hint))
    assert (page.status, page.url.startswith(ISSUER)) == (200, True)
    assert not await is_signed_in(guest, app)


async def test_oidcc_rp_initiated_logout_no_state(app: App, guest: Guest) -> None:
    """Without a state none comes back."""
    hint = (await guest.tokens(app))["id_token"]
    page = await ask(guest, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert (await guest.browser.submit(page)).url == BYE


async def test_oidcc_rp_initiated_logout_only_state(app: App, guest: Guest) -> None:
    """A state alone names no app: the person is asked, and stays here."""
    await guest.connect(app)
    page = await guest.browser.submit(await ask(guest, state="the-state"))
    assert (page.status, page.url.startswith(ISSUER)) == (200, True)


async def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(app: App, guest: Guest) -> None:
    """A query added to the registered address makes it another one."""
    hint = (await guest.tokens(app))["id_token"]
    page = await ask(guest, id_token_hint=hint, post_logout_redirect_uri=f"{BYE}?extra=1")
    assert (page.status, page.url.startswith(ISSUER)) == (400, True)


async def test_a_logout_request_may_come_as_a_form(app: App, guest: Guest) -> None:
    """Other sites' forms carry no cookie; it goes on as a link (OpenID Connect RP-Initiated Logout, section 2)."""
    hint = (await guest.tokens(app))["id_token"]
    fields = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    page = await guest.browser.post("/oauth/logout", fields, origin="https://app.example")
    assert guest.name in page.text
    assert (await guest.browser.submit(page)).url == BYE


async def test_whoever_is_not_signed_in_goes_straight_on(app: App, guest: Guest) -> None:
    page = await ask(guest, client_id=app.id, post_logout_redirect_uri=BYE)
    assert page.url == BYE
