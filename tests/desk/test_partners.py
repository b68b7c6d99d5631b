"""Partners with a person's grant: they spend up to what the person gave, once per key, and open nothing else."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

import httpx
from joserfc import jwt

from loopbank.access import PARTNER_AUDIENCE, token_issuer
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, system_clock
from tests.support.desks import DeskStory, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson


async def partner(bank: BankStory, person: StoryPerson, **claims: object) -> httpx.AsyncClient:
    """Sign a partner's token as the Authentication Service does, and give a client that bears it."""
    signing = await bank._identity.keys.signing_key()
    now = system_clock() // MICROSECONDS_PER_SECOND
    told: Mapping[str, object] = {
        "iss": token_issuer(bank.settings.public_url),
        "aud": PARTNER_AUDIENCE,
        "sub": person.person.id,
        "sid": person.session_id,
        "name": person.name,
        "client_id": "shop",
        "grant_id": uuid4().hex,
        "family": uuid4().hex,
        "scope": "coins:read coins:spend",
        "spend_limit": 100_00,
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        **claims,
    }
    header = {"alg": "RS256", "typ": "at+jwt", "kid": signing.id}
    return bank.client(jwt.encode(header, dict(told), signing.key, algorithms=["RS256"]))


async def pay(http: httpx.AsyncClient, receiver: StoryPerson, amount: float, **headers: str) -> tuple[int, str]:
    body = {"toUserId": receiver.person.id, "amount": amount}
    answer = await http.post("/api/coins/transfer", json=body, headers=headers)
    return answer.status_code, answer.json().get("code", "")


async def test_a_partner_spends_up_to_the_grant_and_no_further_however_fast(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await partner(bank, runner)
    answers = await asyncio.gather(*(pay(shop, fixer, 30) for _ in range(8)))
    assert sorted(answers) == [(201, "")] * 3 + [(403, "spend_limit_reached")] * 5
    headers = fresh_key()
    assert [await pay(shop, fixer, 10, **headers) for _ in range(2)] == [(201, "")] * 2
    assert await pay(shop, fixer, 0.01) == (403, "spend_limit_reached")
    assert (await runner.balance(), await fixer.balance()) == (900, 1100)
    assert (await shop.get("/api/coins/balance")).json()["balance"] == 900
    await assert_books_add_up(desk)


async def test_two_tokens_of_one_grant_share_its_limit(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    grant = uuid4().hex
    first, second = await partner(bank, runner, grant_id=grant), await partner(bank, runner, grant_id=grant)
    assert await pay(first, fixer, 60) == (201, "")
    assert await pay(second, fixer, 60) == (403, "spend_limit_reached")
    assert await pay(second, fixer, 40) == (201, "")


async def test_a_partner_spends_for_nobody_else_and_opens_nothing_else(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await partner(bank, runner)
    before = await bank.journal()
    body = {"fromUserId": fixer.person.id, "toUserId": runner.person.id, "amount": 1}
    assert_problem(await shop.post("/api/coins/transfer", json=body), 403, code="account_not_allowed")
    for method, path in (
        ("GET", "/api/v1/account"),
        ("GET", "/api/v1/auth/sessions"),
        ("POST", "/api/v1/transactions"),
        ("GET", "/api/admin/supply"),
        ("GET", "/api/developer/api-keys"),
    ):
        answer = await shop.request(method, path, json={} if method == "POST" else None)
        assert_problem(answer, 401, code="invalid_token")
    assert await bank.journal() == before


async def test_a_scope_that_was_not_granted_opens_nothing(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    reader = await partner(bank, runner, scope="coins:read", spend_limit=0)
    assert (await reader.get("/api/wallets/me")).status_code == 200
    assert await pay(reader, fixer, 1) == (403, "scope_missing")
    spender = await partner(bank, runner, scope="coins:spend")
    assert_problem(await spender.get("/api/coins/history"), 403, code="scope_missing")


async def test_a_grant_to_spend_without_a_limit_is_none(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    for limit in (None, 0, -1, 1.5, "100", True, 10**15):
        assert await pay(await partner(bank, runner, spend_limit=limit), fixer, 1) == (401, "invalid_token")


async def test_a_partner_holds_and_captures_within_the_grant(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await partner(bank, runner)
    body = {"toUserId": fixer.person.id, "amount": 80}
    hold = (await shop.post("/api/coins/holds", json=body)).json()["hold"]["id"]
    assert_problem(await shop.post("/api/coins/holds", json={**body, "amount": 21}), 403, code="spend_limit_reached")
    assert (await shop.post(f"/api/coins/holds/{hold}/capture", json={"amount": 50})).status_code == 201
    assert (await shop.post(f"/api/coins/holds/{hold}/release")).status_code == 200
    assert (await runner.balance(), await fixer.balance()) == (950, 1050)
