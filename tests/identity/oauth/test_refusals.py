"""What forgers, thieves and other sites' pages try at the provider, and that it gets them nothing."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from loopbank.access import Role
from tests.identity.authentication import PASSWORD
from tests.identity.oauth.browser import Page
from tests.identity.oauth.story import BYE, CALLBACK, ISSUER, App, Guest, ProviderStory
from tests.support.stories import a_signing_key

EVIL = "https://evil.example"
OWN_ROUTES = ("/api/auth/me", "/api/auth/sessions", "/api/v1/auth/totp", "/api/v1/auth/passkeys")


def text_of(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def parts_of(token: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def forgeries(token: str) -> dict[str, str]:
    """Tokens with an honest one's claims that an attacker could make, by the trick."""
    header, claims = parts_of(token)
    own, foreign = a_signing_key(), RSAKey.generate_key(2_048, auto_kid=False)
    public = {**foreign.as_dict(private=False), "kid": "foreign"}

    def signed(key: RSAKey, **changed: object) -> str:
        return jwt.encode({**header, **changed}, claims, key, algorithms=["RS256", "PS256"], registry=None)

    unsigned = f"{text_of({**header, 'alg': 'none'})}.{text_of(claims)}."
    return {
        "no signature": unsigned,
        "no signature, spelled otherwise": f"{text_of({**header, 'alg': 'nOnE'})}.{text_of(claims)}.",
        "a signature of another token": unsigned + token.rpartition(".")[2],
        "another key": signed(foreign),
        "another key by its address": signed(foreign, jku=f"{EVIL}/keys"),
        "another key within": signed(foreign, jwk=public),
        "another key by certificate": signed(foreign, x5u=f"{EVIL}/cert", x5c=["AAAA"]),
        "our key beside an address": signed(own, jku=f"{ISSUER}/.well-known/jwks.json"),
        "our key under another name": signed(own, kid="../../etc/passwd"),
        "our key without a name": jwt.encode({"alg": "RS256", "typ": header["typ"]}, claims, own, algorithms=["RS256"]),
        "our key, another algorithm": signed(own, alg="PS256"),
        "our key and what must be understood": f"{text_of({**header, 'crit': ['exp']})}.{text_of(claims)}.AAAA",
    }


async def test_no_forged_access_token_is_taken(provider: ProviderStory, app: App, guest: Guest) -> None:
    honest = (await guest.tokens(app))["access_token"]
    for trick, forged in forgeries(honest).items():
        assert (await app.userinfo(forged)).error == "invalid_token", trick
        assert (await app.post("/oauth/introspect", token=forged)).json == {"active": False}, trick
        await app.post("/oauth/revoke", token=forged)
    assert (await app.userinfo(honest)).status == 200, "nothing forged revokes what is honest"
    client = await provider.client()
    own = (await client.login(guest.name)).json["access_token"]
    for trick, forged in forgeries(own).items():
        assert (await client.sessions(forged)).status == 401, trick
    assert (await client.sessions(own)).status == 200


async def test_no_forged_id_token_is_a_hint(app: App, guest: Guest) -> None:
    honest = (await guest.tokens(app))["id_token"]
    for trick, forged in forgeries(honest).items():
        page = await guest.browser.open(app.authorize_url(prompt="none", id_token_hint=forged))
        assert page.parameters.get("error") == "invalid_request", trick
        page = await guest.browser.open(f"/oauth/logout?{urlencode({'id_token_hint': forged})}")
        assert page.status == 400, trick


async def test_a_token_opens_what_it_is_for_and_nothing_else(provider: ProviderStory, app: App, guest: Guest) -> None:
    tokens = await guest.tokens(app, scope="openid offline_access coins:read")
    client = await provider.client()
    for kind in ("access_token", "id_token", "refresh_token"):
        for path in OWN_ROUTES:
            assert (await client.send("GET", path, token=tokens[kind])).status == 401, (kind, path)
    for kind in ("id_token", "refresh_token"):
        assert (await app.userinfo(tokens[kind])).error == "invalid_token", kind
    own = (await client.login(guest.name)).json
    assert (await app.userinfo(own["access_token"])).error == "invalid_token"
    assert (await app.post("/oauth/introspect", token=own["access_token"])).json == {"active": False}
    assert (await app.refresh(own["refresh_token"])).error == "invalid_grant"
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"
    own_token = (await app.post("/oauth/token", grant_type="client_credentials")).json["access_token"]
    for path in OWN_ROUTES:
        assert (await client.send("GET", path, token=own_token)).status == 401


