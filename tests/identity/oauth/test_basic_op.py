"""The OpenID Foundation's modules for a Basic OP, one test each, named as the module is.

They are the list of `oidcc-basic-certification-test-plan`, with key rotation from the dynamic one. What a module checks
of the answer is checked here; the suite itself needs a network that tests do not have.
"""

import base64
import hashlib
import json

import pytest

from tests.identity.authentication import PASSWORD
from tests.identity.oauth.browser import Page
from tests.identity.oauth.story import ALL_SCOPES, CALLBACK, ISSUER, App, Guest, ProviderStory

WITHOUT_CHALLENGE = {"code_challenge": None, "code_challenge_method": None}


def is_sign_in(page: Page) -> bool:
    return page.status == 200 and bool(page.forms) and "password" in page.forms[0].fields


async def sign_in_again(provider: ProviderStory, app: App, guest: Guest, **asked: str) -> None:
    """Sign in, and two seconds later again because the app asks for it; the app learns the new time."""
    first = await app.claims((await guest.tokens(app))["id_token"])
    provider.clock.let_pass(2)
    page = await guest.browser.open(app.authorize_url(**asked))
    assert is_sign_in(page)
    page = await guest.sign_in(page)
    second = await app.claims((await app.redeem(page.parameters["code"])).json["id_token"])
    assert second["auth_time"] >= first["auth_time"] + 2
    assert second["sub"] == first["sub"]


