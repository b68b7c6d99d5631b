"""bcrypt in processes beside this one, in the processor's spare time, which slow nothing else down."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

from loopbank.identity import bcrypt_process

STARVED_SECONDS = 1.0
"""How long nothing may end before spare time counts as something that there is none of."""

SCARCE_SECONDS = 10.0
"""How long nobody is kept waiting for spare time after there was none."""

_FIRST_GUESS_SECONDS = 0.35
_WEIGHT_OF_NEWEST = 0.2


class BcryptProcesses:
    """Hashes in processes that take only what nobody else wants.

    Linux calls their policy SCHED_IDLE: they give way at once, where a process that is merely nice finishes its slice
    of milliseconds first. A thread must not do so: stopped while it holds the interpreter lock, it would stop the event
    loop with it. While everything else wants all of the processor, nothing would ever end; then, and for a while,
    one further process, which is like any other, does the work.
    """

    def __init__(self, count: int, *, starved_seconds: float = STARVED_SECONDS) -> None:
        self._starved_seconds = starved_seconds
        self._patient = _Processes(count, bcrypt_process.PATIENT)
        self._ordinary = _Processes(1)
        self._ended_at = 0.0
        self._scarce_until = 0.0
        self._seconds_each = _FIRST_GUESS_SECONDS

    @property
    def seconds_each(self) -> float:
        """How long one hash takes of late, once its turn has come."""
        return self._seconds_each

    async def hash(self, digest: bytes, salt: bytes) -> bytes:
        """Give the hash. Whoever gives up ends the work. Raises ValueError for a salt that bcrypt refuses."""
        answer = None
        if time.perf_counter() >= self._scarce_until:
            answer = await self._hash_in_spare_time(digest, salt)
        hashed, seconds = answer or await self._ordinary.hash(digest, salt)
        self._seconds_each += _WEIGHT_OF_NEWEST * (seconds - self._seconds_each)
        return hashed

    async def _hash_in_spare_time(self, digest: bytes, salt: bytes) -> tuple[bytes, float] | None:
        """Give the hash and what it took, or nothing where there is no spare time."""
        asked_at = time.perf_counter()
        hashing = asyncio.create_task(self._patient.hash(digest, salt))
        try:
            while not (await asyncio.wait((hashing,), timeout=self._starved_seconds))[0]:
                now = time.perf_counter()
                if now - max(asked_at, self._ended_at) >= self._starved_seconds:
                    self._scarce_until = now + SCARCE_SECONDS
                if now < self._scarce_until:
                    return None
            self._ended_at = time.perf_counter()
            return await hashing
        finally:
            hashing.cancel()

    async def stop(self) -> None:
        """End the processes."""
        await self._patient.stop()
        await self._ordinary.stop()


class _Processes:
    """At most `count` processes, each started when all others are busy and kept from then on."""

    def __init__(self, count: int, *arguments: str) -> None:
        self._arguments = arguments
        self._turn = asyncio.Semaphore(count)
        self._resting: list[Process] = []
        self._started: set[Process] = set()

    async def hash(self, digest: bytes, salt: bytes) -> tuple[bytes, float]:
        """Give the hash and the seconds since it was this one's turn."""
        async with self._turn:
            hashed, began_at = b"", time.perf_counter()
            if self._resting:
                hashed = await self._ask(self._resting.pop(), digest, salt)
            # One that somebody ended while it rested is no reason to disappoint anybody.
            if not hashed:
                hashed = await self._ask(await self._start(), digest, salt)
        if not hashed:
            raise RuntimeError("the process that hashes passwords has ended")
        if hashed == b"\n":
            raise ValueError("bcrypt refused the salt")
        return hashed.rstrip(), time.perf_counter() - began_at

    async def stop(self) -> None:
        self._resting.clear()
        for process in tuple(self._started):
            await self._end(process)

    async def _start(self) -> Process:
        # In a session of its own it would get a fair share of the processor, whatever its policy (sched_autogroup).
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", bcrypt_process.__file__, *self._arguments, stdin=PIPE, stdout=PIPE
        )
        self._started.add(process)
        return process

    async def _ask(self, process: Process, digest: bytes, salt: bytes) -> bytes:
        """Give the answer with its end of line, or nothing when the process has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        hashed = b""
        try:
            with suppress(ConnectionError):
                process.stdin.write(b"%b %b\n" % (digest, salt))
                await process.stdin.drain()
                hashed = await process.stdout.readline()
        except BaseException:
            # Whoever was cancelled leaves an answer behind that nobody else may read.
            await asyncio.shield(self._end(process))
            raise
        if hashed:
            self._resting.append(process)
        else:
            await self._ended(process)
        return hashed

    async def _end(self, process: Process) -> None:
        with suppress(ProcessLookupError):
            process.kill()
        await self._ended(process)

    async def _ended(self, process: Process) -> None:
        await process.wait()
        self._started.discard(process)
