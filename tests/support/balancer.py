"""A small load balancer: it passes connections on to replicas that say they are ready, one after the other."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

_PROBE_SECONDS = 0.05
_PROBE = b"GET /health/ready HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
_PIECE_BYTES = 65_536


class Balancer:
    """One address in front of replicas, given as ports; use it as a context manager."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.ready: list[int] = []
        self._ports = ports
        self._turn = 0
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def base_url(self) -> str:
        """The address that clients call."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_listening.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        watching = asyncio.create_task(self._watch())
        self._is_listening.set()
        await self._stop.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(watching, *rest, return_exceptions=True)
        # A transport that was closed lets go of its socket in the loop's next round.
        await asyncio.sleep(0)

    async def _watch(self) -> None:
        while True:
            answers = await asyncio.gather(*map(_is_ready, self._ports))
            self.ready = [port for port, answer in zip(self._ports, answers, strict=True) if answer]
            await asyncio.sleep(_PROBE_SECONDS)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._turn += 1
        # Whoever began this task would log its cancellation, which is how the balancer closes, as a mistake.
        with suppress(OSError, IndexError, asyncio.CancelledError):
            there = await asyncio.open_connection("127.0.0.1", self.ready[self._turn % len(self.ready or [0])])
            await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_PROBE)
            status = await reader.readline()
            writer.close()
            return b" 200 " in status
    except OSError:
        return False
