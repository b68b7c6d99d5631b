"""Whatever is sent gets a clear 4xx, and nothing of it is written."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from loopbank.identity.tables import person, session
from tests.identity.authentication import PASSWORD, Authentication, Client

POSTS = ["/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/setup"]

NAMES: list[Any] = [
    "run\x00ner",
    "run\nner\x1b[31m",
    "\u202eretsam emag",
    "a\u2066b",
    "x" * 101,
    "x" * 10_000,
    "",
    None,
    7,
    True,
    ["Runner"],
    {"$ne": ""},
    "'; DROP TABLE person; --@",
]

BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b"\xff\xfe",
    b'{"character_name": "\\ud800", "password": "chrome-rain-4417", "token": "x"}',
    b'{"character_name": "Runner", "password": "\\udfff-rain-4417", "token": "x"}',
    b'{"character_name": "Runner", "password": NaN, "token": "x"}',
    b'{"character_name": 1e999, "password": 1' + b"0" * 5_000 + b', "token": "x"}',
    b"[" * 30_000,
    b'{"character_name": "Runner", "password": "' + b"x" * 257 + b'", "token": "x"}',
    b'{"character_name": "Runner", "password": "' + b"x" * 70_000 + b'", "token": "x"}',
]


Count = Callable[[], Awaitable[tuple[int, int]]]


@pytest.fixture
async def counted(authentication: Authentication) -> Count:
    """Gives how many people and sessions there are."""

    async def count() -> tuple[int, int]:
        async with authentication.database.reading() as tx:
            people = await tx.value(select(func.count()).select_from(person))
            sessions = await tx.value(select(func.count()).select_from(session))
        return people, sessions

    return count


def assert_is_a_clear_refusal(response: httpx.Response) -> None:
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = json.loads(response.text)
    assert problem["status"] == response.status_code
    assert problem["error"] == problem["message"] == problem["detail"]
    assert PASSWORD not in response.text


@pytest.mark.parametrize("path", POSTS)
async def test_hostile_names_are_refused(client: Client, counted: Count, path: str) -> None:
    for name in NAMES:
        body = {"character_name": name, "password": PASSWORD, "token": "A" * 43}
        response = await client.http.post(path, json=body)
        assert_is_a_clear_refusal(response)
    assert await counted() == (0, 0)


@pytest.mark.parametrize("path", POSTS)
async def test_bodies_that_are_none_are_refused(client: Client, counted: Count, path: str) -> None:
    for body in BODIES:
        response = await client.http.post(path, content=body, headers={"Content-Type": "application/json"})
        assert_is_a_clear_refusal(response)
    assert await counted() == (0, 0)


async def test_other_kinds_of_bodies_are_refused(client: Client) -> None:
    for path in POSTS:
        response = await client.http.post(path, data={"character_name": "Runner", "password": PASSWORD})
        assert_is_a_clear_refusal(response)
        assert response.status_code == 415


async def test_hostile_tokens_and_passwords_of_signed_in_people_are_refused(client: Client, counted: Count) -> None:
    token = (await client.join("Runner"))["access_token"]
    before = await counted()
    for value in ("", None, 7, "x" * 257, "x" * 10_000, ["x"]):
        body = {"current_password": value, "new_password": PASSWORD}
        response = await client.http.put(
            "/api/v1/account/password", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert_is_a_clear_refusal(response)
    for value in ("\x00", "x" * 10_000, 7, ["x"]):
        for path in ("/api/v1/auth/refresh", "/api/v1/auth/logout"):
            assert_is_a_clear_refusal(await client.http.post(path, json={"refresh_token": value}))
    for value in ("\xff\xfe", "x" * 10_000, '"', "a;b=c"):
        headers = [(b"cookie", b"loopbank_refresh=" + value.encode("latin-1")), (b"x-session-transport", b"cookie")]
        assert_is_a_clear_refusal(await client.http.post("/api/v1/auth/refresh", headers=headers))
    assert await counted() == before


async def test_hostile_headers_of_a_sign_in_are_stored_as_harmless_words(client: Client) -> None:
    await client.register("Runner")
    for agent in ("\x01\x02<script>", "A" * 5_000, "\xff\xfe", ""):
        headers = [(b"user-agent", agent.encode("latin-1"))]
        response = await client.http.post(
            "/api/v1/auth/login", json={"character_name": "Runner", "password": PASSWORD}, headers=headers
        )
        assert response.status_code == 200
    token = (await client.login("Runner")).json["access_token"]
    shown = (await client.sessions(token)).json["sessions"]
    for one in shown:
        assert len(one["device"]) <= 40
        assert one["device"].isprintable()
        assert "<" not in one["device"]


async def test_unknown_fields_are_ignored_on_the_old_routes_and_refused_on_new_ones(client: Client) -> None:
    assert (await client.register("Runner", role="SUPERADMIN", is_admin=True)).json["user"]["role"] == "USER"
    body = {"token": "x", "character_name": "Game Master", "password": PASSWORD, "role": "SUPERADMIN"}
    answer = await client.send("POST", "/api/v1/auth/setup", body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "role")


async def test_reading_changes_nothing(client: Client) -> None:
    for path in (*POSTS, "/api/v1/auth/refresh", "/api/v1/auth/logout"):
        assert (await client.send("GET", path)).status == 405, path
