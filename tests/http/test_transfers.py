"""Paying over HTTP: what it answers, what it moves, and that a repeated request moves nothing."""

import asyncio
import re
from collections.abc import Callable

import pytest

from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def assert_books_balance(bank: BankStory) -> None:
    assert sum((await bank.journal()).balances) == 0


async def test_a_payment_moves_coins_and_answers_with_the_names_of_the_contract(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    answer = await runner.pay(fixer, 12.5, memo="Two stim packs")

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"message", "transaction", "new_balance"}
    transaction = body["transaction"]
    assert type(transaction.pop("id")) is int
    assert TIME.fullmatch(transaction.pop("timestamp"))
    assert transaction == {
        "from_account": runner.account,
        "from_name": runner.name,
        "to_account": fixer.account,
        "to_name": fixer.name,
        "amount": 12.5,
        "memo": "Two stim packs",
        "type": "transfer",
        "balance_after": 987.5,
    }
    assert body["new_balance"] == 987.5
    assert (await runner.balance(), await fixer.balance()) == (987.5, 1012.5)
    await assert_books_balance(bank)


@pytest.mark.parametrize(
    ("sent", "moved"),
    [
        (1, "1"),
        (0.01, "0.01"),
        (0.1, "0.1"),
        (1.10, "1.1"),
        ("1", "1"),
        ("0.07", "0.07"),
        (" 2.50 ", "2.5"),
        ("+3", "3"),
        (1000, "1000"),
        (999.99, "999.99"),
    ],
)
async def test_an_amount_is_read_and_answered_exactly(
    runner: StoryPerson, fixer: StoryPerson, sent: object, moved: str
) -> None:
    answer = await runner.pay(fixer, sent)
    assert f'"amount":{moved},' in answer.text
    assert await runner.balance() + await fixer.balance() == 2000


async def test_thousand_odd_cents_add_up_exactly(runner: StoryPerson, fixer: StoryPerson) -> None:
    await asyncio.gather(*(runner.pay(fixer, "0.07") for _ in range(100)))
    assert (await runner.balance(), await fixer.balance()) == (993, 1007)


async def test_the_last_coin_can_be_spent_and_not_one_more(runner: StoryPerson, fixer: StoryPerson) -> None:
    assert_problem(await runner.pay(fixer, 1000.01), 400, code="insufficient_coins")
    assert (await runner.pay(fixer, 1000)).json()["new_balance"] == 0
    refused = await runner.pay(fixer, 0.01)
    assert_problem(refused, 400, code="insufficient_coins")
    assert refused.json()["error"] == "Insufficient funds."
    assert (await runner.balance(), await fixer.balance()) == (0, 2000)


@pytest.mark.parametrize("written", [str.lower, lambda number: f"  {number} "])
async def test_an_account_number_is_read_as_people_type_it(
    runner: StoryPerson, fixer: StoryPerson, written: Callable[[str], str]
) -> None:
    assert (await runner.pay(written(fixer.account), 1)).json()["transaction"]["to_account"] == fixer.account


@pytest.mark.parametrize(
    "receiver",
    ["NC-0000-ZZZZ", "nobody", "NC-ÄÖÜ1-0000", "ISSUANCE-LBC", "TREASURY-GENERAL", "../../admin", "' OR 1=1 --"],
)
async def test_what_nobody_holds_cannot_be_paid(bank: BankStory, runner: StoryPerson, receiver: str) -> None:
    before = await bank.journal()
    assert_problem(await runner.pay(receiver, 1), 400, code="unknown_account")
    assert await bank.journal() == before


async def test_nobody_pays_themselves(bank: BankStory, runner: StoryPerson) -> None:
    before = await bank.journal()
    assert_problem(await runner.pay(runner, 1), 400, code="same_account")
    assert await bank.journal() == before


@pytest.mark.parametrize("memo", ["", None, "x" * 140, "🜁 Grüße, 日本語", "line\nbreak\tand tab", "<b>&'\""])
async def test_a_memo_comes_back_as_it_was_written(runner: StoryPerson, fixer: StoryPerson, memo: str | None) -> None:
    body = {"to_account": fixer.account, "amount": 1, "memo": memo, "unknown_field": [1, {"a": None}]}
    answer = await runner.http.post("/api/v1/transactions", json=body)
    assert answer.json()["transaction"]["memo"] == (memo or "")


