"""bcrypt beside the server: in spare time, but not for ever, and right whatever happens to a process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import bcrypt
import pytest

from loopbank.identity import bcrypt_process
from loopbank.identity.bcrypt_processes import BcryptProcesses

SALT = b"$2b$04$" + b"a" * 21 + b"O"
SLOW_SALT = b"$2b$11$" + b"a" * 21 + b"O"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives processes policies")


@asynccontextmanager
async def processes(count: int = 1, *, starved_seconds: float = 30.0) -> AsyncIterator[BcryptProcesses]:
    """Make processes that wait for spare time as long as a busy machine may need, if nothing else is said."""
    made = BcryptProcesses(count, starved_seconds=starved_seconds)
    try:
        yield made
    finally:
        await made.stop()


def patient(made: BcryptProcesses) -> list[int]:
    return [process.pid for process in made._patient._resting]


def ordinary(made: BcryptProcesses) -> list[int]:
    return [process.pid for process in made._ordinary._resting]


async def test_the_hash_is_bcrypts() -> None:
    async with processes(2) as made:
        hashes = await asyncio.gather(*(made.hash(b"digest%d" % number, SALT) for number in range(12)))
        assert 1 <= len(patient(made)) <= 2
    assert hashes == [bcrypt.hashpw(b"digest%d" % number, SALT) for number in range(12)]


async def test_one_after_the_other_needs_one_process() -> None:
    async with processes(4) as made:
        for _ in range(5):
            await made.hash(b"digest", SALT)
        assert len(patient(made)) == 1


@on_linux
async def test_hashing_takes_only_what_nobody_else_wants() -> None:
    async with processes() as made:
        await made.hash(b"digest", SALT)
        (pid,) = patient(made)
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
        # A session of its own would have a share of the processor of its own (sched_autogroup).
        assert os.getsid(pid) == os.getsid(0)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@on_linux
async def test_where_there_is_no_spare_time_an_ordinary_process_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async with processes(2, starved_seconds=0.05) as made:
        await made._patient.hash(b"digest", SALT)
        # A process that gets on as little as this one is what a processor without spare time looks like.
        (pid,) = patient(made)
        os.kill(pid, signal.SIGSTOP)
        assert await made.hash(b"another", SALT) == bcrypt.hashpw(b"another", SALT)
        (pid,) = ordinary(made)
        assert os.sched_getscheduler(pid) == os.SCHED_OTHER
        # Nobody after that waits for spare time, until it is looked for again.
        monkeypatch.setattr(made, "_starved_seconds", 3_600.0)
        await made.hash(b"digest", SALT)
        assert patient(made) == []
        monkeypatch.setattr(made, "_scarce_until", 0.0)
        await made.hash(b"digest", SALT)
        assert len(patient(made)) == 1


async def test_a_queue_that_moves_is_no_reason_to_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    async with processes(starved_seconds=1.0) as made:
        turn = asyncio.Lock()

        async def hash_slowly(digest: bytes, _salt: bytes) -> tuple[bytes, float]:
            async with turn:
                await asyncio.sleep(0.2)
            return digest, 0.2

        monkeypatch.setattr(made._patient, "hash", hash_slowly)
        await asyncio.gather(*(made.hash(b"digest", SALT) for _ in range(8)))
        assert ordinary(made) == []


@pytest.mark.parametrize("when", ["while it rests", "at its work"])
async def test_a_process_that_somebody_ends_disappoints_nobody(when: str) -> None:
    async with processes() as made:
        await made.hash(b"digest", SALT)
        (pid,) = patient(made)
        if when == "while it rests":
            os.kill(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.05, os.kill, pid, signal.SIGKILL)
        assert await made.hash(b"another", SALT) == bcrypt.hashpw(b"another", SALT)
        assert patient(made) != [pid]


async def test_nobody_gets_the_hash_of_whoever_gave_up() -> None:
    async with processes() as made:
        await made.hash(b"digest", SALT)
        given_up = asyncio.create_task(made.hash(b"digest", SLOW_SALT))
        # The process rests, so it is asked at once.
        await asyncio.sleep(0.01)
        given_up.cancel()
        assert await made.hash(b"another", SALT) == bcrypt.hashpw(b"another", SALT)
        with pytest.raises(asyncio.CancelledError):
            await given_up


async def test_a_salt_that_bcrypt_refuses_is_told_and_ends_nothing() -> None:
    async with processes() as made:
        await made.hash(b"digest", SALT)
        before = patient(made)
        with pytest.raises(ValueError, match="salt"):
            await made.hash(b"digest", b"$2b$04$short")
        assert await made.hash(b"digest", SALT) == bcrypt.hashpw(b"digest", SALT)
        assert patient(made) == before


async def test_a_program_that_cannot_start_is_our_mistake_and_not_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bcrypt_process, "__file__", os.devnull)
    async with processes() as made:
        with pytest.raises(RuntimeError, match="has ended"):
            await made.hash(b"digest", SALT)


async def test_the_processes_end_with_the_server() -> None:
    async with processes() as made:
        await made.hash(b"digest", SALT)
        (pid,) = patient(made)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_program_ends_when_nobody_can_ask_any_more() -> None:
    ended = subprocess.run(
        [sys.executable, "-I", bcrypt_process.__file__, bcrypt_process.PATIENT],
        input=b"digest %b\n" % SALT,
        capture_output=True,
        check=True,
    )
    assert ended.stdout == bcrypt.hashpw(b"digest", SALT) + b"\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_key_pressed_in_the_servers_terminal_does_not_end_the_program() -> None:
    program = subprocess.Popen(
        [sys.executable, "-I", bcrypt_process.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert program.stdin is not None
    assert program.stdout is not None
    with program:
        for _ in range(2):
            program.stdin.write(b"digest %b\n" % SALT)
            program.stdin.flush()
            assert program.stdout.readline() == bcrypt.hashpw(b"digest", SALT) + b"\n"
            program.send_signal(signal.SIGINT)
        program.stdin.close()
    assert program.returncode == 0
