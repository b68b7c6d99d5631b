"""The SDK against the real server: every call, every refusal, waiting and awaited alike."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type

import httpx
import pytest

import loopbank_client
from loopbank_client import AsyncBank, Balance, Bank, Mint, Prize, Transaction, Transfer, calls
from tests.integrating.town import Citizen, Town, new_reason

KINDS = [Bank, AsyncBank]
Call = Callable[..., Awaitable[Any]]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
async def call(request: pytest.FixtureRequest, town: Town) -> AsyncIterator[Call]:
    """Call a method of either client with an admin key, by its name."""
    kind = request.param
    async with AsyncExitStack() as stack:
        bank = kind(town.address, api_key=town.api_key("admin"))
        await (stack.enter_async_context(bank) if kind is AsyncBank else _entered(stack, bank))

        async def made(name: str, *given: Any, **named: Any) -> Any:
            answer = getattr(bank, name)(*given, **named)
            if inspect.isasyncgen(answer):
                return [one async for one in answer]
            if inspect.isgenerator(answer):
                return list(answer)
            return await answer if inspect.isawaitable(answer) else answer

        yield made


async def _entered(stack: AsyncExitStack, bank: Bank) -> None:
    stack.enter_context(bank)


async def test_coins_go_from_person_to_person(call: Call, runner: Citizen, medtech: Citizen) -> None:
    reason = new_reason()
    before = await call("balance", user=runner.id)
    paid = await call("transfer", "0.10", from_user=runner.id, to_user=medtech.id, reason=reason)
    assert (paid.transaction.amount, paid.transaction.from_account) == (Decimal("0.1"), runner.account)
    assert paid.balance == before.balance - Decimal("0.1")
    assert abs((datetime.now(UTC) - paid.transaction.created_at).total_seconds()) < 60
    given_back = await call("reverse", paid.transaction.id, reason=reason, amount=Decimal("0.04"))
    assert (given_back.transaction.type, given_back.transaction.amount) == ("REVERSAL", Decimal("0.04"))
    charged = await call("charge", 2, from_account=medtech.account, to_account=runner.account, memo=reason)
    assert (charged.from_account, charged.memo, charged.amount) == (medtech.account, reason, 2)
    after = await call("account_balance", runner.account)
    assert after == before.balance - Decimal("0.06") + 2
    assert (await call("wallet", user=runner.id)).balance == after


async def test_what_a_call_gives_is_typed(town: Town, runner: Citizen) -> None:
    with Bank(town.address, token=runner.token) as bank:
        shown = assert_type(bank.balance(), Balance)
        listed = list(assert_type(bank.history(), Iterator[Transaction]))
    async with AsyncBank(town.address, token=runner.token) as bank_awaited:
        assert assert_type(await bank_awaited.balance(), Balance) == shown
        assert [one async for one in assert_type(bank_awaited.history(), AsyncIterator[Transaction])] == listed


async def test_a_history_is_gone_through_page_by_page(
    call: Call, town: Town, runner: Citizen, medtech: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAGE_ITEMS", 2)
    reasons = [new_reason() for _ in range(5)]
    items = [Transfer(amount=1, from_user=medtech.id, to_user=runner.id, reason=reason) for reason in reasons]
    town.chief.transfer_list(items)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    found = await call("history", user=medtech.id, types=["TRANSFER"], since=since)
    assert [one.reason for one in found if one.reason in reasons] == reasons[::-1]
    ids = [one.id for one in found]
    assert ids == sorted(set(ids), reverse=True)
    assert await call("history", user=medtech.id, until=since) == []


async def test_coins_are_held_taken_in_part_and_given_back(call: Call, runner: Citizen, medtech: Citizen) -> None:
    hold = await call("hold", 30, from_user=runner.id, to_user=medtech.id, reference="order-1", seconds=60)
    assert (hold.status, hold.left, hold.to_user_id) == ("OPEN", 30, medtech.id)
    assert (await call("balance", user=runner.id)).held >= 30
    taken = await call("capture", hold.id, "12.50", final=True)
    assert (taken.transaction.amount, taken.hold.captured) == (Decimal("12.5"), Decimal("12.5"))
    assert (taken.hold.released, taken.hold.status) == (Decimal("17.5"), "CAPTURED")
    other = await call("hold", 5, from_user=runner.id, treasury="GENERAL")
    assert (await call("release", other.id)).status == "RELEASED"
    assert (await call("find_hold", other.id)).released == 5


async def test_the_desk_accounts_for_every_coin(call: Call, town: Town, runner: Citizen, medtech: Citizen) -> None:
    before = await call("supply")
    await call("mint", 100, treasury="REWARD", reason="Season")
    await call("mint", "0.05", user=runner.id, reason="Season")
    await call("burn", "0.05", account=runner.account, reason="Season")
    await call("pay_treasury", 3, treasury="REWARD", from_user=runner.id)
    held = (await call("treasury", "REWARD")).balance
    prizes = [Prize(to_user=runner.id, amount=20), Prize(to_account=medtech.account, amount="10.5", reason="Second")]
    results = await call("pay_prizes", prizes, treasury="REWARD", reason="First")
    assert [(one.status, one.transaction.reason) for one in results] == [("done", "First"), ("done", "Second")]
    paid = await call("pay_out", 10, treasury="REWARD", to_treasury="GENERAL", reason="Rest")
    assert paid.balance == held - Decimal("40.5")
    shown = {one.treasury_type: one.balance for one in await call("treasuries")}
    assert (set(shown), shown["REWARD"]) == ({"COURSE", "SUBSCRIPTION", "REWARD", "GENERAL"}, paid.balance)
    after = await call("supply")
    assert (after.minted - before.minted, after.burned - before.burned) == (Decimal("100.05"), Decimal("0.05"))
    assert after.circulating == after.wallets + after.treasuries + after.house + after.bank
    town.assert_books_add_up()


async def test_a_list_happens_as_a_whole_or_item_by_item(call: Call, runner: Citizen) -> None:
    items = [Mint(user=runner.id, amount=1), Mint(user="nobody", amount=1)]
    with pytest.raises(loopbank_client.NotFound) as refused:
        await call("mint_list", items)
    assert list(refused.value.mistakes) == ["items[1]"]
    done, other = await call("mint_list", items, mode="partial")
    assert (done.status, done.transaction.amount) == ("done", 1)
    assert (other.status, other.error.code) == ("refused", "wallet_not_found")


async def test_a_refusal_is_raised_as_what_it_is(call: Call, town: Town, runner: Citizen, medtech: Citizen) -> None:
    there = {"from_user": runner.id, "to_user": medtech.id}
    key = new_reason().replace(" ", "-")
    await call("transfer", 1, **there, key=key)
    hold = await call("hold", 1, **there)
    await call("release", hold.id)
    for kind, code, name, given, named in (
        (loopbank_client.InsufficientCoins, "insufficient_coins", "transfer", ["99999999"], there),
        (loopbank_client.KeyReused, "idempotency_key_reused", "transfer", [2], {**there, "key": key}),
        (loopbank_client.Conflict, "hold_settled", "capture", [hold.id], {}),
        (loopbank_client.NotFound, "wallet_not_found", "balance", [], {"user": "nobody"}),
        (loopbank_client.Malformed, "bad_request", "transfer", ["0.001"], there),
        (loopbank_client.Malformed, "unclear_party", "mint", [1], {"reason": "for nobody"}),
    ):
        with pytest.raises(kind) as refused:
            await call(name, *given, **named)
        assert (type(refused.value), refused.value.code) == (kind, code)
        assert refused.value.detail
    limited = Bank(town.address, api_key=town.api_key("write", spendLimitPerDay=1, allowedAccounts=[runner.id]))
    with limited, pytest.raises(loopbank_client.SpendLimitReached):
        limited.transfer(2, **there)
    with Bank(town.address, api_key=town.api_key("read")) as reader, pytest.raises(loopbank_client.NotAllowed):
        reader.transfer(1, **there)
    with pytest.raises(loopbank_client.Unauthenticated), Bank(town.address, api_key="lb_live_wrong") as stranger:
        stranger.supply()


@pytest.mark.parametrize("amount", [0.1, True, None, 1j])
def test_what_cannot_be_exact_is_no_amount(amount: Any) -> None:
    with pytest.raises(TypeError):
        calls.transfer(amount, to_user="somebody")


def test_an_amount_is_written_without_an_exponent() -> None:
    assert [calls._text(amount) for amount in (Decimal("1E+3"), Decimal("0.10"), 7, "12.5")] == [
        "1000",
        "0.10",
        "7",
        "12.5",
    ]


def test_both_clients_have_every_call() -> None:
    built = {
        name for name, value in vars(calls).items() if inspect.isfunction(value) and value.__module__ == calls.__name__
    }
    public = {name for name in built if not name.startswith("_")}
    for kind in KINDS:
        assert public <= set(vars(kind))
        for name in public:
            shown = list(inspect.signature(getattr(kind, name)).parameters.values())[1:]
            assert shown == list(inspect.signature(getattr(calls, name)).parameters.values())


@pytest.mark.parametrize(
    ("address", "proof"),
    [("bank.example", {"token": "t"}), ("ftp://bank.example", {"token": "t"}), ("https://bank.example", {}),
     ("https://bank.example", {"token": "t", "api_key": "k"})],
)  # fmt: skip
def test_an_address_or_credential_that_cannot_work_is_refused_at_once(address: str, proof: dict[str, str]) -> None:
    with pytest.raises((ValueError, httpx.InvalidURL)):
        Bank(address, **proof)  # type: ignore[arg-type]  # any proof is what the test is about
