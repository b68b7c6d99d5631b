"""What a connection may do to a server before it has said what it wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from loopbank.entrypoints.connections import HEAD_BYTES_MAX, Connection


class Hurried(Connection):
    """As in the house, for people who have half a second."""

    request_seconds_max = 0.3


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def calling(
    kind: type[Connection] = Connection,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Call a server whose connections are of a kind."""
    config, state = uvicorn.Config(answer, log_config=None), ServerState()
    config.load()
    server = await asyncio.get_running_loop().create_server(lambda: kind(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    async with server:
        yield reader, writer
        writer.transport.abort()


GET = b"GET / HTTP/1.1\r\nHost: bank\r\n"


@pytest.mark.parametrize(
    "endless", [b"X: y\r\n", b"X: " + b"y" * 100, b"y"], ids=["headers", "long headers", "one word"]
)
async def test_a_head_without_end_is_refused_and_ends_the_connection(endless: bytes) -> None:
    async with calling() as (reader, writer):
        writer.write(GET + b"X-First: " + endless * (HEAD_BYTES_MAX // len(endless) + 1))
        said = await reader.read()
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in said


async def test_a_large_body_and_requests_one_after_another_are_no_large_head() -> None:
    body = b"y" * 60_000
    request = b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: 60000\r\n\r\n" + body
    async with calling() as (reader, writer):
        for _ in range(4):
            writer.write(request + GET + b"\r\n")
        answers = b""
        while answers.count(b"200 OK") < 8:
            answers += await reader.read(65_536)
    assert b"431" not in answers


@pytest.mark.parametrize(
    "said", [b"", b"GE", GET, GET + b"\r\n" + GET, b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: 5\r\n\r\nabc"]
)
async def test_half_a_request_is_not_waited_for_without_end(said: bytes) -> None:
    async with calling(Hurried) as (reader, writer):
        writer.write(said)
        async with asyncio.timeout(5):
            while await reader.read(1_000):
                pass


async def test_a_quiet_caller_between_two_requests_is_not_hurried() -> None:
    async with calling(Hurried) as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(0.5)


async def test_what_is_no_request_is_refused_with_a_problem_document() -> None:
    async with calling() as (reader, writer):
        writer.write(b"\x16\x03\x01 is not how one speaks here")
        said = await reader.read()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"bad_request"' in said


class Wire(asyncio.Transport):
    """What a connection says, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False
        self._said = asyncio.Event()

    def write(self, data: bytes) -> None:  # type: ignore[override]  # what the server writes is bytes
        assert not self.is_closed
        self.pieces.append(data)
        self._said.set()

    async def piece(self) -> bytes:
        """Wait for the next piece and give it."""
        async with asyncio.timeout(5):
            await self._said.wait()
        self._said.clear()
        return self.pieces[-1]

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


@asynccontextmanager
async def asked(app: ASGIApp, request: bytes) -> AsyncIterator[Wire]:
    """Ask an app over a wire that keeps what is said."""
    config, wire = uvicorn.Config(app, log_config=None), Wire()
    config.load()
    connection = Connection(config, ServerState(), {})
    connection.connection_made(wire)
    connection.data_received(request)
    yield wire
    connection.connection_lost(None)


@pytest.mark.parametrize(
    ("request_head", "end"),
    [
        (GET, b"\r\n\r\nok"),
        (GET + b"Connection: close\r\n", b"\r\n\r\nok"),
        (GET.replace(b"GET", b"HEAD"), b"\r\n\r\n"),
    ],
    ids=["one of many", "the last", "head only"],
)
async def test_an_answer_is_sent_in_one_piece(request_head: bytes, end: bytes) -> None:
    async with asked(answer, request_head + b"\r\n") as wire:
        await wire.piece()
        await asyncio.sleep(0.01)
        (piece,) = wire.pieces
        assert piece.startswith(b"HTTP/1.1 200 ")
        assert piece.endswith(end)
        assert wire.is_closed == (b"close" in request_head)


async def test_the_head_of_a_stream_does_not_wait_for_its_first_news() -> None:
    news = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await news.wait()
        await send({"type": "http.response.body", "body": b"news"})

    async with asked(stream, GET + b"\r\n") as wire:
        assert (await wire.piece()).endswith(b"\r\n\r\n")
        news.set()
        assert b"news" in await wire.piece()


async def test_a_head_is_sent_before_a_connection_that_fails_is_closed() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        raise RuntimeError("nothing follows")

    async with asked(fail, GET + b"\r\n") as wire:
        assert (await wire.piece()).startswith(b"HTTP/1.1 200 ")
        assert wire.is_closed
