"""The desk: minting, burning, treasuries, lists, reversals: both balances, the sum zero, replay, two at once."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.desks import DeskStory, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson


async def treasury(desk: DeskStory, name: str) -> float:
    shown = (await desk.admin.http.get(f"/api/admin/treasury/{name}/balance")).raise_for_status().json()
    balance: float = shown["balance"]
    return balance


async def mint_to_treasury(desk: DeskStory, name: str, amount: float) -> None:
    body = {"treasuryType": name, "amount": amount, "reason": "budget"}
    assert (await desk.admin.http.post("/api/admin/mint", json=body)).status_code == 201


async def audited(desk: DeskStory, action: str, target: str) -> dict[str, Any]:
    """Give the last act of a kind on a target, once it is sealed."""
    for _ in range(200):
        logs = (await desk.admin.http.get("/api/v1/admin/audit-logs", params={"limit": 100})).json()["logs"]
        told: list[dict[str, Any]] = [log for log in logs if (log["action"], log["target"]) == (action, target)]
        if told:
            return told[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"no act {action} was told")


async def test_minting_and_burning_change_the_supply_and_are_told(desk: DeskStory, runner: StoryPerson) -> None:
    before = await desk.supply()
    minted = await desk.admin.http.post(
        "/api/admin/mint", json={"userId": runner.person.id, "amount": "250.50", "reason": "season prize"}
    )
    assert minted.status_code == 201
    assert minted.json()["balance"] == await runner.balance() == 1250.5
    assert minted.json()["transaction"]["type"] == "MINT"
    assert minted.json()["transaction"]["fromUserId"] is None
    assert minted.json()["transaction"]["toUserId"] == runner.person.id
    told = await audited(desk, "mint", runner.account)
    assert told["admin"] == desk.admin.name
    assert "season prize" in told["details"]
    burned = await desk.admin.http.post(
        "/api/admin/burn", json={"userId": runner.person.id, "amount": 50.5, "reason": "a fine"}
    )
    assert burned.json()["balance"] == await runner.balance() == 1200
    after = await desk.supply()
    assert after["minted"] - before["minted"] == pytest.approx(250.5)
    assert after["burned"] - before["burned"] == pytest.approx(50.5)
    await assert_books_add_up(desk)


MONEY = ["mint", "burn", "transfer", "to_treasury", "payout", "prizes", "mint_list", "adjust"]


def request_of(act: str, runner: StoryPerson, fixer: StoryPerson, amount: object) -> tuple[str, dict[str, Any], bool]:
    """Give path and body of an act over an amount, and whether staff does it."""
    requests: dict[str, tuple[str, dict[str, Any], bool]] = {
        "mint": ("/api/admin/mint", {"userId": runner.person.id, "amount": amount, "reason": "why"}, True),
        "burn": ("/api/admin/burn", {"userId": runner.person.id, "amount": amount, "reason": "why"}, True),
        "transfer": ("/api/coins/transfer", {"toUserId": fixer.person.id, "amount": amount}, False),
        "to_treasury": ("/api/coins/transfer-to-treasury", {"treasuryType": "course", "amount": amount}, False),
        "payout": (
            "/api/admin/treasury/transfer",
            {"treasuryType": "REWARD", "toUserId": runner.person.id, "amount": amount},
            True,
        ),
        "prizes": (
            "/api/admin/treasury/transfer",
            {
                "treasuryType": "REWARD",
                "items": [
                    {"toUserId": runner.person.id, "amount": amount, "reason": "first"},
                    {"toUserId": fixer.person.id, "amount": 1, "reason": "second"},
                ],
            },
            True,
        ),
        "mint_list": (
            "/api/admin/mint/bulk",
            {"mode": "partial", "items": [{"userId": runner.person.id, "amount": amount}]},
            True,
        ),
        "adjust": (f"/api/v1/admin/users/{runner.account}/adjust-balance", {"amount": amount, "reason": "why"}, True),
    }
    return requests[act]


@pytest.mark.parametrize("act", MONEY)
async def test_the_same_key_moves_coins_once_also_at_once_and_never_for_another_body(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson, act: str
) -> None:
    await mint_to_treasury(desk, "REWARD", 100)
    path, body, is_staff = request_of(act, runner, fixer, 5)
    http = desk.admin.http if is_staff else runner.http
    headers = fresh_key()
    answers = await asyncio.gather(*(http.post(path, json=body, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 201}, answers[0].text
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len({answer.content for answer in answers}) == 1
    after = await bank.journal()
    again = await http.post(path, json=body, headers=headers)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == answers[0].json()
    other = await http.post(path, json=request_of(act, runner, fixer, 6)[1], headers=headers)
    assert_problem(other, 422, code="idempotency_key_reused")
    assert other.json()["errors"][0]["field"] in {"amount", "items"}
    assert await bank.journal() == after
    assert sum(after.balances) == 0
    await assert_books_add_up(desk)


async def test_coins_go_to_a_treasury_and_out_of_it_and_between_two(desk: DeskStory, runner: StoryPerson) -> None:
    subscription, general = await treasury(desk, "SUBSCRIPTION"), await treasury(desk, "GENERAL")
    paid = await runner.http.post(
        "/api/coins/transfer-to-treasury", json={"treasuryType": "SUBSCRIPTION", "amount": 30, "reason": "one month"}
    )
    assert paid.json()["balance"] == 970
    assert paid.json()["transaction"]["type"] == "TREASURY_PAYMENT"
    moved = await desk.admin.http.post(
        "/api/admin/treasury/transfer",
        json={"treasuryType": "SUBSCRIPTION", "toTreasuryType": "GENERAL", "amount": 10, "reason": "rent"},
    )
    assert moved.json()["transaction"]["type"] == "TREASURY_TRANSFER"
    back = await desk.admin.http.post(
        "/api/admin/treasury/transfer",
        json={"treasuryType": "SUBSCRIPTION", "toUserId": runner.person.id, "amount": 20, "reason": "left early"},
    )
    assert back.json()["transaction"]["type"] == "TREASURY_PAYOUT"
    assert await runner.balance() == 990
    assert await treasury(desk, "SUBSCRIPTION") == subscription
    assert await treasury(desk, "GENERAL") == general + 10
    listed = (await desk.admin.http.get("/api/admin/treasury")).json()["treasuries"]
    assert [one["treasuryType"] for one in listed] == ["COURSE", "SUBSCRIPTION", "REWARD", "GENERAL"]


async def test_a_prize_list_happens_whole_or_not_at_all_and_names_the_item_at_fault(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    await mint_to_treasury(desk, "REWARD", 10)
    rich = await treasury(desk, "REWARD")
    before = await bank.journal()
    items = [
        {"toUserId": runner.person.id, "amount": 1, "reason": "third"},
        {"toUserId": fixer.person.id, "amount": rich, "reason": "first"},
    ]
    body = {"treasuryType": "REWARD", "items": items}
    refused = await desk.admin.http.post("/api/admin/treasury/transfer", json=body)
    assert_problem(refused, 400, code="insufficient_coins")
    assert refused.json()["errors"][0]["field"] == "items[1]"
    unknown = {**body, "items": [items[0], {"toUserId": "nobody", "amount": 1}]}
    refused = await desk.admin.http.post("/api/admin/treasury/transfer", json=unknown)
    assert_problem(refused, 404, code="wallet_not_found")
    assert refused.json()["errors"][0]["field"] == "items[1]"
    assert await bank.journal() == before
    items[1]["amount"] = 2
    done = (await desk.admin.http.post("/api/admin/treasury/transfer", json=body)).json()
    assert [result["status"] for result in done["results"]] == ["done", "done"]
    assert [result["transaction"]["reason"] for result in done["results"]] == ["third", "first"]
    assert done["balance"] == await treasury(desk, "REWARD") == rich - 3
    statement = (await fixer.http.get("/api/v1/account/transactions")).json()["transactions"]
    assert (statement[0]["memo"], statement[0]["amount"]) == ("first", 2)


async def test_a_prize_list_names_people_by_id_or_by_account_number(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    await mint_to_treasury(desk, "REWARD", 10)
    path, before = "/api/admin/treasury/transfer", await bank.journal()
    good = {"toAccount": f" {runner.account.lower()} ", "amount": 3}
    for bad, code in (
        ({"toAccount": "NC-0000-ZZZZ", "amount": 1}, "unknown_account"),
        ({"toAccount": "TREASURY-COURSE", "amount": 1}, "unknown_account"),
        ({"toAccount": fixer.account, "toUserId": fixer.person.id, "amount": 1}, "unclear_party"),
        ({"amount": 1}, "unclear_party"),
    ):
        refused = await desk.admin.http.post(path, json={"treasuryType": "REWARD", "items": [good, bad]})
        assert_problem(refused, 400, code=code)
        assert refused.json()["errors"][0]["field"] == "items[1]"
    assert await bank.journal() == before
    items = [good, {"toUserId": fixer.person.id, "amount": 4}]
    assert (await desk.admin.http.post(path, json={"treasuryType": "REWARD", "items": items})).status_code == 201
    single = await desk.admin.http.post(
        path, json={"treasuryType": "REWARD", "toAccount": runner.account, "amount": 2, "reason": "encore"}
    )
    assert single.json()["transaction"]["toUserId"] == runner.person.id
    assert (await runner.balance(), await fixer.balance()) == (1005, 1004)
    await assert_books_add_up(desk)


async def test_a_partial_list_does_what_it_can_in_order_and_a_retry_does_the_rest_once(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    pay = {"fromUserId": runner.person.id, "toUserId": fixer.person.id, "reason": "share"}
    items = [{**pay, "amount": 600}, {**pay, "toUserId": "nobody", "amount": 1}, {**pay, "amount": 600}]
    headers = fresh_key()
    body = {"mode": "partial", "items": items}
    first = await desk.admin.http.post("/api/admin/transfers/bulk", json=body, headers=headers)
    results = first.json()["results"]
    assert [result["index"] for result in results] == [0, 1, 2]
    assert [result["status"] for result in results] == ["done", "refused", "refused"]
    assert [result["error"]["code"] for result in results[1:]] == ["wallet_not_found", "insufficient_coins"]
    await desk.fund(runner, 300)
    again = (await desk.admin.http.post("/api/admin/transfers/bulk", json=body, headers=headers)).json()["results"]
    assert [result["status"] for result in again] == ["done", "refused", "done"]
    assert again[0] == results[0]
    assert (await runner.balance(), await fixer.balance()) == (100, 2200)


async def test_a_thousand_items_are_one_request_and_one_more_is_refused(
    bank: BankStory, desk: DeskStory, runner: StoryPerson
) -> None:
    item = {"userId": runner.person.id, "amount": "0.01", "reason": "bounty"}
    for mode in ("atomic", "partial"):
        body = {"mode": mode, "items": [item] * 1_000}
        answer = await desk.admin.http.post("/api/admin/mint/bulk", json=body)
        assert answer.status_code == 201
        assert len(answer.json()["results"]) == 1_000
    assert await runner.balance() == 1020
    before = await bank.journal()
    for size in (0, 1_001):
        refused = await desk.admin.http.post("/api/admin/mint/bulk", json={"items": [item] * size})
        assert_problem(refused, 400)
    assert await bank.journal() == before


async def paid(payer: StoryPerson, receiver: StoryPerson, amount: float) -> int:
    answer = await payer.http.post("/api/coins/transfer", json={"toUserId": receiver.person.id, "amount": amount})
    transaction: int = answer.json()["transaction"]["id"]
    return transaction


async def reverse(desk: DeskStory, transaction: int, **body: object) -> httpx.Response:
    path = f"/api/admin/transactions/{transaction}/reverse"
    return await desk.admin.http.post(path, json={"reason": "a mistake", **body})


async def test_a_payment_is_given_back_in_parts_and_never_more_than_it_was(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    transaction = await paid(runner, fixer, 100)
    part = await reverse(desk, transaction, amount=30)
    assert part.status_code == 201
    assert part.json()["transaction"]["type"] == "REVERSAL"
    assert part.json()["balance"] == await runner.balance() == 930
    assert_problem(await reverse(desk, transaction, amount=70.01), 400, code="reversal_too_large")
    assert (await reverse(desk, transaction)).json()["transaction"]["amount"] == 70
    assert_problem(await reverse(desk, transaction), 409, code="already_reversed")
    assert_problem(await reverse(desk, part.json()["transaction"]["id"]), 400, code="not_reversible")
    assert_problem(await reverse(desk, 987_654_321), 404, code="unknown_posting")
    assert (await runner.balance(), await fixer.balance()) == (1000, 1000)


async def test_of_many_reversals_at_once_only_the_payment_itself_is_given_back(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    transaction = await paid(runner, fixer, 100)
    answers = await asyncio.gather(*(reverse(desk, transaction, amount=30) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [400] * 5
    assert (await runner.balance(), await fixer.balance()) == (990, 1010)


async def test_one_prize_of_a_list_is_given_back_alone(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    await mint_to_treasury(desk, "REWARD", 10)
    items = [{"toUserId": runner.person.id, "amount": 3}, {"toUserId": fixer.person.id, "amount": 4}]
    body = {"treasuryType": "REWARD", "items": items}
    done = (await desk.admin.http.post("/api/admin/treasury/transfer", json=body)).json()
    assert (await reverse(desk, done["results"][1]["transaction"]["id"])).status_code == 201
    assert (await runner.balance(), await fixer.balance()) == (1003, 1000)


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 1, "reason": "why"},
        {"userId": "a", "treasuryType": "REWARD", "amount": 1, "reason": "why"},
        {"treasuryType": "PETTY", "amount": 1, "reason": "why"},
        {"userId": "a", "amount": 1},
        {"userId": "a", "amount": 0, "reason": "why"},
        {"userId": "a", "amount": 0.001, "reason": "why"},
        {"userId": "a", "amount": True, "reason": "why"},
        {"userId": "a\u0000", "amount": 1, "reason": "why"},
        {"userId": "a", "amount": 1, "reason": "\u202e"},
        {"accountNumber": "' OR 1=1 --", "amount": 1, "reason": "why"},
    ],
)
async def test_a_bad_mint_is_refused_and_nothing_is_written(
    bank: BankStory, desk: DeskStory, body: dict[str, object]
) -> None:
    before = await bank.journal()
    for act in ("mint", "burn"):
        assert_problem(await desk.admin.http.post(f"/api/admin/{act}", json=body), 400)
    assert await bank.journal() == before
