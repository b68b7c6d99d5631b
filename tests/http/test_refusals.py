"""Who is let in: one table of all routes, and what each answers to whoever may not pass."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopbank.access import Role
from loopbank.identity.keys import new_signing_key
from tests.http.route_table import INTERNAL, KEYED, PERSONAL, PUBLIC, ROUTES, STAFF, TESTED_ELSEWHERE, Route
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank

ENDLESS = {"/api/v1/stream", "/api/stream"}
"""Answers that do not end by themselves; they have tests of their own."""

REVOKED_SECONDS_MAX = 8
"""The promise is five seconds; the rest is for a busy machine."""


@pytest.fixture(scope="module")
async def bank(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[BankStory]:
    """A bank of the platform with all that can be set up, so that every route of the contract does its work."""
    choices = {"PROFILE": "platform", "PUBLIC_URL": "https://bank.test", "GOOGLE_CLIENT_ID": "bank"}
    async with opened_bank(module_database_url, tmp_path_factory.mktemp("data"), **choices) as opened:
        yield opened


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def unsigned(claims: dict[str, object]) -> str:
    def part(document: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims)}."


def claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def bad_tokens(person: StoryPerson, bank: BankStory) -> dict[str, str]:
    """Give what a request may bear instead of a person's access token."""
    head, body, signature = person.token.split(".")
    return {
        "nothing after the scheme": "Bearer ",
        "no scheme": person.token,
        "another scheme": f"Basic {person.token}",
        "nonsense": "Bearer nonsense",
        "dots": "Bearer ...",
        "no signature": f"Bearer {head}.{body}.",
        "another signature": f"Bearer {head}.{body}.{signature[::-1]}",
        "no algorithm": f"Bearer {unsigned(claims_of(person.token))}",
        "another body": f"Bearer {head}.{body[:-4]}AAAA.{signature}",
        "very long": f"Bearer {'a' * 50_000}",
        "a service's token": bank.service_headers()["Authorization"],
        "control characters": "Bearer \x01\x02",
    }


