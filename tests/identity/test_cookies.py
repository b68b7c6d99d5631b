"""Browsers carry their refresh token in a cookie that no script and no other site can use."""

from http.cookies import SimpleCookie

from loopbank.foundation.database import Database
from loopbank.identity.sessions import IDLE_SECONDS_MAX
from tests.access.signing import SettableClock
from tests.identity.authentication import Answer, Authentication, Client, running

COOKIE = {"X-Session-Transport": "cookie"}


def cookie_of(answer: Answer, name: str) -> dict[str, object]:
    given = SimpleCookie(answer.headers["set-cookie"])
    assert list(given) == [name]
    return {key: value for key, value in given[name].items() if value} | {"value": given[name].value}


async def browser_login(client: Client) -> Answer:
    await client.register("Runner")
    return await client.login("Runner", headers=COOKIE)


async def browser_refresh(client: Client, **headers: str) -> Answer:
    return await client.send("POST", "/api/v1/auth/refresh", {}, headers={**COOKIE, **headers})


async def test_a_browser_gets_its_refresh_token_as_a_cookie_only(client: Client) -> None:
    answer = await browser_login(client)
    assert "refresh_token" not in answer.json
    cookie = cookie_of(answer, "loopbank_refresh")
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "strict")
    assert cookie["max-age"] == str(IDLE_SECONDS_MAX)
    assert "secure" not in cookie
    assert "domain" not in cookie


async def test_over_https_the_cookie_is_bound_to_the_host(authentication: Authentication) -> None:
    async with authentication.client(base_url="https://bank.example") as client:
        cookie = cookie_of(await browser_login(client), "__Host-loopbank_refresh")
        assert (cookie["path"], cookie["secure"], cookie["httponly"]) == ("/", True, True)
        assert "domain" not in cookie
        assert (await browser_refresh(client)).status == 200


async def test_over_https_a_cookie_set_over_http_is_not_read(authentication: Authentication) -> None:
    async with authentication.client(base_url="https://bank.example") as client:
        answer = await browser_login(client)
        value = cookie_of(answer, "__Host-loopbank_refresh")["value"]
        client.http.cookies.clear()
        assert (await browser_refresh(client, Cookie=f"loopbank_refresh={value}")).code == "invalid_grant"


async def test_the_cookie_refreshes_and_rotates(client: Client) -> None:
    first = cookie_of(await browser_login(client), "loopbank_refresh")["value"]
    answer = await browser_refresh(client)
    assert answer.status == 200
    assert "refresh_token" not in answer.json
    assert cookie_of(answer, "loopbank_refresh")["value"] != first
    assert (await browser_refresh(client)).status == 200


async def test_a_refused_refresh_leaves_another_tabs_cookie_alone(client: Client) -> None:
    first = cookie_of(await browser_login(client), "loopbank_refresh")["value"]
    await browser_refresh(client)
    late = await client.send(
        "POST", "/api/v1/auth/refresh", {}, headers={**COOKIE, "Cookie": f"loopbank_refresh={first}"}
    )
    assert late.code == "invalid_grant"
    assert "set-cookie" not in late.headers
    assert (await browser_refresh(client)).status == 200


async def test_a_new_sign_in_ends_the_session_that_the_browser_had(client: Client) -> None:
    first = (await browser_login(client)).json["access_token"]
    elsewhere = (await client.login("Runner")).json["access_token"]
    assert (await client.login("Runner", "wrong", headers=COOKIE)).status == 401
    assert (await client.sessions(first)).status == 200
    second = (await client.login("Runner", headers=COOKIE)).json["access_token"]
    assert (await client.sessions(first)).code == "invalid_token"
    for token in (second, elsewhere):
        assert (await client.sessions(token)).status == 200
    assert (await browser_refresh(client)).status == 200


async def test_signing_out_erases_the_cookie(client: Client) -> None:
    login = await browser_login(client)
    answer = await client.send("POST", "/api/v1/auth/logout", {}, headers=COOKIE)
    assert answer.status == 200
    assert cookie_of(answer, "loopbank_refresh")["max-age"] == "0"
    assert not client.http.cookies
    assert (await client.sessions(login.json["access_token"])).code == "invalid_token"


async def test_without_the_header_the_cookie_is_worth_nothing(client: Client) -> None:
    await browser_login(client)
    for path in ("/api/v1/auth/refresh", "/api/v1/auth/logout"):
        assert (await client.send("POST", path, {})).status == 401
    assert (await browser_refresh(client)).status == 200


FOREIGN_ORIGINS = [
    "https://attacker.example",
    "null",
    "",
    "http://bank.example.attacker.example",
    "http://attacker.example/bank.example",
    "http://bank.example@attacker.example",
    "http://bank.example:8080",
    "bank.example",
    "http://[",
]


async def test_another_sites_page_cannot_use_the_session(client: Client) -> None:
    login = await browser_login(client)
    for origin in FOREIGN_ORIGINS:
        assert (await browser_refresh(client, Origin=origin)).code == "foreign_origin", origin
        out = await client.send("POST", "/api/v1/auth/logout", {}, headers={**COOKIE, "Origin": origin})
        assert (out.status, out.code) == (403, "foreign_origin"), origin
        entry = await client.login("Runner", headers={**COOKIE, "Origin": origin})
        assert entry.code == "foreign_origin", origin
    assert (await client.sessions(login.json["access_token"])).status == 200
    assert (await browser_refresh(client)).status == 200


async def test_the_banks_own_page_may(client: Client) -> None:
    await browser_login(client)
    for origin in ("http://bank.example", "https://bank.example", "http://BANK.example"):
        assert (await browser_refresh(client, Origin=origin)).status == 200, origin


async def test_the_public_address_is_the_banks_own_even_behind_a_proxy(
    database: Database, clock: SettableClock
) -> None:
    public = Authentication(database, clock, public_url="https://neobank.example")
    async with running(public), public.client(base_url="http://10.0.0.7:8080") as client:
        await browser_login(client)
        assert (await browser_refresh(client, Origin="https://neobank.example")).status == 200
        assert (await browser_refresh(client, Origin="https://other.example")).status == 403


async def test_no_answer_lets_another_origin_read_it(client: Client) -> None:
    answer = await client.send("GET", "/.well-known/jwks.json", headers={"Origin": "https://attacker.example"})
    assert "access-control-allow-origin" not in answer.headers
