"""The SDK on a network that breaks: the same key until the answer is definite, and exactly one payment."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from loopbank_client import AsyncBank, Bank, NoDefiniteAnswer, NotTheBank, Payment, TooManyRequests, Unreachable
from tests.integrating.cutting_proxy import CuttingProxy, Fate
from tests.integrating.town import Citizen, Town, new_reason

TROUBLES = [
    [Fate.CUT_BEFORE],
    [Fate.CUT_AFTER],
    [Fate.CUT_WITHIN],
    [Fate.BUSY],
    [Fate.CAPTIVE],
    [Fate.CUT_BEFORE, Fate.CUT_AFTER, Fate.CUT_WITHIN, Fate.ELSEWHERE],
]


@pytest.fixture(scope="module")
def api_key(town: Town) -> str:
    return town.api_key("write")


@pytest.mark.parametrize("fates", TROUBLES, ids=lambda fates: "+".join(fate.name for fate in fates))
@pytest.mark.parametrize("kind", [Bank, AsyncBank], ids=lambda kind: kind.__name__)
async def test_a_payment_happens_once_whatever_the_network_does(
    town: Town,
    proxy: CuttingProxy,
    api_key: str,
    runner: Citizen,
    medtech: Citizen,
    kind: type[Bank | AsyncBank],
    fates: list[Fate],
) -> None:
    reason = new_reason()
    proxy.foretell(fates)
    paid = await _pay(kind, proxy.address, api_key, payer=runner, receiver=medtech, reason=reason)
    assert paid.transaction.reason == reason
    assert len(set(proxy.keys)) == 1
    assert len({one.body for one in proxy.seen}) == 1
    assert len(proxy.seen) == len(fates) + 1
    assert town.payments(runner, reason) == [Decimal("1.5")]


async def _pay(
    kind: type[Bank | AsyncBank], address: str, api_key: str, *, payer: Citizen, receiver: Citizen, reason: str
) -> Payment:
    if issubclass(kind, Bank):
        with kind(address, api_key=api_key) as bank:
            return await asyncio.to_thread(
                lambda: bank.transfer("1.50", from_user=payer.id, to_user=receiver.id, reason=reason)
            )
    async with AsyncBank(address, api_key=api_key) as bank_awaited:
        return await bank_awaited.transfer("1.50", from_user=payer.id, to_user=receiver.id, reason=reason)


def test_it_waits_as_long_as_the_bank_asks(
    town: Town, proxy: CuttingProxy, api_key: str, runner: Citizen, medtech: Citizen
) -> None:
    proxy.foretell([Fate.TOO_OFTEN])
    reason, begun = new_reason(), time.monotonic()
    with Bank(proxy.address, api_key=api_key) as bank:
        bank.transfer(1, from_user=runner.id, to_user=medtech.id, reason=reason)
    assert time.monotonic() - begun >= 1
    assert town.payments(runner, reason) == [1]
    proxy.foretell([Fate.TOO_OFTEN])
    with Bank(proxy.address, api_key=api_key, seconds_max=1) as bank, pytest.raises(TooManyRequests):
        bank.transfer(1, from_user=runner.id, to_user=medtech.id)


def test_without_an_answer_in_time_it_says_so_and_the_same_key_tells_later(
    town: Town, proxy: CuttingProxy, api_key: str, runner: Citizen, medtech: Citizen
) -> None:
    reason = new_reason()
    proxy.foretell([Fate.CUT_AFTER] * 50)
    with Bank(proxy.address, api_key=api_key, seconds_max=2) as bank, pytest.raises(NoDefiniteAnswer) as raised:
        bank.transfer(2, from_user=runner.id, to_user=medtech.id, reason=reason)
    assert town.payments(runner, reason) == [2]
    with Bank(town.address, api_key=api_key) as bank:
        bank.transfer(2, from_user=runner.id, to_user=medtech.id, reason=reason, key=raised.value.key)
    assert town.payments(runner, reason) == [2]


def test_a_key_that_ends_on_the_way_leaves_the_payment_unknown(
    town: Town, proxy: CuttingProxy, runner: Citizen, medtech: Citizen
) -> None:
    made, reason = town.make_key("write"), new_reason()
    proxy.foretell([Fate.CUT_AFTER])
    proxy.after_cut = lambda: town.admin.delete(f"/api/developer/api-keys/{made['id']}").raise_for_status()
    with Bank(proxy.address, api_key=made["key"]) as bank, pytest.raises(NoDefiniteAnswer):
        bank.transfer(2, from_user=runner.id, to_user=medtech.id, reason=reason)
    assert town.payments(runner, reason) == [2]


def test_nobody_there_and_nobody_we_know_are_told_apart(proxy: CuttingProxy, api_key: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with Bank(f"http://127.0.0.1:{port}", api_key=api_key, seconds_max=0.3) as bank, pytest.raises(Unreachable):
        bank.mint(1, user="somebody", reason="never sent")
    proxy.foretell([Fate.ELSEWHERE])
    with Bank(proxy.address, api_key=api_key) as bank, pytest.raises(NotTheBank):
        bank.mint(1, user="somebody", reason="never arrived")
    assert len(proxy.seen) == 1


def test_many_at_once_with_one_key_pay_once(town: Town, api_key: str, runner: Citizen, medtech: Citizen) -> None:
    reason = new_reason()
    with Bank(town.address, api_key=api_key) as bank, ThreadPoolExecutor(8) as pool:
        paid = list(
            pool.map(
                lambda _: bank.transfer(
                    3, from_user=runner.id, to_user=medtech.id, reason=reason, key=reason.replace(" ", "-")
                ),
                range(8),
            )
        )
    assert len({one.transaction.id for one in paid}) == 1
    assert town.payments(runner, reason) == [3]
