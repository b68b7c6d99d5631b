"""Signing in with an account elsewhere: it is known by issuer and subject, and an address alone opens nothing."""

import asyncio
import json

import httpx
import pytest

from loopbank.access import Role
from loopbank.foundation.database import Database
from loopbank.identity.errors import OutsideUnavailable
from loopbank.identity.google.provider import Attempt, OutsideClient, OutsideProvider
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import latest
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Authentication, running
from tests.identity.google.story import COOKIE, GOOGLE, Arrived, OutsideStory, Traveller, state_of
from tests.support.openid_provider import CLIENT_ID, Lies

REFUSED = "outside_sign_in_refused"


@pytest.fixture
async def traveller(platform: OutsideStory) -> Traveller:
    return await platform.traveller()


async def test_somebody_new_gets_an_account_whose_address_is_proven(
    platform: OutsideStory, traveller: Traveller
) -> None:
    user = (await traveller.join())["user"]
    assert (user["email"], user["fullName"], user["isVerified"]) == (traveller.email, "A Runner", True)
    facts = [json.loads(fact) for fact in await platform.authentication.facts("user.registered")]
    assert "A Runner" in [fact["character_name"] for fact in facts]
    again = await platform.traveller(**traveller.account)
    assert (await again.join())["user"]["id"] == user["id"]


async def test_the_account_is_known_by_its_subject_and_not_by_its_address(
    platform: OutsideStory, traveller: Traveller
) -> None:
    user = (await traveller.join())["user"]
    moved = await platform.traveller(sub=traveller.account["sub"])
    assert (await moved.join())["user"]["id"] == user["id"]
    heir = await platform.traveller(email=traveller.email)
    assert (await heir.travel()).refusal == "outside_link_needed"


async def test_a_new_account_has_no_password_until_its_owner_chooses_one(
    platform: OutsideStory, traveller: Traveller
) -> None:
    token = (await traveller.join())["token"]
    for guess in (PASSWORD, "{none}", " "):
        body = {"email": traveller.email, "password": guess}
        assert (await traveller.client.send("POST", "/api/auth/login", body)).code == "wrong_credentials"
        assert (await traveller.change_link("unlink", token, guess)).code == "wrong_password"
    await traveller.client.send("POST", "/api/auth/forgot-password", {"email": traveller.email})
    secret = (await latest(platform.authentication, traveller.email, "reset_password")).secret
    body = {"token": secret, "newPassword": PASSWORD}
    assert (await traveller.client.send("POST", "/api/auth/reset-password", body)).status == 200
    login = await traveller.client.send("POST", "/api/auth/login", {"email": traveller.email, "password": PASSWORD})
    assert (await traveller.change_link("unlink", login.json["token"])).status == 200