async def test_the_table_knows_every_route_of_the_contract(bank: BankStory) -> None:
    contract = (await bank.http.get("/openapi.json")).json()
    known = {(route.method, route.path.partition("?")[0]) for route in ROUTES}
    for path, operations in contract["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in operations:
            called = f"{method.upper()} {path}"
            is_known = any(method.upper() == one and pattern.fullmatch(other) for one, other in known)
            assert is_known or called in TESTED_ELSEWHERE, f"{called} is in no table"


@pytest.mark.parametrize("route", PERSONAL + INTERNAL + KEYED, ids=name)
async def test_nobody_passes_without_a_token(bank: BankStory, route: Route) -> None:
    before = await bank.journal()
    refused = await route.call(bank.http)
    assert_problem(refused, 401)
    assert refused.headers["www-authenticate"] == "Bearer"
    assert await bank.journal() == before


@pytest.mark.parametrize("route", PERSONAL, ids=name)
async def test_nobody_passes_with_a_token_that_is_none(bank: BankStory, runner: StoryPerson, route: Route) -> None:
    before = await bank.journal()
    for kind, bad in bad_tokens(runner, bank).items():
        refused = await bank.http.request(
            route.method, route.path, json=route.body, headers={b"Authorization": bad.encode()}
        )
        assert refused.status_code == 401, (kind, refused.text)
        assert_problem(refused, 401, code="invalid_token")
    assert await bank.journal() == before


@pytest.mark.parametrize("route", INTERNAL, ids=name)
async def test_internal_routes_let_only_the_banks_own_services_pass(
    bank: BankStory, runner: StoryPerson, route: Route
) -> None:
    before = await bank.journal()
    others = bad_tokens(runner, bank)
    own = others.pop("a service's token")
    wrong = [*others.values(), f"Bearer {runner.token}", own.removeprefix("Bearer "), f"Basic {own.partition(' ')[2]}"]
    for bad in wrong:
        refused = await bank.http.request(
            route.method, route.path, json=route.body, headers={b"Authorization": bad.encode()}
        )
        assert_problem(refused, 401, code="invalid_service_token")
    assert await bank.journal() == before
    assert (await route.call(bank.http, Authorization=own)).status_code in (200, 404)


@pytest.mark.parametrize("route", PUBLIC, ids=name)
async def test_whoever_comes_may_read_what_is_public(bank: BankStory, route: Route) -> None:
    assert (await route.call(bank.http)).status_code == 200
    assert (await route.call(bank.http, Authorization="Bearer nonsense")).status_code == 200


@pytest.mark.parametrize("route", KEYED, ids=name)
async def test_a_key_that_is_none_opens_nothing(bank: BankStory, runner: StoryPerson, route: Route) -> None:
    before = await bank.journal()
    for bad in ("nonsense", "lb_live_" + "0" * 38, runner.token, "", "lb_live_\xe9"):
        headers = [(b"X-API-Key", bad.encode("latin-1")), (b"Authorization", f"Bearer {runner.token}".encode())]
        refused = await bank.http.request(route.method, route.path, json=route.body, headers=headers)
        assert_problem(refused, 401, code="invalid_api_key")
    assert await bank.journal() == before


@pytest.mark.parametrize("route", STAFF, ids=name)
async def test_staff_routes_let_only_staff_pass(bank: BankStory, runner: StoryPerson, route: Route) -> None:
    before = await bank.journal()
    assert_problem(await route.call(runner.http), 403, code="role_too_low")
    assert await bank.journal() == before


@pytest.mark.parametrize(
    "route", [route for route in PERSONAL if route.needs == "person" and route.path not in ENDLESS], ids=name
)
async def test_a_signed_in_person_is_not_told_to_sign_in(runner: StoryPerson, route: Route) -> None:
    answer = await route.call(runner.http)
    if "password" in (route.body or {}) or route.path in ("/api/v1/account/password", "/api/auth/change-password"):
        assert_problem(answer, 401, code="wrong_password")
    else:
        # Some of the table's bodies name what is not there, or ask for what nobody may have yet.
        assert answer.status_code in (200, 400, 404) or "role" not in answer.json()["code"]


async def test_no_address_makes_a_database_look_for_a_nul(bank: BankStory) -> None:
    """PostgreSQL knows no text with a NUL, so a route that passed one on would fail there."""
    staff = await bank.person("the office", role=Role.SUPERADMIN)
    contract = (await bank.http.get("/openapi.json")).json()
    for path, operations in contract["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for route in PERSONAL:
            operation = operations.get(route.method.lower())
            if operation is None or path in ENDLESS or not pattern.fullmatch(route.path.partition("?")[0]):
                continue
            given = operation.get("parameters", ())
            addresses = [f"{route.path}?{one['name']}=a%00b" for one in given if one["in"] == "query"]
            addresses += [re.sub(r"\{\w+\}", "a%00b", path)] if "{" in path else []
            for address in addresses:
                answer = await staff.http.request(route.method, address, json=route.body)
                assert answer.status_code < 500, f"{route.method} {address}"


async def test_a_session_that_ended_opens_nothing_within_seconds(bank: BankStory, runner: StoryPerson) -> None:
    await runner.http.post("/api/v1/auth/logout")
    for _ in range(REVOKED_SECONDS_MAX * 10):
        if (await runner.http.get("/api/v1/account")).status_code != 200:
            break
        await asyncio.sleep(0.1)
    for route in PERSONAL:
        assert_problem(await route.call(runner.http), 401, code="invalid_token")


async def test_a_token_of_another_installation_opens_nothing(
    bank: BankStory, sqlite_database_url: str, tmp_path: Path
) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, new_signing_key) as other:
        stranger = await other.person("stranger")
    http = bank.client(stranger.token)
    assert_problem(await http.get("/api/v1/account"), 401, code="invalid_token")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path != "/openapi.json"], ids=name)
async def test_another_method_is_refused(bank: BankStory, runner: StoryPerson, route: Route) -> None:
    answer = await runner.http.request("BREW", route.path, json={})
    assert_problem(answer, 405, code="method_not_allowed")
    answered = {one.method for one in ROUTES if one.path == route.path}
    assert set(answer.headers["allow"].split(", ")) <= {*answered, "HEAD"}
