"""How processes end: with success, after what they have begun, and without a request lost."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.balancer import Balancer
from tests.support.server import RealServer
from tests.support.servers import ServerStarter
from tests.system.crash.payers import Person, arrive
from tests.system.topologies import WITHOUT_LIMITS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

DRAIN_SECONDS = 0.6


def test_a_server_that_is_told_to_stop_ends_with_success(sqlite_database_url: str, start_server: ServerStarter) -> None:
    assert start_server(sqlite_database_url).stop() == 0


async def test_replicas_restart_one_by_one_under_load_and_no_request_fails(
    postgres_database_url: str, tmp_path: Path
) -> None:
    environment = {**WITHOUT_LIMITS, "LOOPBANK_DRAIN_SECONDS": str(DRAIN_SECONDS), "LOOPBANK_PUBLIC_URL": "http://bank"}
    replicas = [RealServer(postgres_database_url, tmp_path / name, environment=environment) for name in ("a", "b")]
    with replicas[0], replicas[1], Balancer([replica.port for replica in replicas]) as balancer:
        await until(lambda: len(balancer.ready) == len(replicas))
        people = (await arrive(balancer.base_url, 2)).people
        answers: Counter[int] = Counter()
        stop = asyncio.Event()
        paying = [asyncio.create_task(pay(balancer.base_url, people, answers, stop)) for _ in range(4)]
        for replica in replicas:
            await until(lambda: len(balancer.ready) == len(replicas))
            assert await asyncio.to_thread(replica.stop) == 0
            assert len(balancer.ready) == 1
            if replica is replicas[0]:
                await asyncio.to_thread(replica.start)
        stop.set()
        await asyncio.gather(*paying)
    assert set(answers) == {201}
    assert answers[201] > 50


async def pay(base_url: str, people: list[Person], answers: Counter[int], stop: asyncio.Event) -> None:
    """Pay without pause over connections that are kept; any trouble of a connection fails the test."""
    async with httpx.AsyncClient(
        base_url=base_url, timeout=20, headers={"Authorization": f"Bearer {people[0].token}"}
    ) as http:
        while not stop.is_set():
            body = {"to_account": people[1].account, "amount": "0.01"}
            answers[(await http.post("/api/v1/transactions", json=body)).status_code] += 1
            await asyncio.sleep(0.01)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
