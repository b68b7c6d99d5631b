"""What is true of every answer, and what clients may do only so often."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from tests.support.problems import assert_problem
from tests.support.stories import PASSWORD, BankStory, StoryPerson, opened_bank

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

PATHS = ["/health", "/api/v1/config", "/api/v1/account", "/api/v1/nothing", "/.well-known/jwks.json"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_an_id_and_is_no_page(bank: BankStory, path: str) -> None:
    answer = await bank.http.get(path)
    assert REQUEST_ID.fullmatch(answer.headers["x-request-id"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    again = await bank.http.get(path)
    assert again.headers["x-request-id"] != answer.headers["x-request-id"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_callers_own_request_id_comes_back(bank: BankStory, path: str) -> None:
    answer = await bank.http.get(path, headers={"X-Request-Id": "till-7.receipt_42"})
    assert answer.headers["x-request-id"] == "till-7.receipt_42"


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 65, b"a\x01", b"<script>", "schlüssel".encode(), b"a\xff"])
async def test_a_request_id_that_could_do_harm_is_replaced(bank: BankStory, given: bytes) -> None:
    answer = await bank.http.get("/api/v1/nothing", headers={b"X-Request-Id": given})
    assert REQUEST_ID.fullmatch(answer.headers["x-request-id"])
    assert_problem(answer, 404)


async def test_what_is_personal_is_not_kept_by_caches(runner: StoryPerson) -> None:
    for path in ("/api/v1/account", "/api/v1/account/transactions", "/api/v1/auth/sessions"):
        assert (await runner.http.get(path)).headers["cache-control"] == "no-store"


async def test_a_mistake_of_ours_is_a_problem_that_says_nothing_about_us(
    bank: BankStory, runner: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("loopbank.bank.service.Bank.account", fail)
    answer = await runner.http.get("/api/v1/account")
    assert_problem(answer, 500, code="internal_error")
    assert "secret" not in answer.text


# ---------------------------------------------------------------- how often


async def assert_limited_after(count: int, answers: list[httpx.Response], *, window_seconds: int) -> None:
    allowed, refused = answers[:count], answers[count:]
    assert refused, "the test must go past the limit"
    assert all(answer.status_code != 429 for answer in allowed)
    for answer in refused:
        assert_problem(answer, 429, code="rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= window_seconds


async def test_five_people_register_from_one_address_in_an_hour(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, RATE_LIMITS="true") as bank:
        answers = [
            await bank.http.post(
                "/api/v1/auth/register", json={"character_name": f"runner {number}", "password": PASSWORD}
            )
            for number in range(7)
        ]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    await assert_limited_after(5, answers, window_seconds=3600)


async def test_ten_sign_ins_are_tried_from_one_address_in_a_minute(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, RATE_LIMITS="true") as bank:
        runner = await bank.joined("runner")
        body = {"character_name": runner.name, "password": PASSWORD}
        answers = [await bank.http.post("/api/v1/auth/login", json=body) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    await assert_limited_after(10, answers, window_seconds=60)


async def test_thirty_transfers_are_made_by_one_person_in_a_minute(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, RATE_LIMITS="true") as bank:
        runner, fixer = await bank.person("runner"), await bank.person("fixer")
        answers = list(await asyncio.gather(*(runner.pay(fixer, 1) for _ in range(33))))
        assert [answer.status_code for answer in answers].count(201) == 30
        await assert_limited_after(30, answers, window_seconds=60)
        assert await fixer.balance() == 1030
        assert (await fixer.pay(runner, 1)).status_code == 201, "the limit is each person's own"
        tablet = await bank.sign_in(runner.person)
        assert_problem(await tablet.pay(fixer, 1), 429)


async def test_an_installation_chooses_how_many_transfers(sqlite_database_url: str, tmp_path: Path) -> None:
    chosen = {"RATE_LIMITS": "true", "TRANSFERS_PER_MINUTE": "2"}
    async with opened_bank(sqlite_database_url, tmp_path, **chosen) as bank:
        runner, fixer = await bank.person("runner"), await bank.person("fixer")
        answers = [await runner.pay(fixer, 1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


async def test_sixty_cards_are_looked_at_in_a_minute(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, RATE_LIMITS="true") as bank:
        runner = await bank.person("runner")
        answers = [await runner.http.get(f"/api/v1/accounts/{runner.account}") for _ in range(62)]
    await assert_limited_after(60, answers, window_seconds=60)


async def test_without_limits_nobody_is_counted(runner: StoryPerson, fixer: StoryPerson) -> None:
    answers = await asyncio.gather(*(runner.pay(fixer, 1) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {201}
