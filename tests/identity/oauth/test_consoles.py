"""The developers' console of clients, and the apps that a person is connected to."""

from typing import Any

import pytest

from loopbank.access import InvalidToken, Role
from tests.identity.authentication import PASSWORD, Answer, Client
from tests.identity.oauth.story import BYE, CALLBACK, App, Guest, ProviderStory
from tests.identity.oauth.test_refusals import parts_of
from tests.identity.test_other_services import bearing

CLIENTS = "/api/developer/clients"
APPS = "/api/auth/connected-apps"


async def console(client: Client, token: str, method: str = "GET", path: str = "", body: object = None) -> Answer:
    return await client.send(method, f"{CLIENTS}{path}", body, token=token)


def terms(**changed: Any) -> dict[str, Any]:
    given = {
        "name": "Course platform",
        "redirectUris": [CALLBACK],
        "postLogoutRedirectUris": [BYE],
        "scopes": ["openid", "profile"],
        "grantTypes": ["authorization_code"],
    }
    return given | changed


async def test_whoever_disconnects_from_an_app_ends_its_tokens(provider: ProviderStory, app: App, guest: Guest) -> None:
    tokens = await guest.tokens(app, scope="openid offline_access coins:spend", limit="12.50")
    client = await provider.client()
    token = (await client.login(guest.name)).json["access_token"]
    (shown,) = (await client.send("GET", APPS, token=token)).json["apps"]
    assert (shown["name"], shown["spendLimit"]) == ("Course platform", 12.5)
    stranger = await provider.guest()
    other = (await client.login(stranger.name)).json["access_token"]
    assert (await client.send("DELETE", f"{APPS}/{shown['id']}", token=other)).code == "connection_not_found"
    assert (await app.userinfo(tokens["access_token"])).status == 200
    assert (await client.send("DELETE", f"{APPS}/{shown['id']}", token=token)).status == 200
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await client.send("DELETE", f"{APPS}/{shown['id']}", token=token)).code == "connection_not_found"
    page = await guest.browser.open(app.authorize_url(prompt="none"))
    assert page.parameters["error"] == "consent_required", "and the app asks again"


async def test_a_developer_registers_changes_and_deletes_a_client(provider: ProviderStory, guest: Guest) -> None:
    client, token = await provider.developer()
    made = (await console(client, token, "POST", body=terms())).json["client"]
    assert made["clientSecret"].startswith("lbs_")
    (listed,) = (await console(client, token)).json["clients"]
    assert "clientSecret" not in listed
    changed = await console(client, token, "PUT", f"/{made['id']}", terms(name="Another name"))
    assert changed.json["client"]["name"] == "Another name"
    app = App(provider, (await provider.client()).http, made)
    tokens = await guest.tokens(app)
    assert (await console(client, token, "DELETE", f"/{made['id']}")).status == 200
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"
    assert (await app.post("/oauth/token", grant_type="authorization_code", code="x")).error == "invalid_client"
    assert (await guest.browser.open(app.authorize_url())).status == 400
    assert (await console(client, token, "DELETE", f"/{made['id']}")).code == "client_not_found"


async def test_an_old_secret_opens_nothing(provider: ProviderStory) -> None:
    client, token = await provider.developer()
    body = terms(grantTypes=["client_credentials"], redirectUris=[])
    made = (await console(client, token, "POST", body=body)).json["client"]
    old = App(provider, (await provider.client()).http, made)
    renewed = (await console(client, token, "POST", f"/{made['id']}/secret")).json["client"]
    new = App(provider, (await provider.client()).http, renewed)
    assert (await old.post("/oauth/token", grant_type="client_credentials")).error == "invalid_client"
    assert (await new.post("/oauth/token", grant_type="client_credentials")).status == 200
    public = (await console(client, token, "POST", body=terms(isPublic=True))).json["client"]
    assert public["clientSecret"] is None
    assert (await console(client, token, "POST", f"/{public['id']}/secret")).code == "client_has_no_secret"


async def test_a_client_is_its_developers_and_the_administrators(provider: ProviderStory) -> None:
    owner, owners_token = await provider.developer()
    made = (await console(owner, owners_token, "POST", body=terms())).json["client"]
    stranger, token = await provider.developer()
    for method, path, body in (
        ("PUT", "", terms(redirectUris=["https://evil.example/callback"])),
        ("POST", "/secret", None),
        ("DELETE", "", None),
    ):
        assert (await console(stranger, token, method, f"/{made['id']}{path}", body)).code == "client_not_found"
    assert made["id"] not in str((await console(stranger, token)).json)
    admin, admins_token = await provider.developer(role=Role.ADMIN)
    assert made["id"] in str((await console(admin, admins_token)).json)
    assert (await console(admin, admins_token, "DELETE", f"/{made['id']}")).status == 200


async def test_who_is_no_developer_registers_nothing(provider: ProviderStory, guest: Guest) -> None:
    client = await provider.client()
    token = (await client.login(guest.name)).json["access_token"]
    assert (await console(client, token)).status == 403
    assert (await console(client, token, "POST", body=terms())).status == 403


@pytest.mark.parametrize("act", ["shut out", "demoted", "removed"])
async def test_a_client_works_only_while_its_developer_may_have_one(
    provider: ProviderStory, guest: Guest, act: str
) -> None:
    developer, token = await provider.developer()
    body = terms(scopes=["openid", "offline_access"], grantTypes=["authorization_code", "refresh_token"])
    made = (await console(developer, token, "POST", body=body)).json["client"]
    app = App(provider, (await provider.client()).http, made)
    tokens = await guest.tokens(app, scope="openid offline_access")
    guard, revocations = provider.authentication.coin_service_guard()
    owner = parts_of(token)[1]["sub"]
    identity = provider.authentication.identity
    new = identity.registration.check(f"Owner of {app.id[-8:]}", PASSWORD, role=Role.SUPERADMIN)
    chief = (await identity.registration.register(new)).id
    administration = identity.administration

    if act == "demoted":
        await administration.change_role(owner, Role.USER, actor_id=chief)
    else:
        await (administration.deactivate if act == "shut out" else administration.remove)(owner, actor_id=chief)
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        await guard.person_or_partner(bearing(tokens["access_token"]))
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_client"
    assert (await guest.browser.open(app.authorize_url(scope="openid"))).status == 400
    admin, admins_token = await provider.developer(role=Role.ADMIN)
    if act == "removed":
        assert app.id not in str((await console(admin, admins_token)).json)
        return
    (listed,) = [one for one in (await console(admin, admins_token)).json["clients"] if one["id"] == app.id]
    assert listed["isResting"] is True

    if act == "demoted":
        await administration.change_role(owner, Role.DEVELOPER, actor_id=chief)
    else:
        await administration.restore(owner, actor_id=chief)
    await revocations.refresh()
    await guard.person_or_partner(bearing(tokens["access_token"]))
    assert (await app.refresh(tokens["refresh_token"])).status == 200
    (listed,) = [one for one in (await console(admin, admins_token)).json["clients"] if one["id"] == app.id]
    assert listed["isResting"] is False
    page = await guest.browser.open(app.authorize_url(scope="openid", prompt="none"))
    assert "code" in page.parameters