async def test_a_client_learns_nothing_of_anothers_tokens_and_ends_none(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    tokens = await guest.tokens(app, scope="openid offline_access")
    thief = await provider.app()
    for kind in ("access_token", "refresh_token"):
        assert (await thief.post("/oauth/introspect", token=tokens[kind])).json == {"active": False}
        assert (await thief.post("/oauth/revoke", token=tokens[kind])).status == 200
    assert (await thief.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await app.userinfo(tokens["access_token"])).status == 200
    assert (await app.refresh(tokens["refresh_token"])).status == 200


@pytest.mark.parametrize(
    "address",
    [
        f"{EVIL}/callback",
        f"{CALLBACK}/../evil",
        f"{CALLBACK}/",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#x",
        CALLBACK.upper(),
        "https://app.example:8443/callback",
        "https://app.example@evil.example/callback",
        "https://app.example.evil.example/callback",
        "https://app.example%2f@evil.example/callback",
        "//app.example/callback",
        "/oauth/device",
        "javascript:alert(1)",
        "http://app.example/callback",
        None,
    ],
)
async def test_an_answer_goes_to_no_address_that_was_not_registered(
    app: App, guest: Guest, address: str | None
) -> None:
    page = await guest.browser.open(app.authorize_url(redirect_uri=address))
    assert (page.status, page.url.startswith(f"{ISSUER}/oauth/authorize")) == (400, True)
    assert "location" not in page.headers


async def test_of_a_native_apps_address_the_port_alone_may_differ(provider: ProviderStory, guest: Guest) -> None:
    phone = await provider.app(isPublic=True, redirectUris=["http://127.0.0.1/callback", "http://[::1]:1/callback"])
    for address in ("http://127.0.0.1:50123/callback", "http://127.0.0.1/callback", "http://[::1]:9/callback"):
        assert (await guest.browser.open(phone.authorize_url(redirect_uri=address))).status == 200, address
    for address in (
        "http://127.0.0.1:50123/callback#",
        "http://127.0.0.1:50123/callback?",
        "http://127.0.0.1:50123/callback/../x",
        "http://127.0.0.1:50123/%63allback",
        "http://127.0.0.1:50123@evil.example/callback",
        "http://127.0.0.1:50123.evil.example/callback",
        "http://127.0.0.1:50123\\@evil.example/callback",
        "http://user@127.0.0.1:50123/callback",
        "http://localhost:50123/callback",
        "https://127.0.0.1:50123/callback",
        " http://127.0.0.1:50123/callback",
    ):
        assert (await guest.browser.open(phone.authorize_url(redirect_uri=address))).status == 400, address


@pytest.mark.parametrize(
    "then",
    [
        f"{EVIL}/",
        "//evil.example/",
        "/\\evil.example",
        "/oauth/authorize@evil.example",
        "/oauth/logout?x",
        "javascript:alert(1)",
        "/",
        "",
        "/oauth/authorize?x=1\r\nLocation: https://evil.example",
    ],
)
async def test_a_sign_in_goes_on_at_our_own_pages_only(guest: Guest, then: str) -> None:
    fields = {"then": then, "name": guest.name, "password": PASSWORD}
    page = await guest.browser.post("/oauth/sign-in", fields)
    assert page.status == 400
    assert "set-cookie" not in page.headers


async def _pages(app: App, guest: Guest) -> list[Page]:
    """Every kind of page that the provider shows."""
    shown = [await guest.browser.open(app.authorize_url())]
    shown.append(await guest.sign_in(shown[-1], password="wrong" + PASSWORD))
    shown.append(await guest.sign_in(shown[0]))
    await guest.agree(shown[-1])
    shown += [
        await guest.browser.open(path)
        for path in (
            "/oauth/authorize",
            "/oauth/device",
            "/oauth/logout",
            f"/oauth/logout?post_logout_redirect_uri={BYE}",
        )
    ]
    shown.append(await guest.browser.post("/oauth/device", {"user_code": "BBBB-BBBB"}))
    return shown


async def test_no_page_can_be_framed_scripted_or_read_by_another_site(app: App, guest: Guest) -> None:
    for page in await _pages(app, guest):
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, page.url
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in page.headers


async def test_no_script_of_another_site_reads_an_answer(app: App, guest: Guest) -> None:
    http = guest.browser.http
    for path in (app.authorize_url(), "/oauth/token", "/oauth/userinfo", "/api/auth/me", "/oauth/browser"):
        headers = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
        answers = [await http.options(path, headers=headers), await http.get(path, headers={"Origin": EVIL})]
        for answer in answers:
            assert not any(name.startswith("access-control-allow") for name in answer.headers), path


async def test_no_form_of_another_site_does_anything(provider: ProviderStory, app: App, guest: Guest) -> None:
    await guest.connect(app)
    another = await provider.app()
    consent = await guest.browser.open(another.authorize_url())
    device = (await app.post("/oauth/device_authorization", scope="openid")).json
    form = consent.forms[0]
    attacks = {
        "/oauth/sign-in": {"then": "/oauth/authorize?x", "name": guest.name, "password": PASSWORD},
        form.action: {**form.fields, "decision": "allow"},
        "/oauth/device": {"user_code": device["user_code"]},
        "/oauth/device/decision": {**form.fields, "user_code": device["user_code"], "decision": "allow"},
        "/oauth/logout/confirm": {"request": ""},
    }
    for path, fields in attacks.items():
        for origin in (EVIL, "null", "https://bank.example.evil.example", "https://bank.example:8443"):
            page = await guest.browser.post(path, fields, origin=origin)
            assert page.status == 403, (path, origin)
            assert "set-cookie" not in page.headers
    adopted = await guest.browser.http.post("/oauth/browser", headers={"Origin": EVIL})
    assert adopted.status_code in (401, 403)
    assert "code" in (await guest.browser.open(app.authorize_url(prompt="none"))).parameters, "still signed in"
    refused = await guest.browser.open(another.authorize_url(prompt="none"))
    assert refused.parameters["error"] == "consent_required"


async def test_a_person_agrees_for_themselves_only(provider: ProviderStory, app: App, guest: Guest) -> None:
    """Somebody else has signed in to the browser since the question was shown."""
    page = await guest.sign_in(await guest.browser.open(app.authorize_url()))
    other = await provider.guest()
    answer = await guest.browser.post(
        page.forms[0].action, {**page.forms[0].fields, "person": other.name, "decision": "allow"}
    )
    assert answer.status == 400


async def test_whoever_signs_in_to_somebodys_browser_ends_the_session_there(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    tokens = await guest.tokens(app, scope="openid offline_access")
    other = Guest((await provider.guest()).name, guest.browser)
    await other.sign_in(await other.browser.open(app.authorize_url(prompt="select_account")))
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"


async def test_a_program_that_another_can_pretend_to_be_asks_every_time(provider: ProviderStory, guest: Guest) -> None:
    native = "http://127.0.0.1/callback"
    phone = await provider.app(isPublic=True, redirectUris=[CALLBACK, native])
    await guest.connect(phone)
    assert "code" in (await guest.browser.open(phone.authorize_url(prompt="none"))).parameters
    address = "http://127.0.0.1:50123/callback"
    page = await guest.browser.open(phone.authorize_url(redirect_uri=address, prompt="none"))
    assert (page.url.startswith(address), page.parameters["error"]) == (True, "consent_required")
    page = await guest.agree(await guest.browser.open(phone.authorize_url(redirect_uri=address)))
    assert (await phone.redeem(page.parameters["code"], redirect_uri=address)).status == 200


@pytest.mark.parametrize(
    "registered",
    [
        {"redirectUris": ["http://app.example/callback"]},
        {"redirectUris": ["https://app.example/*"]},
        {"redirectUris": ["https://app.example/#x"]},
        {"redirectUris": ["https://user@app.example/"]},
        {"redirectUris": ["javascript:alert(1)"]},
        {"redirectUris": ["data:text/html,x"]},
        {"redirectUris": ["/callback"]},
        {"redirectUris": []},
        {"isPublic": True, "requirePkce": False},
        {"isPublic": True, "grantTypes": ["client_credentials"]},
        {"scopes": ["everything"]},
        {"grantTypes": ["implicit"]},
    ],
    ids=str,
)
async def test_no_client_is_registered_that_would_be_a_hole(
    provider: ProviderStory, registered: dict[str, object]
) -> None:
    developer, token = await provider.developer()
    body = {"name": "Hole", "redirectUris": [CALLBACK], "scopes": ["openid"], "grantTypes": ["authorization_code"]}
    answer = await developer.send("POST", "/api/developer/clients", body | registered, token=token)
    assert answer.status in (400, 422), answer.json


async def test_a_removed_person_is_out_of_every_app_at_once(provider: ProviderStory, app: App, guest: Guest) -> None:
    tokens = await guest.tokens(app, scope="openid offline_access")
    device = (await app.post("/oauth/device_authorization", scope="openid")).json
    await guest.agree(await guest.browser.post("/oauth/device", {"user_code": device["user_code"]}))
    code = (await guest.browser.open(app.authorize_url(prompt="none", scope="openid"))).parameters["code"]
    identity = provider.authentication.identity
    person_id = (await app.userinfo(tokens["access_token"])).json["sub"]
    new = identity.registration.check(f"Owner of {app.id[-8:]}", PASSWORD, role=Role.SUPERADMIN)
    owner = await identity.registration.register(new)
    await identity.administration.remove(person_id, actor_id=owner.id)
    assert (await app.userinfo(tokens["access_token"])).error == "invalid_token"
    assert (await app.post("/oauth/introspect", token=tokens["access_token"])).json == {"active": False}
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await app.redeem(code)).error == "invalid_grant"
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    got = await app.post("/oauth/token", grant_type=grant_type, device_code=device["device_code"])
    assert got.error == "invalid_grant"
    page = await guest.browser.open(app.authorize_url(prompt="none"))
    assert page.parameters["error"] == "login_required"
    revoked = [json.loads(fact) for fact in await provider.authentication.facts("grant.revoked")]
    assert app.id in [fact["client_id"] for fact in revoked]


@pytest.mark.parametrize("endpoint", ["token", "introspect", "revoke", "device_authorization"])
async def test_whoever_is_not_the_client_gets_nothing_at_any_endpoint(app: App, guest: Guest, endpoint: str) -> None:
    tokens = await guest.tokens(app)
    fields = {"grant_type": "client_credentials", "token": tokens["access_token"], "scope": "openid"}
    secret, app.secret = app.secret, "another secret"
    refused = await app.post(f"/oauth/{endpoint}", **fields)
    assert (refused.status, refused.error) == (401, "invalid_client")
    app.secret = None
    assert (await app.post(f"/oauth/{endpoint}", **fields)).error == "invalid_client", "a secret client has to show it"
    app.secret = secret
    assert (await app.userinfo(tokens["access_token"])).status == 200


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "code id_token", "none", "CODE"])
async def test_nothing_but_codes_is_given_out_in_addresses(app: App, guest: Guest, response_type: str) -> None:
    page = await guest.browser.open(app.authorize_url(response_type=response_type))
    assert (page.parameters["error"], page.parameters["iss"]) == ("unsupported_response_type", ISSUER)


