"""Authlib's client, which many Python programs are built on, against the real server."""

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.clients.installed import CALLBACK, Installation

VERIFIER = "a-verifier-of-forty-three-letters-or-more-0123456789"


async def test_it_signs_people_in_refreshes_and_revokes(installed: Installation) -> None:
    registered = installed.register()
    browser = installed.browser()
    client = OAuth2Session(
        registered["id"],
        registered["clientSecret"],
        scope="openid profile offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    async with browser.http:
        metadata = (await browser.http.get("/.well-known/openid-configuration")).json()
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="the-nonce"
        )
        arrived = await installed.go_through(browser, url)
        keys = KeySet.import_key_set((await browser.http.get(metadata["jwks_uri"])).json())
    assert arrived.parameters["state"] == state
    endpoint = metadata["token_endpoint"]
    with client:
        token = client.fetch_token(endpoint, authorization_response=arrived.url, code_verifier=VERIFIER)
        claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
        assert (claims["iss"], claims["nonce"]) == (installed.base_url, "the-nonce")
        told = client.get(metadata["userinfo_endpoint"]).json()
        assert (told["sub"], told["name"]) == (claims["sub"], "Runner")
        fresh = client.refresh_token(endpoint)
        assert fresh["refresh_token"] != token["refresh_token"]
        shown = client.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"])
        assert shown.json()["active"]
        revoked = client.revoke_token(metadata["revocation_endpoint"], token=fresh["refresh_token"])
        assert revoked.status_code == 200
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(endpoint, refresh_token=fresh["refresh_token"])
