"""The log reaches a broker whole and in order, also when the broker or the relay was away meanwhile."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aio_pika
import nats
import pytest

from loopbank.events import Fact, LogConsumer, LogEntry, LogMetrics, read_entries, record
from loopbank.events.brokers import BrokerUnavailable, InProcessBroker, broker_relay, connect_broker
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.metrics import Metrics
from tests.events.story import new_sealer

START_SECONDS_MAX = 60.0


def relay(database: Database, broker: Any, holder: str = "a") -> LogConsumer:
    return broker_relay(database, broker, holder=holder, clock=system_clock, metrics=LogMetrics(Metrics()))


async def tell(database: Database, *numbers: int) -> None:
    """Record facts and seal them."""
    facts = [Fact("test.happened", f"person-{number}", {"number": number}, system_clock()) for number in numbers]
    async with database.transaction() as tx:
        await record(tx, facts)
    await new_sealer(database, holder="the sealer").seal_all()


async def test_listeners_of_the_process_hear_everything_in_order(database: Database) -> None:
    broker, heard = InProcessBroker(), list[int]()

    async def listen(entry: LogEntry) -> None:
        heard.append(entry.sequence)

    broker.listen(listen)
    await tell(database, 1, 2, 3)
    await relay(database, broker).catch_up()
    await tell(database, 4)
    await relay(database, broker, "a").catch_up()
    assert heard == [1, 2, 3, 4]


async def test_what_a_broker_did_not_confirm_comes_again(database: Database) -> None:
    broker, heard = InProcessBroker(), list[int]()

    async def listen(entry: LogEntry) -> None:
        heard.append(entry.sequence)
        if heard == [1, 2]:
            raise BrokerUnavailable

    broker.listen(listen)
    await tell(database, 1, 2, 3)
    reader = relay(database, broker)
    with pytest.raises(BrokerUnavailable):
        await reader.catch_up()
    await reader.catch_up()
    assert heard == [1, 2, 1, 2, 3]


@pytest.mark.parametrize("url", ["redis://somewhere", "somewhere"])
def test_an_unknown_kind_of_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with"):
        connect_broker(url)


@contextmanager
def nats_server(folder: Path, port: int) -> Iterator[None]:
    tool = shutil.which("nats-server", path=_PATHS)
    if tool is None:
        pytest.skip("there is no nats-server on this machine")
    with started([tool, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port)], port):
        yield


@contextmanager
def rabbitmq_server(folder: Path, port: int) -> Iterator[None]:
    tool = shutil.which("rabbitmq-server", path=_PATHS)
    if tool is None:
        pytest.skip("there is no rabbitmq-server on this machine")
    environment = {
        "PATH": _PATHS,
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    with started([tool], port, environment):
        yield
    # The name server that it brought up stays otherwise.
    if shutil.which("epmd", path=_PATHS):
        subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)


_PATHS = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@contextmanager
def started(command: Sequence[str], port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server and wait until it listens."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.skip(f"{command[0]} does not run here")
            assert time.monotonic() < deadline, f"{command[0]} did not start"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def nats_messages(url: str) -> AsyncIterator[dict[str, Any]]:
    client = await nats.connect(url)
    subscription = await client.jetstream().subscribe("loopbank.log.>", ordered_consumer=True)
    try:
        while True:
            try:
                message = await subscription.next_msg(timeout=1)
            except TimeoutError:
                return
            yield json.loads(message.data)
    finally:
        await client.close()


@pytest.mark.slow
async def test_jetstream_hears_everything_once_and_in_order_across_restarts(
    sqlite_database: Database, tmp_path: Path
) -> None:
    port = free_port()
    url = f"nats://127.0.0.1:{port}"
    broker = connect_broker(url)
    reader = relay(sqlite_database, broker)
    await tell(sqlite_database, 1, 2, 3)
    with nats_server(tmp_path, port):
        await reader.catch_up()
        # What was published and not noted as such is published again; the server knows it by its sequence.
        async with sqlite_database.reading() as tx:
            await broker.publish(await read_entries(tx, 1, 10))
    await tell(sqlite_database, 4, 5)
    with pytest.raises(BrokerUnavailable):
        await reader.catch_up()
    with nats_server(tmp_path, port):
        await reader.catch_up()
        heard = [message async for message in nats_messages(url)]
        await broker.close()
    assert [message["sequence"] for message in heard] == [1, 2, 3, 4, 5]
    assert heard[3] == {**heard[3], "topic": "test.happened", "subject": "person-4", "payload": {"number": 4}}


@pytest.mark.slow
async def test_rabbitmq_hears_everything_in_order_and_its_absence_is_noticed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    port = free_port()
    url = f"amqp://guest:guest@127.0.0.1:{port}/"
    broker = connect_broker(url)
    reader = relay(sqlite_database, broker)
    with rabbitmq_server(tmp_path, port):
        await reader.catch_up()
        await broker.publish([])
        connection = await aio_pika.connect(url)
        channel = await connection.channel()
        exchange = await channel.declare_exchange("loopbank", "topic", durable=True)
        queue = await channel.declare_queue("test", durable=True)
        await queue.bind(exchange, "test.*")
        await tell(sqlite_database, 1, 2, 3)
        await reader.catch_up()
        heard = []
        while (message := await queue.get(fail=False)) is not None:
            heard.append((message.message_id, json.loads(message.body)["payload"]["number"]))
            await message.ack()
        await connection.close()
    assert heard == [("1", 1), ("2", 2), ("3", 3)]
    await tell(sqlite_database, 4)
    with pytest.raises(BrokerUnavailable):
        await reader.catch_up()
    await broker.close()


@pytest.fixture
async def sqlite_database(sqlite_database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    connected = connect_database(sqlite_database_url)
    yield connected
    await connected.close()
