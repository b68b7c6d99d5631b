"""The code flow: what a person agrees to is what the app gets, once, and only the app that asked for it."""

import base64
import hashlib

from tests.identity.oauth.story import CALLBACK, ISSUER, App, Guest, ProviderStory


async def test_a_person_signs_in_to_an_app(provider: ProviderStory, app: App, guest: Guest) -> None:
    page = await guest.browser.open(app.authorize_url())
    assert (page.status, "Course platform" in page.text) == (200, True)
    page = await guest.sign_in(page)
    assert "recognise you again" in page.text
    page = await guest.agree(page)
    assert page.url.startswith(f"{CALLBACK}?")
    assert (page.parameters["state"], page.parameters["iss"]) == ("the-state", ISSUER)
    got = await app.redeem(page.parameters["code"])
    assert (got.status, got.json["token_type"], got.json["expires_in"]) == (200, "Bearer", 3_600)
    assert got.json["scope"] == "openid profile"
    assert "refresh_token" not in got.json
    assert got.headers["cache-control"] == "no-store"
    told = await app.userinfo(got.json["access_token"])
    claims = await app.claims(got.json["id_token"])
    assert told.json == {"sub": claims["sub"], "name": guest.name, "preferred_username": guest.name}
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, app.id, "the-nonce")
    assert claims["auth_time"] <= provider.clock.seconds < claims["exp"]
    half = base64.urlsafe_b64encode(hashlib.sha256(got.json["access_token"].encode()).digest()[:16])
    assert (claims["amr"], claims["at_hash"]) == (["pwd"], half.rstrip(b"=").decode())