async def test_oidcc_server(app: App, guest: Guest) -> None:
    """A whole sign-in, with an ID token that says what it must."""
    tokens = await guest.tokens(app)
    claims = await app.claims(tokens["id_token"])
    assert {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"} <= claims.keys()
    assert (claims["iss"], claims["aud"]) == (ISSUER, app.id)
    assert len(claims["sub"]) <= 255


async def test_oidcc_response_type_missing(app: App, guest: Guest) -> None:
    """Without a response type the app is told so."""
    page = await guest.browser.open(app.authorize_url(response_type=None))
    assert (page.url.startswith(CALLBACK), page.parameters["error"]) == (True, "invalid_request")


async def test_oidcc_userinfo_get(app: App, guest: Guest) -> None:
    """The userinfo endpoint answers GET with a token in the header."""
    tokens = await guest.tokens(app)
    told = await app.userinfo(tokens["access_token"])
    assert told.json["sub"] == (await app.claims(tokens["id_token"]))["sub"]


async def test_oidcc_userinfo_post_header(app: App, guest: Guest) -> None:
    """It answers POST with a token in the header."""
    token = (await guest.tokens(app))["access_token"]
    http = guest.browser.http
    response = await http.post("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["name"]) == (200, guest.name)


async def test_oidcc_userinfo_post_body(app: App, guest: Guest) -> None:
    """It answers POST with a token in the form."""
    token = (await guest.tokens(app))["access_token"]
    response = await guest.browser.http.post("/oauth/userinfo", data={"access_token": token})
    assert (response.status_code, response.json()["name"]) == (200, guest.name)


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(app: App, guest: Guest) -> None:
    """A request without a nonce succeeds, and its ID token has none."""
    tokens = await guest.tokens(app, nonce=None)
    assert "nonce" not in await app.claims(tokens["id_token"])


async def test_oidcc_scope_profile(app: App, guest: Guest) -> None:
    """The scope profile gives the name."""
    told = await app.userinfo((await guest.tokens(app, scope="openid profile"))["access_token"])
    assert told.json["name"] == guest.name


async def test_oidcc_scope_email(provider: ProviderStory, app: App) -> None:
    """The scope email gives the address, and whether its owner proved it."""
    identity = provider.authentication.identity
    email = f"{app.id[-8:]}@example.org"
    person = await identity.create_administrator(f"Owner {app.id[-8:]}", PASSWORD, email=email)
    guest = await provider.guest()
    guest.name = person.name
    told = await app.userinfo((await guest.tokens(app, scope="openid email"))["access_token"])
    assert told.json == {"sub": person.id, "email": email, "email_verified": True}
    claimed = await provider.guest()
    body = {"email": f"other-{email}", "password": PASSWORD, "fullName": "A Night Runner"}
    joined = await (await provider.client()).send("POST", "/api/auth/register", body)
    claimed.name = body["email"]
    told = await app.userinfo((await claimed.tokens(app, scope="openid email"))["access_token"])
    assert (told.json["sub"], told.json["email_verified"]) == (joined.json["user"]["id"], False)


@pytest.mark.parametrize("scope", ["address", "phone"])
async def test_oidcc_scope_address_and_scope_phone(app: App, guest: Guest, scope: str) -> None:
    """Scopes that we do not have are left out, and the sign-in goes on (two modules)."""
    tokens = await guest.tokens(app, scope=f"openid {scope}")
    assert tokens["scope"] == "openid"
    assert set((await app.userinfo(tokens["access_token"])).json) == {"sub"}


async def test_oidcc_scope_all(app: App, guest: Guest) -> None:
    """All scopes at once, those included that we do not have."""
    tokens = await guest.tokens(app, scope=" ".join([*ALL_SCOPES, "address", "phone"]), limit="5")
    assert tokens["scope"].split() == ALL_SCOPES


async def test_oidcc_ensure_other_scope_order_succeeds(app: App, guest: Guest) -> None:
    """The order of the scopes does not matter."""
    tokens = await guest.tokens(app, scope="profile openid")
    assert (tokens["scope"], "id_token" in tokens) == ("openid profile", True)


@pytest.mark.parametrize("display", ["page", "popup"])
async def test_oidcc_display_page_and_display_popup(app: App, guest: Guest, display: str) -> None:
    """The display that an app would like does no harm (two modules)."""
    page = await guest.connect(app, display=display)
    assert (await app.redeem(page.parameters["code"])).status == 200


async def test_oidcc_prompt_login(provider: ProviderStory, app: App, guest: Guest) -> None:
    """With prompt=login a person who is signed in signs in again, and the new time is told."""
    await sign_in_again(provider, app, guest, prompt="login")


async def test_oidcc_prompt_none_not_logged_in(app: App, guest: Guest) -> None:
    """With prompt=none nobody is asked: the app hears that somebody has to sign in."""
    page = await guest.browser.open(app.authorize_url(prompt="none"))
    assert page.url.startswith(CALLBACK)
    assert (page.parameters["error"], page.parameters["state"]) == ("login_required", "the-state")


async def test_oidcc_prompt_none_logged_in(app: App, guest: Guest) -> None:
    """With prompt=none whoever is signed in and has agreed goes through unseen."""
    first = await app.claims((await guest.tokens(app))["id_token"])
    page = await guest.browser.open(app.authorize_url(prompt="none"))
    second = await app.claims((await app.redeem(page.parameters["code"])).json["id_token"])
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


async def test_oidcc_prompt_none_without_consent(provider: ProviderStory, app: App, guest: Guest) -> None:
    """With prompt=none nobody agrees unseen (beside the list)."""
    await guest.connect(app)
    another = await provider.app()
    page = await guest.browser.open(another.authorize_url(prompt="none"))
    assert page.parameters["error"] == "consent_required"


async def test_oidcc_max_age_1(provider: ProviderStory, app: App, guest: Guest) -> None:
    """Whoever signed in longer ago than max_age signs in again."""
    await sign_in_again(provider, app, guest, max_age="1")


async def test_oidcc_max_age_10000(app: App, guest: Guest) -> None:
    """Whoever signed in a moment ago is not asked again."""
    first = await app.claims((await guest.tokens(app))["id_token"])
    page = await guest.browser.open(app.authorize_url(max_age="10000"))
    second = await app.claims((await app.redeem(page.parameters["code"])).json["id_token"])
    assert second["auth_time"] == first["auth_time"]


async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(app: App, guest: Guest) -> None:
    """A parameter that nobody knows does no harm."""
    page = await guest.connect(app, extra="foobar")
    assert (await app.redeem(page.parameters["code"])).status == 200


async def test_oidcc_id_token_hint(provider: ProviderStory, app: App, guest: Guest) -> None:
    """An ID token of whoever is signed in lets them through unseen; one of somebody else does not."""
    hint = (await guest.tokens(app))["id_token"]
    page = await guest.browser.open(app.authorize_url(prompt="none", id_token_hint=hint))
    assert "code" in page.parameters
    other = await provider.guest()
    await other.connect(app)
    page = await other.browser.open(app.authorize_url(prompt="none", id_token_hint=hint))
    assert page.parameters["error"] == "login_required"


async def test_oidcc_login_hint(app: App, guest: Guest) -> None:
    """The name that an app expects stands in the form."""
    page = await guest.browser.open(app.authorize_url(login_hint="somebody@example.org"))
    assert "somebody@example.org" in page.forms[0].fields.values()
    assert (await guest.sign_in(page)).status == 200


async def test_oidcc_ui_locales(app: App, guest: Guest) -> None:
    """The pages speak the language that the app asks for, as far as we do."""
    page = await guest.browser.open(app.authorize_url(ui_locales="se de"))
    assert "Anmelden" in page.text


async def test_oidcc_claims_locales(app: App, guest: Guest) -> None:
    """Languages for claims do no harm."""
    page = await guest.connect(app, claims_locales="se")
    assert (await app.redeem(page.parameters["code"])).status == 200


async def test_oidcc_ensure_request_with_acr_values_succeeds(app: App, guest: Guest) -> None:
    """Values for acr do no harm."""
    page = await guest.connect(app, acr_values="1 2")
    assert (await app.redeem(page.parameters["code"])).status == 200


async def test_oidcc_codereuse(app: App, guest: Guest) -> None:
    """A code is refused the second time."""
    code = (await guest.connect(app)).parameters["code"]
    assert (await app.redeem(code)).status == 200
    assert (await app.redeem(code)).error == "invalid_grant"


async def test_oidcc_codereuse_30seconds(provider: ProviderStory, app: App, guest: Guest) -> None:
    """It is refused half a minute later too, and what it gave has ended."""
    code = (await guest.connect(app)).parameters["code"]
    got = await app.redeem(code)
    provider.clock.let_pass(30)
    assert (await app.redeem(code)).error == "invalid_grant"
    assert (await app.userinfo(got.json["access_token"])).status == 401


async def test_oidcc_ensure_registered_redirect_uri(app: App, guest: Guest) -> None:
    """An address that the app did not register gets nothing: the person is told instead."""
    page = await guest.browser.open(app.authorize_url(redirect_uri=f"{CALLBACK}/x"))
    assert (page.status, page.url.startswith(f"{ISSUER}/oauth/authorize")) == (400, True)


async def test_oidcc_ensure_post_request_succeeds(app: App, guest: Guest) -> None:
    """A request that comes as a form is answered as one that comes as a link."""
    path, _, query = app.authorize_url().partition("?")
    fields = dict(pair.split("=") for pair in query.split("&"))
    fields = {"redirect_uri": CALLBACK, "scope": "openid"} | {
        name: value for name, value in fields.items() if name not in ("redirect_uri", "scope")
    }
    page = await guest.browser.post(path, fields, origin="https://app.example")
    page = await guest.agree(await guest.sign_in(page))
    assert (await app.redeem(page.parameters["code"])).status == 200


async def test_oidcc_server_client_secret_post(app: App, guest: Guest) -> None:
    """A client may prove itself in the form."""
    code = (await guest.connect(app)).parameters["code"]
    assert app.secret is not None
    fields = {"client_id": app.id, "client_secret": app.secret, "code": code, "grant_type": "authorization_code"}
    more = {"redirect_uri": CALLBACK, "code_verifier": "a-verifier-of-forty-three-letters-or-more-0123456789"}
    response = await guest.browser.http.post("/oauth/token", data=fields | more)
    assert (response.status_code, response.json()["token_type"]) == (200, "Bearer")


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    app: App, guest: Guest
) -> None:
    """A request object is refused as unsupported, whatever stands in it."""
    parts = ({"alg": "none"}, {"client_id": app.id, "redirect_uri": "https://evil.example"})
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    page = await guest.browser.open(app.authorize_url(request=f"{'.'.join(texts)}."))
    assert (page.url.startswith(CALLBACK), page.parameters["error"]) == (True, "request_not_supported")


async def test_oidcc_ensure_request_object_with_redirect_uri(app: App, guest: Guest) -> None:
    """A request object elsewhere is refused, and nobody fetches it."""
    page = await guest.browser.open(app.authorize_url(request_uri="https://app.example/request"))
    assert (page.url.startswith(CALLBACK), page.parameters["error"]) == (True, "request_uri_not_supported")


async def test_oidcc_claims_essential(provider: ProviderStory, app: App, guest: Guest) -> None:
    """A claim that is called essential does no harm; what we tell follows the scopes."""
    document = (await guest.browser.http.get("/.well-known/openid-configuration")).json()
    assert document["claims_parameter_supported"] is False
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})
    page = await guest.connect(app, claims=claims, scope="openid")
    token = (await app.redeem(page.parameters["code"])).json["access_token"]
    assert set((await app.userinfo(token)).json) == {"sub"}


