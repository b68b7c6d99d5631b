"""What a connection may do to a server before it has said what it wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
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