async def test_the_same_key_again_gives_the_first_answer_and_moves_nothing(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    first = await runner.pay(fixer, 5, memo="once", key="order-1")
    before = await bank.journal()
    again = await runner.pay(fixer, "5.00", memo="once", key="order-1")
    assert await bank.journal() == before

    assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == "order-1"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_replay_shows_the_balance_of_then(runner: StoryPerson, fixer: StoryPerson) -> None:
    first = await runner.pay(fixer, 5, key="order-1")
    await runner.pay(fixer, 10)
    assert (await runner.pay(fixer, 5, key="order-1")).json() == first.json()


async def test_a_request_without_a_key_gets_one_of_its_own(runner: StoryPerson, fixer: StoryPerson) -> None:
    first, second = await runner.pay(fixer, 1), await runner.pay(fixer, 1)
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]
    assert await fixer.balance() == 1002
    replayed = await runner.pay(fixer, 1, key=first.headers["idempotency-key"])
    assert replayed.json() == first.json()


@pytest.mark.parametrize("field", ["to_account", "amount", "memo"])
async def test_a_key_with_another_body_is_refused_in_the_requests_own_words(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson, field: str
) -> None:
    body = {"to_account": fixer.account, "amount": 5, "memo": "once"}
    other = {"to_account": medtech.account, "amount": 6, "memo": "twice"}
    headers = {"Idempotency-Key": "order-1"}
    await runner.http.post("/api/v1/transactions", json=body, headers=headers)
    before = await bank.journal()
    refused = await runner.http.post("/api/v1/transactions", json={**body, field: other[field]}, headers=headers)
    assert_problem(refused, 422, code="idempotency_key_reused")
    assert [mistake["field"] for mistake in refused.json()["errors"]] == [field]
    assert field in refused.json()["detail"]
    assert await bank.journal() == before


async def test_the_same_key_from_somebody_else_is_another_request(
    runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    first = await runner.pay(medtech, 5, key="order-1")
    second = await fixer.pay(medtech, 7, key="order-1")
    assert "idempotent-replayed" not in second.headers
    assert first.json()["transaction"]["id"] != second.json()["transaction"]["id"]
    assert await medtech.balance() == 1012


async def test_the_same_key_from_another_device_is_the_same_request(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    await runner.pay(fixer, 5, key="order-1")
    tablet = await bank.sign_in(runner.person)
    assert (await tablet.pay(fixer, 5, key="order-1")).headers["idempotent-replayed"] == "true"
    assert await fixer.balance() == 1005


async def test_a_refusal_is_not_kept_under_its_key(runner: StoryPerson, fixer: StoryPerson) -> None:
    assert_problem(await runner.pay(fixer, 1500, key="order-1"), 400, code="insufficient_coins")
    await fixer.pay(runner, 600)
    assert (await runner.pay(fixer, 1500, key="order-1")).status_code == 201


async def test_thirty_parallel_posts_of_one_key_make_one_transfer(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    answers = await asyncio.gather(*(runner.pay(fixer, 5, memo="once", key="order-1") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert (await runner.balance(), await fixer.balance()) == (995, 1005)
    assert await bank.posting_count(f"person:{runner.person.id}:order-1") == 1


async def test_of_parallel_double_spends_one_wins(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    receivers = [fixer, medtech] * 10
    answers = await asyncio.gather(*(runner.pay(receiver, 1000) for receiver in receivers))
    winners = [answer for answer in answers if answer.status_code == 201]
    assert len(winners) == 1
    for answer in answers:
        if answer is not winners[0]:
            assert_problem(answer, 400, code="insufficient_coins")
    assert await runner.balance() == 0
    assert await fixer.balance() + await medtech.balance() == 3000
    await assert_books_balance(bank)


async def test_parallel_payments_in_a_ring_lose_nothing(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    ring = [(runner, fixer), (fixer, medtech), (medtech, runner), (fixer, runner), (medtech, fixer), (runner, medtech)]
    answers = await asyncio.gather(*(payer.pay(receiver, 3) for payer, receiver in ring * 10))
    assert {answer.status_code for answer in answers} == {201}
    assert [await person.balance() for person in (runner, fixer, medtech)] == [1000, 1000, 1000]
    await assert_books_balance(bank)
