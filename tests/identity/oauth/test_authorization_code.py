"""The code flow: what a person agrees to is what the app gets, once, and only the app that asked for it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.identity.oauth.story import ALL_GRANTS, CALLBACK, ISSUER, App, Guest, ProviderStory

WITHOUT_CHALLENGE = {"code_challenge": None, "code_challenge_method": None}


async def test_a_person_signs_in_to_an_app(provider: ProviderStory, app: App, guest: Guest) -> None:
    page = await guest.browser.open(app.authorize_url())
    assert (page.status, "Course platform" in page.text) == (200, True)
    page = await guest.sign_in(page)
    assert "recognise you again" in page.text
    page = await guest.agree(page)
    assert page.url.startswith(f"{CALLBACK}?")
    assert (page.status, page.parameters["state"], page.parameters["iss"]) == (303, "the-state", ISSUER)
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


async def test_consent_is_asked_once_and_again_for_more(app: App, guest: Guest) -> None:
    await guest.connect(app)
    again = await guest.browser.open(app.authorize_url(scope="openid"))
    assert again.url.startswith(CALLBACK)
    more = await guest.browser.open(app.authorize_url(scope="openid email"))
    assert "see your e-mail address" in more.text
    assert (await guest.agree(more)).url.startswith(CALLBACK)
    assert (await guest.browser.open(app.authorize_url(scope="openid profile email"))).url.startswith(CALLBACK)


async def test_a_person_says_no(app: App, guest: Guest) -> None:
    page = await guest.sign_in(await guest.browser.open(app.authorize_url()))
    page = await guest.browser.submit(page, decision="deny")
    assert (page.parameters["error"], page.parameters["state"]) == ("access_denied", "the-state")
    assert "code" not in page.parameters
    page = await guest.browser.open(app.authorize_url())
    assert "recognise you again" in page.text


async def test_a_code_works_once_and_again_ends_what_it_gave(app: App, guest: Guest) -> None:
    page = await guest.connect(app, scope="openid offline_access")
    first = await app.redeem(page.parameters["code"])
    assert first.status == 200
    again = await app.redeem(page.parameters["code"])
    assert (again.status, again.error) == (400, "invalid_grant")
    assert (await app.userinfo(first.json["access_token"])).error == "invalid_token"
    assert (await app.refresh(first.json["refresh_token"])).error == "invalid_grant"
    assert (await guest.browser.open(app.authorize_url(scope="openid"))).url.startswith(CALLBACK)


async def test_a_code_is_worth_nothing_after_a_minute(provider: ProviderStory, app: App, guest: Guest) -> None:
    page = await guest.connect(app)
    provider.clock.let_pass(60)
    assert (await app.redeem(page.parameters["code"])).error == "invalid_grant"


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "another-verifier-of-forty-three-letters-or-more"},
        {"code_verifier": None},
        {"code_verifier": "short"},
        {"redirect_uri": "https://app.example/elsewhere"},
        {"code": "invented"},
    ],
)
async def test_whoever_did_not_ask_for_a_code_gets_nothing(
    app: App, guest: Guest, changed: dict[str, str | None]
) -> None:
    code = (await guest.connect(app)).parameters["code"]
    fields = {"code": code, "redirect_uri": CALLBACK, **changed}
    refused = await app.post("/oauth/token", grant_type="authorization_code", **fields)
    if "code_verifier" not in changed:
        refused = await app.redeem(**{"code": code, **changed})  # type: ignore[arg-type]  # a code is always there
    assert (refused.status, refused.error) == (400, "invalid_grant")
    assert (await app.redeem(code)).status == 200


async def test_another_client_cannot_use_a_code(provider: ProviderStory, app: App, guest: Guest) -> None:
    code = (await guest.connect(app)).parameters["code"]
    stranger = await provider.app()
    assert (await stranger.redeem(code)).error == "invalid_grant"
    assert (await app.redeem(code)).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        WITHOUT_CHALLENGE,
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "too-short"},
        {"code_challenge": None},
    ],
)
async def test_a_challenge_is_required_and_plain_ones_are_refused(
    app: App, guest: Guest, changed: dict[str, str | None]
) -> None:
    page = await guest.browser.open(app.authorize_url(**changed))
    assert page.parameters["error"] == "invalid_request"


async def test_a_client_can_be_registered_without_challenges(provider: ProviderStory, guest: Guest) -> None:
    old = await provider.app(requirePkce=False)
    page = await guest.connect(old, **WITHOUT_CHALLENGE)
    code = page.parameters["code"]
    assert (await old.redeem(code, code_verifier=None, redirect_uri=None)).error == "invalid_grant"
    # A verifier for a code without a challenge is an attacker's downgrade.
    assert (await old.redeem(code)).error == "invalid_grant"
    assert (await old.redeem(code, code_verifier=None)).status == 200


async def test_a_public_client_proves_itself_by_its_challenge(provider: ProviderStory, guest: Guest) -> None:
    phone = await provider.app(isPublic=True)
    tokens = await guest.tokens(phone, scope="openid offline_access")
    assert (await phone.refresh(tokens["refresh_token"])).status == 200


async def test_json_and_the_alias_work_as_a_form_does(app: App, guest: Guest) -> None:
    code = (await guest.connect(app)).parameters["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.id,
        "client_secret": app.secret,
        "redirect_uri": CALLBACK,
        "code_verifier": "a-verifier-of-forty-three-letters-or-more-0123456789",
    }
    response = await guest.browser.http.post("/api/oauth/token", json=body)
    assert (response.status_code, response.json()["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "coins:spend"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "client_secret": "twice"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "another"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_assertion": "e30.e30."}, 401, "invalid_client"),
    ],
)
async def test_a_token_request_that_does_not_fit_is_refused(
    app: App, fields: dict[str, str | None], status: int, error: str
) -> None:
    refused = await app.post("/oauth/token", **fields)
    assert (refused.status, refused.error) == (status, error)


async def test_a_parameter_that_stands_twice_is_refused(app: App, guest: Guest) -> None:
    page = await guest.browser.open(app.authorize_url() + "&scope=openid")
    assert (page.status, page.url.startswith(ISSUER)) == (400, True)
    body = f"grant_type=client_credentials&grant_type=client_credentials&client_id={app.id}&client_secret={app.secret}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await guest.browser.http.post("/oauth/token", content=body, headers=headers)
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"grant_type": 1}', "application/json", 400),
        (b"grant_type=\xff", "application/x-www-form-urlencoded", 400),
        (b"grant_type=%ff", "application/x-www-form-urlencoded", 400),
        (b"grant_type=a%00b", "application/x-www-form-urlencoded", 400),
        (b"<a/>", "text/xml", 415),
        (b"a" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(guest: Guest, body: bytes, kind: str, status: int) -> None:
    response = await guest.browser.http.post("/oauth/token", content=body, headers={"Content-Type": kind})
    assert response.status_code == status


@pytest.mark.parametrize(
    "authorization", ["Basic", "Basic !!", "Basic bm9jb2xvbg==", "Bearer x", "Basic JTpmZg==", "Basic YQBiOmM="]
)
async def test_a_client_without_proof_is_nobody(app: App, guest: Guest, authorization: str) -> None:
    data = {"grant_type": "client_credentials"}
    http = guest.browser.http
    response = await http.post("/oauth/token", data=data, headers={"Authorization": authorization})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic")
    for proof in ({"client_id": app.id}, {"client_id": app.id, "client_secret": "wrong"}, {"client_id": "nobody"}, {}):
        response = await http.post("/oauth/token", data={**data, **proof})
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_a_client_gets_tokens_only_in_its_registered_ways(provider: ProviderStory) -> None:
    limited = await provider.app(grantTypes=["authorization_code"], scopes=["openid"])
    for grant_type in ALL_GRANTS[1:]:
        refused = await limited.post("/oauth/token", grant_type=grant_type)
        assert refused.error == "unauthorized_client"
    refused = await limited.post("/oauth/device_authorization", scope="openid")
    assert refused.error == "unauthorized_client"


async def test_a_clients_own_token_opens_nothing_of_the_bank(app: App) -> None:
    got = await app.post("/oauth/token", grant_type="client_credentials")
    assert (got.status, got.json["scope"]) == (200, "")
    assert (await app.userinfo(got.json["access_token"])).error == "invalid_token"
    shown = await app.post("/oauth/introspect", token=got.json["access_token"])
    assert (shown.json["active"], shown.json["sub"], shown.json["aud"]) == (True, app.id, app.id)


async def test_whoever_signs_in_by_the_web_app_comes_back_to_the_app(
    provider: ProviderStory, app: App, guest: Guest
) -> None:
    page = await guest.browser.open(app.authorize_url(max_age="60"))
    assert [link.partition("?")[0] for link in page.links] == ["/go-on", "/register"]
    (then,) = parse_qs(urlsplit(page.links[0]).query)["to"]
    assert then == app.authorize_url(max_age="60")
    token = (await (await provider.client()).login(guest.name)).json["access_token"]
    adopted = await guest.browser.http.post("/oauth/browser", headers={"Authorization": f"Bearer {token}"})
    assert adopted.status_code == 200
    page = await guest.agree(await guest.browser.open(then))
    assert (await app.redeem(page.parameters["code"])).status == 200
    for prompt in ("login", "select_account"):
        anew = await guest.browser.open(app.authorize_url(prompt=prompt))
        assert [link for link in anew.links if "/go-on" in link] == [], "there nobody signs in anew"
    page = await guest.browser.post("/oauth/sign-in", {"then": then, "elsewhere": "//evil.example"})
    assert page.status == 400