async def test_a_client_asks_for_no_scope_that_it_is_not_registered_for(provider: ProviderStory, guest: Guest) -> None:
    app = await provider.app(scopes=["openid"])
    page = await guest.browser.open(app.authorize_url(scope="openid coins:spend"))
    assert page.parameters["error"] == "invalid_scope"
    asked = await app.post("/oauth/device_authorization", scope="openid coins:spend")
    assert asked.error == "invalid_scope"


async def test_an_app_stays_connected_for_thirty_days_however_often_it_refreshes(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    page = await guest.sign_in(await guest.browser.open(app.authorize_url(scope="openid offline_access")))
    assert "stay connected while you are away, for 30 days at most" in page.text
    assert "You can disconnect the app at any time in your profile." in page.text
    code = (await guest.agree(page)).parameters["code"]
    tokens = (await app.redeem(code)).json
    for _ in range(2):
        provider.clock.let_pass(14 * 86_400)
        tokens = (await app.refresh(tokens["refresh_token"])).json
    provider.clock.let_pass(2 * 86_400)
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"


async def test_whoever_has_an_app_for_codes_gives_one_on_the_pages_for_apps_too(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    client = await provider.client()
    token = (await client.login(guest.name)).json["access_token"]
    begun = await client.send("POST", "/api/v1/auth/totp", {"password": PASSWORD}, token=token)
    codes = pyotp.TOTP(begun.json["secret"])
    confirmed = {"code": codes.at(provider.clock.seconds)}
    assert (await client.send("POST", "/api/v1/auth/totp/confirm", confirmed, token=token)).status == 200
    provider.clock.let_pass(30)
    page = await guest.sign_in(await guest.browser.open(app.authorize_url()))
    assert "code" in page.forms[0].fields
    assert "set-cookie" not in page.headers
    wrong = await guest.browser.submit(page, code="nonsense")
    assert (wrong.status, "set-cookie" in wrong.headers) == (401, False)
    page = await guest.agree(await guest.browser.submit(wrong, code=codes.at(provider.clock.seconds)))
    claims = await app.claims((await app.redeem(page.parameters["code"])).json["id_token"])
    assert claims["amr"] == ["mfa"]
