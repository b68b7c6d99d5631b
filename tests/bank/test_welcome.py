"""The first time the bank hears of a person: one account, one welcome bonus, whatever happens at once or breaks."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from loopbank.bank.holders import Holders
from tests.support.stories import WELCOME_BONUS, BankStory, opened_bank
from tests.support.streams import StreamReader

HEARINGS = 20


class PowerCut(Exception):
    """The process ends here."""


async def hear(bank: BankStory, person_id: str, name: str = "runner") -> httpx.Response:
    body = {"person_id": person_id, "display_name": name, "faction": "Netrunners"}
    return await bank.http.post("/internal/holders", json=body, headers=bank.service_headers())


async def assert_welcomed_once(bank: BankStory, person_id: str) -> None:
    view = await bank.http.get(f"/internal/holders/{person_id}", headers=bank.service_headers())
    assert view.json()["balance"] == WELCOME_BONUS
    assert await bank.posting_count(f"welcome:{person_id}") == 1
    assert sum((await bank.journal()).balances) == 0


async def test_a_hearing_opens_the_account_and_answers_with_it(bank: BankStory) -> None:
    person_id = str(uuid4())
    before = await bank.journal()
    answer = await hear(bank, person_id)
    assert answer.status_code == 200
    view = answer.json()
    assert view.pop("account_number").startswith("NC-")
    assert view == {
        "faction": "Netrunners",
        "profile_picture": "",
        "free_spins": 0,
        "balance": 1000,
        "available": 1000,
        "held": 0,
    }
    after = await bank.journal()
    assert (after.accounts - before.accounts, after.postings - before.postings) == (1, 1)


async def test_the_bank_mints_what_it_gives(bank: BankStory) -> None:
    """Its own account neither grows nor shrinks, and the supply grows by the bonus."""
    before = await bank.journal()
    await hear(bank, str(uuid4()))
    after = await bank.journal()
    issuance, bank_account = before.balances[:2]
    assert after.balances[:2] == (issuance - WELCOME_BONUS * 100, bank_account)


async def test_parallel_hearings_of_one_person_welcome_them_once(bank: BankStory) -> None:
    person_id = str(uuid4())
    before = await bank.journal()
    answers = await asyncio.gather(*(hear(bank, person_id) for _ in range(HEARINGS)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["account_number"] for answer in answers}) == 1
    await assert_welcomed_once(bank, person_id)
    assert (await bank.journal()).accounts == before.accounts + 1


async def test_parallel_first_requests_of_one_person_welcome_them_once(bank: BankStory) -> None:
    http = bank.client(await bank.stranger_token("runner"))
    answers = await asyncio.gather(*(http.get("/api/v1/account") for _ in range(HEARINGS)))
    accounts = {answer.json()["account"]["account_number"] for answer in answers}
    assert len(accounts) == 1
    page = (await http.get("/api/v1/account/transactions")).json()
    assert [transaction["amount"] for transaction in page["transactions"]] == [WELCOME_BONUS]


async def test_replicas_that_hear_of_one_person_at_once_welcome_them_once(database_url: str, tmp_path: Path) -> None:
    person_id = str(uuid4())
    async with opened_bank(database_url, tmp_path) as one, opened_bank(database_url, tmp_path) as other:
        answers = await asyncio.gather(*(hear(replica, person_id) for replica in [one, other] * (HEARINGS // 2)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["account_number"] for answer in answers}) == 1
        await assert_welcomed_once(one, person_id)


async def test_many_people_at_once_each_get_their_own(bank: BankStory) -> None:
    people = [str(uuid4()) for _ in range(HEARINGS)]
    answers = await asyncio.gather(*(hear(bank, person_id) for person_id in people))
    assert len({answer.json()["account_number"] for answer in answers}) == HEARINGS
    for person_id in people:
        await assert_welcomed_once(bank, person_id)


@pytest.fixture
async def half_welcomed(bank: BankStory, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the token of somebody whose account was opened when the power went, before the bonus."""
    token = await bank.stranger_token("runner")

    async def fail(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr(Holders, "_welcome", fail)
        answer = await bank.client(token).get("/api/v1/account")
        assert answer.status_code == 500
    return token


@pytest.mark.parametrize(
    "path", ["/api/v1/account", "/api/v1/account/transactions", "/api/v1/account/transactions/search"]
)
async def test_a_bonus_that_a_crash_prevented_comes_with_the_next_hearing(
    bank: BankStory, half_welcomed: str, path: str
) -> None:
    http = bank.client(half_welcomed)
    assert (await http.get(path)).status_code == 200
    page = (await http.get("/api/v1/account/transactions")).json()
    assert [transaction["type"] for transaction in page["transactions"]] == ["welcome_bonus"]
    assert (await http.get("/api/v1/account")).json()["account"]["balance"] == WELCOME_BONUS


async def test_a_crashed_welcome_is_made_good_before_a_payment_and_before_a_stream(
    bank: BankStory, half_welcomed: str
) -> None:
    fixer = await bank.person("fixer")
    async with StreamReader(bank.app, half_welcomed) as stream:
        assert (await stream.event()).data["balance"] == WELCOME_BONUS
    paid = await bank.client(half_welcomed).post(
        "/api/v1/transactions", json={"to_account": fixer.account, "amount": WELCOME_BONUS}
    )
    assert (paid.status_code, paid.json()["new_balance"]) == (201, 0)


async def test_a_bonus_that_was_paid_stays_paid_when_it_changes(database_url: str, tmp_path: Path) -> None:
    person_id = str(uuid4())
    async with opened_bank(database_url, tmp_path) as generous:
        await hear(generous, person_id)
    async with opened_bank(database_url, tmp_path, WELCOME_BONUS="5") as stingy:
        assert (await hear(stingy, person_id)).json()["balance"] == WELCOME_BONUS
        assert (await hear(stingy, str(uuid4()))).json()["balance"] == 5


async def test_a_bank_without_a_bonus_gives_none(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path, WELCOME_BONUS="0") as bank:
        before = await bank.journal()
        assert (await hear(bank, str(uuid4()))).json()["balance"] == 0
        assert (await bank.journal()).postings == before.postings
