"""What only a real server shows: bodies without a length, streams over sockets, and how it stops."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import RealServer
from tests.support.streams import Event
from tests.system.journey import PASSWORD, events_of
from tests.system.topologies import WITHOUT_LIMITS, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # a loaded machine takes long to start a process

STOP_SECONDS_MAX = 10.0
"""A server waits for its open answers up to 20 seconds; streams must not make it wait."""

_POST = b"POST /api/v1/transactions HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture(scope="module")
def running(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One process that the tests of this module share."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "bank.db").write_bytes(migrated_sqlite_file.read_bytes())
    with RealServer(f"sqlite:///{folder}/bank.db", folder, environment=WITHOUT_LIMITS) as server:
        yield Running(server.base_url, server, server)


@pytest.fixture
def runner(running: Running) -> Iterator[httpx.Client]:
    """Somebody who registered and signed in over the network."""
    body = {"character_name": f"runner {time.monotonic_ns()}", "password": PASSWORD}
    with running.client() as http:
        http.post("/api/v1/auth/register", json=body).raise_for_status()
        token = http.post("/api/v1/auth/login", json=body).raise_for_status().json()["access_token"]
    with running.client(token) as http:
        yield http


def in_pieces(body: bytes, piece: int) -> Iterator[bytes]:
    for start in range(0, len(body), piece):
        yield body[start : start + piece]


def test_a_body_without_a_length_is_read_to_64_kib_and_no_further(runner: httpx.Client) -> None:
    body = b'{"to_account": "NC-CASA-0000", "amount": 1}'
    headers = {"Content-Type": "application/json"}
    for piece in (1_000, 65_536, 70_000):
        for size in (64 * 1024 + 1, 300_000):
            content = in_pieces(body.ljust(size), piece)
            refused = runner.post("/api/v1/transactions", content=content, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")
    assert runner.get("/api/v1/account").json()["account"]["balance"] == 1000
    content = in_pieces(body.ljust(64 * 1024), 1_000)
    paid = runner.post("/api/v1/transactions", content=content, headers=headers)
    assert (paid.status_code, paid.json()["new_balance"]) == (201, 999)


@pytest.mark.parametrize(
    "raw",
    [
        _POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
        _POST + b"Content-Length: -5\r\n\r\n",
        _POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        _POST + b"X-Request-Id: a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["endless length", "negative length", "two lengths", "NUL in a header", "bytes in the path", "no HTTP"],
)
def test_a_broken_request_is_refused_and_the_server_stays(running: Running, raw: bytes) -> None:
    address = urlsplit(running.base_url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert 400 <= answer.status < 500 or (answer.status == 200 and raw.startswith(b"GET /\xff"))
    assert httpx.get(f"{running.base_url}/health").status_code == 200


def test_a_payment_arrives_on_the_other_phone_while_it_listens(running: Running, runner: httpx.Client) -> None:
    account = runner.get("/api/v1/account").json()["account"]["account_number"]
    with running.client() as guest:
        body = {"character_name": f"fixer {time.monotonic_ns()}", "password": PASSWORD}
        guest.post("/api/v1/auth/register", json=body).raise_for_status()
        token = guest.post("/api/v1/auth/login", json=body).json()["access_token"]
    heard: list[Event] = []
    listening = threading.Event()

    def listen() -> None:
        with runner.stream("GET", "/api/v1/stream") as stream:
            for event in events_of(stream):
                heard.append(event)
                listening.set()
                if event.name == "transaction":
                    return

    phone = threading.Thread(target=listen)
    phone.start()
    assert listening.wait(10)
    with running.client(token) as fixer:
        paid = fixer.post("/api/v1/transactions", json={"to_account": account, "amount": "2.50", "memo": "live"})
        assert paid.status_code == 201
    phone.join(5)
    assert [event.name for event in heard] == ["balance", "transaction"]
    assert (heard[1].data["transaction"]["memo"], heard[1].data["balance"]) == ("live", 1002.5)


def test_a_stopping_server_ends_its_streams_at_once(running: Running, runner: httpx.Client) -> None:
    with runner.stream("GET", "/api/v1/stream") as stream:
        events = events_of(stream)
        assert next(events).name == "balance"
        begun = time.monotonic()
        running.coin.stop()
        assert time.monotonic() - begun < STOP_SECONDS_MAX
        assert list(events) == [], "the answer ends whole, without a broken connection"
    running.coin.start()
    assert httpx.get(f"{running.base_url}/health/ready").status_code == 200