async def test_oidcc_refresh_token(app: App, guest: Guest) -> None:
    """A refresh gives the same person, the same audience and a later time of issue."""
    tokens = await guest.tokens(app, scope="openid offline_access")
    again = (await app.refresh(tokens["refresh_token"])).json
    first, second = await app.claims(tokens["id_token"]), await app.claims(again["id_token"])
    kept = ("iss", "sub", "aud", "auth_time")
    assert [first[name] for name in kept] == [second[name] for name in kept]
    assert second["iat"] >= first["iat"]
    assert "nonce" not in second


async def test_oidcc_refresh_token_rotates_and_a_used_one_ends_the_family(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    """A used refresh token that comes back later ends what came from the same sign-in (beside the list)."""
    tokens = await guest.tokens(app, scope="openid offline_access")
    again = (await app.refresh(tokens["refresh_token"])).json
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await app.userinfo(again["access_token"])).status == 200
    provider.clock.let_pass(11)
    assert (await app.refresh(tokens["refresh_token"])).error == "invalid_grant"
    assert (await app.userinfo(again["access_token"])).status == 401
    assert (await app.refresh(again["refresh_token"])).error == "invalid_grant"


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(app: App, guest: Guest) -> None:
    """A challenge and its verifier succeed."""
    verifier = "x" * 128
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    page = await guest.connect(app, code_challenge=digest)
    assert (await app.redeem(page.parameters["code"], code_verifier=verifier)).status == 200


