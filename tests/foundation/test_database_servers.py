"""Several servers in one address: whichever is the right one is found, also past one that died without a word."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from loopbank.foundation.database import database_address, servers
from loopbank.foundation.database.servers import Servers

ADDRESS = "postgresql://teller:chrome@/bank"


class SilentServer:
    """Lets everybody in and says nothing, as a machine that hangs; `visits` counts who came."""

    def __init__(self) -> None:
        self.visits = 0
        self.port = 0

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wait until the visitor has had enough."""
        self.visits += 1
        await reader.read()
        writer.close()


@pytest.fixture
async def silent(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> AsyncIterator[SilentServer]:
    monkeypatch.setattr(servers, "_SECONDS_EACH_MAX", 0.5)
    hanging = SilentServer()
    server = await asyncio.start_server(hanging.receive, "127.0.0.1", 0)
    hanging.port = server.sockets[0].getsockname()[1]
    yield hanging
    server.close()


def beside(silent: SilentServer, url: str) -> str:
    """Name the silent server and then the one of a test's database."""
    address = make_url(url)
    folder = address.query["host"]
    return address.update_query_dict({"host": f"127.0.0.1,{folder}", "port": f"{silent.port},5432"}).render_as_string(
        hide_password=False
    )


async def test_a_server_that_says_nothing_is_passed_and_then_asked_last(
    silent: SilentServer, postgres_database_url: str
) -> None:
    either = Servers(database_address(beside(silent, postgres_database_url)))
    for _ in range(3):
        connection = await either.connect()
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert silent.visits == 1


async def test_servers_that_are_all_away_are_told_of_in_time(silent: SilentServer) -> None:
    address = f"postgresql://teller@/bank?host=127.0.0.1,127.0.0.1&port=9,{silent.port}"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(20):
            await Servers(database_address(address)).connect()
    assert silent.visits == 1


async def test_a_server_of_another_role_is_none(postgres_database_url: str) -> None:
    folder = make_url(postgres_database_url).query["host"]
    address = make_url(postgres_database_url).update_query_dict(
        {"host": f"{folder},{folder}", "target_session_attrs": "standby"}
    )
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await Servers(database_address(address.render_as_string(hide_password=False))).connect()


@pytest.mark.parametrize(
    ("places", "each"),
    [
        ("", [""]),
        ("?host=a", ["?host=a"]),
        ("?host=a,b", ["?host=a", "?host=b"]),
        ("?host=a&host=b", ["?host=a", "?host=b"]),
        ("?host=a,b&port=5", ["?host=a&port=5", "?host=b&port=5"]),
        ("?host=a,b&port=5,6", ["?host=a&port=5", "?host=b&port=6"]),
        ("?host=a,b&port=5,6,7", ["?host=a,b&port=5,6,7"]),
        (
            "?host=a,b&target_session_attrs=any",
            ["?host=a&target_session_attrs=any", "?host=b&target_session_attrs=any"],
        ),
    ],
)
def test_an_address_is_taken_apart_into_its_servers(places: str, each: list[str]) -> None:
    apart = database_address(ADDRESS + places).servers
    assert [make_url(server.text) for server in apart] == [make_url(ADDRESS + place) for place in each]
