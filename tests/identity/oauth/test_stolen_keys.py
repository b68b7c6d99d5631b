"""What is left of all sign-ins once stolen signing keys are withdrawn: nothing that a thief could hold."""

from contextlib import AsyncExitStack

import pytest

from loopbank.foundation.database import Database
from loopbank.identity.keys import new_signing_key
from tests.access.signing import SettableClock
from tests.identity.authentication import OTHER_PASSWORD, Authentication, running
from tests.identity.oauth.story import ISSUER, ProviderStory


async def test_stolen_keys_end_every_sign_in_and_all_that_came_of_one(
    database: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    authentication = Authentication(database, clock, public_url=ISSUER)
    identity = authentication.identity
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(authentication))
        provider = ProviderStory(authentication, stack)
        app, guest, client = await provider.app(), await provider.guest(), await provider.client()
        apps = await guest.tokens(app, scope="openid offline_access")
        own = (await client.login(guest.name)).json
        person_id = (await app.userinfo(apps["access_token"])).json["sub"]
        async with database.transaction() as tx:
            slip = await identity.accounts.recovery.write_slip(tx, person_id)
        monkeypatch.setattr(identity.keys, "_new_key", new_signing_key)
        await identity.withdraw_keys()

        assert (await client.refresh(own["refresh_token"])).code == "invalid_grant"
        assert (await app.refresh(apps["refresh_token"])).error == "invalid_grant"
        page = await guest.browser.open(app.authorize_url(prompt="none"))
        assert page.parameters["error"] == "login_required"
        body = {"slip": slip, "new_password": OTHER_PASSWORD}
        assert (await client.send("POST", "/api/v1/auth/reset-password", body)).code == "link_not_valid"
        clock.let_pass(31)
        assert (await client.sessions(own["access_token"])).code == "invalid_token"
        assert (await app.userinfo(apps["access_token"])).error == "invalid_token"
        anew = (await client.login(guest.name)).json
        assert (await client.sessions(anew["access_token"])).status == 200
