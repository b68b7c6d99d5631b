"""The database server dies in the middle of the evening: the standby takes over, and no coin is lost."""

import asyncio
import itertools
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from loopbank import migrations
from tests.support.cluster import PostgresCluster
from tests.support.server import RealServer, _command
from tests.support.servers import ServerStarter
from tests.system.crash.payers import Payers, Payment, arrive
from tests.system.crash.test_kill import assert_each_payment_is_written_once, repeat_everything
from tests.system.topologies import WITHOUT_LIMITS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE = 3
PAYERS = 6
BACK_SECONDS_MAX = 30.0


@pytest.fixture
def cluster() -> Iterator[PostgresCluster]:
    """A primary and its synchronous standby, with a bank's tables."""
    with PostgresCluster() as running:
        migrations.migrate(running.url)
        yield running


async def test_a_standby_takes_over_and_every_acknowledged_payment_is_there(
    cluster: PostgresCluster, start_server: ServerStarter
) -> None:
    server = await asyncio.to_thread(start_server, cluster.url, environment=WITHOUT_LIMITS)
    payers = await arrive(server.base_url, PEOPLE)
    paying = Paying(server, payers)
    await paying.wait_for(100)
    before = paying.answered
    await asyncio.to_thread(cluster.primary.restart)
    await paying.wait_for(before + 50)
    await asyncio.to_thread(cluster.primary.die)
    before = paying.answered
    await asyncio.sleep(0.5)
    assert paying.answered <= before + PAYERS, "without a primary nothing is acknowledged"
    assert await is_ready(server) is False
    await asyncio.to_thread(cluster.standby.promote)
    await paying.wait_for(before + 100)
    assert await is_ready(server) is True
    await paying.stop()
    await repeat_everything(server, payers)
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(check, server)
    await assert_each_payment_is_written_once(cluster.url, payers)


class Paying:
    """People who pay without pause and, while the bank cannot answer, ask again with the same key."""

    def __init__(self, server: RealServer, payers: Payers) -> None:
        self._server = server
        self._payers = payers
        self._stop = asyncio.Event()
        self._numbers = itertools.count()
        self._tasks = [asyncio.create_task(self._pay()) for _ in range(PAYERS)]

    @property
    def answered(self) -> int:
        """How many payments were acknowledged so far."""
        return sum(payment.answer is not None for payment in self._payers.payments.values())

    async def wait_for(self, count: int) -> None:
        """Wait until so many payments are acknowledged."""
        deadline = time.monotonic() + BACK_SECONDS_MAX
        while self.answered < count:
            assert time.monotonic() < deadline, f"{self.answered} of {count} payments\n{self._server.log[-3_000:]}"
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Let everybody finish the payment they have begun."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _pay(self) -> None:
        async with httpx.AsyncClient(base_url=self._server.base_url, timeout=60) as http:
            while not self._stop.is_set():
                number = next(self._numbers)
                payer, receiver = (self._payers.people[(number + step) % PEOPLE] for step in (0, 1))
                body = {"to_account": receiver.account, "amount": "0.01", "memo": f"payment-{number}"}
                payment = Payment(f"payment-{number}", payer, body)
                self._payers.payments[payment.key] = payment
                await self._insist(http, payment)

    async def _insist(self, http: httpx.AsyncClient, payment: Payment) -> None:
        headers = {"Authorization": f"Bearer {payment.payer.token}", "Idempotency-Key": payment.key}
        while True:
            answer = await http.post("/api/v1/transactions", json=payment.body, headers=headers)
            if answer.status_code == httpx.codes.CREATED:
                payment.answer = answer.json()["transaction"]["id"]
                return
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            await asyncio.sleep(0.1)


async def is_ready(server: RealServer) -> bool:
    async with httpx.AsyncClient(base_url=server.base_url, timeout=10) as http:
        return (await http.get("/health/ready")).is_success


def check(server: RealServer) -> None:
    """Run `loopbank check` as an operator does afterwards."""
    checked = subprocess.run(
        [*_command(), "check"], env=server._whole_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