async def test_oidcc_ensure_request_with_invalid_pkce_fails(app: App, guest: Guest) -> None:
    """A challenge that is none, or another's verifier, fails (beside the list)."""
    page = await guest.browser.open(app.authorize_url(code_challenge="x"))
    assert page.parameters["error"] == "invalid_request"
    code = (await guest.connect(app)).parameters["code"]
    assert (await app.redeem(code, code_verifier="y" * 43)).error == "invalid_grant"


async def test_oidcc_client_without_pkce(provider: ProviderStory, guest: Guest) -> None:
    """A confidential client that was registered so needs no challenge, as the list's clients do not."""
    old = await provider.app(requirePkce=False)
    page = await guest.connect(old, **WITHOUT_CHALLENGE)
    assert (await old.redeem(page.parameters["code"], code_verifier=None)).status == 200


async def test_oidcc_discovery_endpoint_verification(guest: Guest) -> None:
    """The provider describes itself, with every endpoint under its own address."""
    document = (await guest.browser.http.get("/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    endpoints = {name: url for name, url in document.items() if name.endswith(("_endpoint", "_uri"))}
    assert all(url.startswith(f"{ISSUER}/") for url in endpoints.values())
    assert document["response_types_supported"] == ["code"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert document["subject_types_supported"] == ["public"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "openid" in document["scopes_supported"]
