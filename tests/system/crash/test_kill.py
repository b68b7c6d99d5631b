"""kill -9 of the real server under load: the books stay sound, and no answer it gave is taken back."""

import asyncio
import json
import random
import subprocess
from collections import Counter

import httpx
import pytest

from loopbank.foundation.database import connect_database
from loopbank.ledger.tables import account, posting
from tests.ledger.running_ledger import findings
from tests.support.server import RealServer, _command
from tests.support.servers import ServerStarter
from tests.system.crash.payers import Payers, arrive, send

KILLS = 3
PEOPLE = 3
AT_ONCE = 50
LIFE_SECONDS = (0.1, 0.5)
"""How long the server lives under load before it is killed."""


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_killed_server_keeps_every_payment_it_acknowledged_and_makes_none_twice(
    database_url: str, start_server: ServerStarter
) -> None:
    dice = random.Random(20_261_122)
    server = start_server(database_url, environment={"LOOPBANK_RATE_LIMITS": "false"})
    payers = await arrive(server.base_url, PEOPLE)
    unanswered = 0
    for _ in range(KILLS):
        paying = asyncio.create_task(payers.pay_until_the_server_dies(server.base_url))
        await asyncio.sleep(dice.uniform(*LIFE_SECONDS))
        await asyncio.to_thread(server.kill)
        await paying
        unanswered += len(payers.unanswered)
        await asyncio.to_thread(server.start)
        await assert_sound(database_url)
        await repeat_everything(server, payers)
    await asyncio.to_thread(check, server)
    assert unanswered > 0, "the server was never killed in the middle of anything"
    assert len(payers.payments) > 20 * KILLS
    await assert_each_payment_is_written_once(database_url, payers)


async def repeat_everything(server: RealServer, payers: Payers) -> None:
    """Send every payment again: those answered before get their answer, the others get one now."""
    async with httpx.AsyncClient(base_url=server.base_url, timeout=20) as http:
        payments = list(payers.payments.values())
        for start in range(0, len(payments), AT_ONCE):
            some = payments[start : start + AT_ONCE]
            for payment, answer in zip(some, await asyncio.gather(*(send(http, one) for one in some)), strict=True):
                assert payment.answer in (None, answer)
                payment.answer = answer


async def assert_sound(database_url: str) -> None:
    """Run the ledger's passes here: a process of its own would cost each round seconds."""
    database = connect_database(database_url)
    assert await findings(database) == []
    await database.close()


def check(server: RealServer) -> None:
    """Run `loopbank check` as an operator does after a crash."""
    checked = subprocess.run(
        [*_command(), "check", "--json"],
        env=server._whole_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    summary = json.loads(checked.stdout.splitlines()[-1])
    assert summary["findings"] == 0
    assert summary["checks"] >= 9


async def assert_each_payment_is_written_once(database_url: str, payers: Payers) -> None:
    database = connect_database(database_url)
    async with database.snapshot() as tx:
        memos = Counter(row.memo for row in await tx.rows(posting.select().where(posting.c.kind == "transfer")))
        balances = {row.code: row.balance for row in await tx.rows(account.select())}
    await database.close()
    assert set(memos) == set(payers.payments)
    assert set(memos.values()) == {1}
    assert sum(balances.values()) == 0
    assert sum(balances[person.account] for person in payers.people) == PEOPLE * 1_000_00