@pytest.mark.parametrize("told", [{"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}])
async def test_an_address_that_the_provider_does_not_vouch_for_opens_no_account(
    platform: OutsideStory, told: dict[str, object]
) -> None:
    nobody = await platform.traveller(**told)
    assert (await nobody.travel()).refusal == "outside_address_not_verified"


@pytest.mark.parametrize("email", [None, 5, "no address", "r\u00fcnner@example.org", "a@b", "x\x00@example.org"])
async def test_what_is_no_address_opens_no_account(platform: OutsideStory, email: object) -> None:
    nobody = await platform.traveller(email=email)
    assert (await nobody.travel()).refusal == "outside_address_not_verified"


@pytest.mark.parametrize("name", ["", "admin", "a@b", "\x00", None, 5])
async def test_a_name_that_we_do_not_take_is_replaced_and_tells_no_address(
    platform: OutsideStory, name: object
) -> None:
    somebody = await platform.traveller(name=name)
    assert (await somebody.join())["user"]["fullName"] == "New user"


async def test_an_address_with_an_account_here_is_linked_only_by_who_knows_its_password(
    platform: OutsideStory, traveller: Traveller
) -> None:
    token = await traveller.register()
    secret = (await latest(platform.authentication, traveller.email, "confirm_address")).secret
    assert (await traveller.client.send("POST", "/api/auth/verify-email", {"token": secret})).status == 200
    assert (await traveller.travel()).refusal == "outside_link_needed"
    assert await traveller.linked(token) == []
    assert (await traveller.change_link("link", token, "a wrong password")).code == "wrong_password"
    assert await traveller.link(token) == Arrived(303, "/security#linked")
    assert await traveller.linked(token) == [traveller.email]
    assert (await latest(platform.authentication, traveller.email, "security_changed")).address == traveller.email
    other = await platform.traveller(**traveller.account)
    me = await traveller.client.send("GET", "/api/auth/me", token=token)
    assert (await other.join())["user"]["id"] == me.json["user"]["id"]
    assert (await traveller.change_link("unlink", token, "a wrong password")).code == "wrong_password"
    assert (await traveller.change_link("unlink", token)).status == 200
    assert (await traveller.change_link("unlink", token)).code == "outside_account_not_found"
    assert (await other.travel()).refusal == "outside_link_needed"


async def test_who_has_an_app_is_asked_for_its_code(platform: OutsideStory, traveller: Traveller) -> None:
    app = await traveller.protect()
    send = traveller.client.send
    arrived = await traveller.travel()
    assert arrived.location.startswith("/sign-in#challenge=")
    assert (await send("POST", "/api/auth/refresh", headers=COOKIE)).code == "invalid_grant"
    body = {"challenge": arrived.location.partition("=")[2], "code": app.at(platform.clock.seconds)}
    assert (await send("POST", "/api/auth/login/totp", body)).status == 200


async def test_a_new_password_ends_what_the_old_one_began(platform: OutsideStory, traveller: Traveller) -> None:
    token = await traveller.register()
    thief = await platform.traveller()
    begun = await thief.change_link("link", token)
    back = await thief.sign_in_there(begun.json["authorizationUrl"])
    body = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    changed = await traveller.client.send("POST", "/api/auth/change-password", body, token=token)
    assert (await thief.come_back(back)).refusal == REFUSED
    assert await traveller.linked(changed.json["token"]) == []


async def test_an_account_elsewhere_belongs_to_one_person_here(platform: OutsideStory, traveller: Traveller) -> None:
    await traveller.join()
    thief = await platform.traveller()
    token = await thief.register()
    thief.account = traveller.account
    assert (await thief.link(token)).refusal == "outside_account_taken"
    assert await thief.linked(token) == []


async def test_who_merely_claimed_the_address_loses_it(platform: OutsideStory, traveller: Traveller) -> None:
    claimed = await traveller.register()
    owner = await platform.traveller(**traveller.account)
    assert (await owner.join())["user"]["isVerified"] is True
    assert (await traveller.client.send("GET", "/api/auth/me", token=claimed)).code == "invalid_token"


async def test_whoever_was_shut_out_stays_out(platform: OutsideStory, traveller: Traveller) -> None:
    user = (await traveller.join())["user"]
    registration = platform.authentication.identity.registration
    new = registration.check(f"owner {user['id'][:8]}", PASSWORD, role=Role.SUPERADMIN)
    game_master = await registration.register(new)
    await platform.authentication.identity.administration.deactivate(user["id"], actor_id=game_master.id)
    assert (await traveller.travel()).refusal == REFUSED


@pytest.mark.parametrize(
    "lies",
    [
        Lies({"nonce": "another"}),
        Lies({"nonce": None}),
        Lies({"aud": "another.apps.example"}),
        Lies({"aud": None}),
        Lies({"aud": ["another.apps.example"]}),
        Lies({"aud": [CLIENT_ID, "another.apps.example"]}),
        Lies({"azp": "another.apps.example"}),
        Lies({"iss": "https://evil.example"}),
        Lies({"iss": None}),
        Lies({"exp": 1}),
        Lies({"exp": None}),
        Lies({"iat": 99_999_999_999}),
        Lies({"iat": None}),
        Lies({"sub": None}),
        Lies({"sub": ""}),
        Lies({"sub": "a\x00b"}),
        Lies({"sub": "x" * 256}),
        Lies({"sub": 5}),
        Lies(algorithm="none"),
        Lies(algorithm="HS256"),
        Lies(algorithm="PS256"),
        Lies(is_signed_by_another=True),
        Lies(answers={"/token": (400, '{"error": "invalid_grant"}')}),
        Lies(answers={"/token": (200, '{"access_token": "x"}')}),
        Lies(answers={"/token": (200, '{"id_token": 5}')}),
        Lies(answers={"/token": (200, '{"id_token": "a.b.c"}')}),
        Lies(answers={"/keys": (200, '{"keys": []}')}),
        Lies(answers={"/keys": (200, '{"keys": 5}')}),
        Lies(answers={"/keys": (200, '{"keys": [5]}')}),
        Lies(answers={"/keys": (200, "{}")}),
        Lies(answers={"/keys": (200, '{"keys": [{"kty": "RSA", "kid": "own"}]}')}),
    ],
    ids=str,
)
async def test_a_token_that_was_not_made_for_this_sign_in_is_refused(platform: OutsideStory, lies: Lies) -> None:
    somebody = await platform.traveller()
    platform.provider.lies = lies
    assert (await somebody.travel()).refusal == REFUSED


@pytest.mark.parametrize(
    "claims", [{"aud": [CLIENT_ID]}, {"azp": CLIENT_ID}, {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}], ids=str
)
async def test_a_token_for_us_is_taken_however_it_says_so(platform: OutsideStory, claims: dict[str, object]) -> None:
    platform.provider.lies = Lies(claims)
    assert (await (await platform.traveller()).travel()) == Arrived(303, "/")


@pytest.mark.parametrize(
    "answer",
    [
        (500, "{}"),
        (200, "no json"),
        (200, "[]"),
        (200, "[" * 50_000),
        (200, '{"id_token": "' + "x" * 200_000 + '"}'),
        (302, "http://127.0.0.1:9/"),
    ],
    ids=lambda answer: f"{answer[0]} {answer[1][:20]}",
)
async def test_a_provider_that_does_not_answer_is_told_of(platform: OutsideStory, answer: tuple[int, str]) -> None:
    somebody = await platform.traveller()
    platform.provider.lies = Lies(answers={"/token": answer})
    assert (await somebody.travel()).refusal == "outside_unavailable"


@pytest.mark.parametrize("issuer", ["https://evil.example", "", None])
async def test_a_provider_that_calls_itself_otherwise_is_none(platform: OutsideStory, issuer: str | None) -> None:
    told = {
        name: f"{platform.provider.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    document = json.dumps({**told, "issuer": issuer})
    platform.provider.lies = Lies(answers={"/.well-known/openid-configuration": (200, document)})
    client = OutsideClient(platform.provider.issuer, CLIENT_ID, "secret", "https://bank.example/back")
    provider = OutsideProvider(platform.network, client, platform.clock)
    with pytest.raises(OutsideUnavailable):
        await provider.authorization_url(Attempt("state", "nonce", "verifier"))


async def test_a_state_is_good_once(platform: OutsideStory, traveller: Traveller) -> None:
    departed = await traveller.depart()
    cookies = httpx.Cookies(traveller.client.http.cookies)
    back = await traveller.sign_in_there(departed)
    assert await traveller.come_back(back) == Arrived(303, "/")
    assert (await traveller.come_back(back)).refusal == REFUSED
    traveller.client.http.cookies = cookies
    assert (await traveller.come_back(await traveller.sign_in_there(departed))).refusal == REFUSED


async def test_of_many_who_come_back_with_one_state_one_is_let_in(platform: OutsideStory, traveller: Traveller) -> None:
    departed = await traveller.depart()
    backs = [await traveller.sign_in_there(departed) for _ in range(10)]
    arrived = await asyncio.gather(*(traveller.come_back(back) for back in backs))
    assert sorted(one.location == "/" for one in arrived) == [False] * 9 + [True]


async def test_another_browsers_state_opens_nothing(platform: OutsideStory, traveller: Traveller) -> None:
    back = await traveller.sign_in_there(await traveller.depart())
    victim = await platform.traveller()
    assert (await victim.come_back(back)).refusal == REFUSED
    own = await victim.depart()
    assert state_of(own) != state_of(back)
    assert (await victim.come_back(back)).refusal == REFUSED
    # What the stranger tried has not spent it for the browser that left with it.
    assert await traveller.come_back(back) == Arrived(303, "/")


async def test_a_state_ends_after_ten_minutes(platform: OutsideStory, traveller: Traveller) -> None:
    back = await traveller.sign_in_there(await traveller.depart())
    platform.clock.let_pass(600)
    assert (await traveller.come_back(back)).refusal == REFUSED


async def test_who_says_no_at_the_provider_comes_back_as_nobody(platform: OutsideStory, traveller: Traveller) -> None:
    state = state_of(await traveller.depart())
    arrived = await traveller.come_back(f"{GOOGLE}/callback?error=access_denied&state={state}")
    assert arrived.refusal == REFUSED
    answer = await traveller.client.send("POST", "/api/auth/refresh", headers=COOKIE)
    assert answer.code == "invalid_grant"


async def test_the_cookie_of_the_journey_is_bound_to_the_host_and_says_nothing(traveller: Traveller) -> None:
    response = await traveller.client.http.get(GOOGLE)
    (cookie,) = response.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-loopbank_journey=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=600"} <= attributes
    assert state_of(response.headers["location"]) not in cookie
    back = await traveller.sign_in_there(response.headers["location"])
    erased = await traveller.client.http.get(back)
    assert any(
        part.startswith("__Host-loopbank_journey=") and "Max-Age=0" in part
        for part in erased.headers.get_list("set-cookie")
    )


THEN = "/go-on?to=%2Foauth%2Fauthorize%3Fclient_id%3Dx"
KEPT = "/sign-in?continue=%2Fgo-on%3Fto%3D%252Foauth%252Fauthorize%253Fclient_id%253Dx"


async def test_people_go_on_where_they_wanted_to_go(platform: OutsideStory, traveller: Traveller) -> None:
    assert await traveller.travel(await traveller.depart(THEN)) == Arrived(303, THEN)
    state = state_of(await traveller.depart(THEN))
    refused = await traveller.come_back(f"{GOOGLE}/callback?error=access_denied&state={state}")
    assert refused.location == f"{KEPT}#refused={REFUSED}"
    await (protected := await platform.traveller()).protect()
    asked = await protected.travel(await protected.depart(THEN))
    assert asked.location.startswith(f"{KEPT}#challenge=")


async def test_who_signs_in_anew_in_a_browser_ends_the_session_it_had(
    platform: OutsideStory, traveller: Traveller
) -> None:
    before = await traveller.join()
    assert await traveller.travel() == Arrived(303, "/")
    send = traveller.client.send
    assert (await send("GET", "/api/auth/me", token=before["token"])).code == "invalid_token"
    again = await traveller.tokens()
    assert (await send("GET", "/api/auth/me", token=again["token"])).status == 200


@pytest.mark.parametrize(
    "then",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/" + "a" * 2_000],
)
async def test_nobody_goes_on_outside(traveller: Traveller, then: str) -> None:
    answer = await traveller.client.http.get(GOOGLE, params={"continue": then})
    assert (answer.status_code, "location" in answer.headers, "set-cookie" in answer.headers) == (400, False, False)


async def test_a_link_of_another_site_signs_nobody_in(traveller: Traveller) -> None:
    for site in ("cross-site", "same-site"):
        assert await traveller.depart(THEN, **{"Sec-Fetch-Site": site}) == KEPT
        assert await traveller.depart(**{"Sec-Fetch-Site": site}) == "/sign-in"
    assert "__Host-loopbank_journey" not in traveller.client.http.cookies
    for site in ("same-origin", "none"):
        assert "code_challenge=" in await traveller.depart(**{"Sec-Fetch-Site": site})


async def test_where_no_client_is_set_nobody_leaves(database: Database, clock: SettableClock) -> None:
    async with running(Authentication(database, clock)) as bank, bank.client() as client:
        token = (await client.join("Runner"))["access_token"]
        assert (await client.send("GET", f"{GOOGLE}/offer")).json == {"isOffered": False}
        for answer in (
            await client.send("GET", GOOGLE),
            await client.send("GET", f"{GOOGLE}/callback"),
            await client.send("GET", f"{GOOGLE}/account", token=token),
        ):
            assert (answer.status, answer.code) == (404, "outside_sign_in_not_offered")
