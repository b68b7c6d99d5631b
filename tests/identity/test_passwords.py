"""Hashing passwords: what is stored, how long anybody waits, and who gives way to whom."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loopbank.identity.errors import PasswordChecksBusy
from loopbank.identity.passwords import BCRYPT_ROUNDS, PasswordHasher

PEPPER = b"pepper"


@asynccontextmanager
async def hasher(
    *, threads: int = 2, rounds: int = 4, pepper: bytes = PEPPER, wait_seconds_max: float = 4.0
) -> AsyncIterator[PasswordHasher]:
    made = PasswordHasher(pepper=pepper, threads=threads, rounds=rounds, wait_seconds_max=wait_seconds_max)
    try:
        yield made
    finally:
        await made.stop()


async def test_the_product_uses_twelve_rounds() -> None:
    async with hasher(rounds=BCRYPT_ROUNDS) as twelve:
        assert (await twelve.hash("x")).startswith("{hmac-sha256+bcrypt}$2b$12$")


@pytest.mark.parametrize("password", ["", "x", "\x00", "a\x00b", "x" * 72, "x" * 73, "\u9375" * 256, "\U0001f511"])
async def test_a_password_verifies_and_others_do_not(password: str) -> None:
    async with hasher() as made:
        stored = await made.hash(password)
        assert await made.verify(password, stored)
        assert not await made.verify(password + "x", stored)
        assert not await made.verify(password + "\x00", stored)
        assert await made.hash(password) != stored


async def test_the_stand_ins_own_password_lets_nobody_in_either() -> None:
    async with hasher() as made:
        made._dummy_hash = await made.hash("chrome-rain-4417")
        assert not await made.verify("chrome-rain-4417", None)


async def test_a_stolen_table_is_worth_nothing_without_the_installations_secret() -> None:
    async with hasher() as ours, hasher(pepper=b"other") as theirs:
        stored = await ours.hash("chrome-rain-4417")
        assert not await theirs.verify("chrome-rain-4417", stored)


async def test_a_hash_of_an_unknown_scheme_is_our_mistake_and_not_a_wrong_password() -> None:
    async with hasher() as made:
        with pytest.raises(ValueError, match="unknown scheme"):
            await made.verify("x", "$2b$12$" + "x" * 53)


async def test_whoever_would_wait_too_long_is_told_when_to_come_back() -> None:
    async with hasher(threads=1, wait_seconds_max=1.0) as made:
        gate = threading.Event()
        waiting = [asyncio.create_task(made._in_turn(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(PasswordChecksBusy) as refused:
            await made.hash("x")
        assert refused.value.status == 503
        assert refused.value.headers["Retry-After"] == "2"
        gate.set()
        await asyncio.gather(*waiting)
        assert await made.verify("x", await made.hash("x"))


async def test_whoever_gives_up_makes_room() -> None:
    async with hasher(threads=1, wait_seconds_max=1.0) as made:
        gate = threading.Event()
        waiting = [asyncio.create_task(made._in_turn(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        for task in waiting[1:]:
            task.cancel()
        await asyncio.gather(*waiting[1:], return_exceptions=True)
        last = asyncio.create_task(made.hash("x"))
        await asyncio.sleep(0)
        gate.set()
        await waiting[0]
        assert (await last).startswith("{hmac")


async def test_the_expected_wait_follows_what_hashes_really_take() -> None:
    async with hasher(threads=1) as made:
        for _ in range(30):
            await made.hash("x")
        assert made._seconds_each < 0.1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives threads policies of their own")
async def test_hashing_takes_only_what_nobody_else_wants() -> None:
    async with hasher(threads=1) as made:
        theirs = await made._in_turn(lambda: os.sched_getscheduler(threading.get_native_id()))
    assert theirs == os.SCHED_IDLE
    assert os.sched_getscheduler(threading.get_native_id()) == os.SCHED_OTHER


async def test_no_more_threads_hash_than_there_are_cores() -> None:
    async with hasher(threads=2) as made:
        running = 0
        most = 0
        lock = threading.Lock()

        def work() -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.005)
            with lock:
                running -= 1

        await asyncio.gather(*(made._in_turn(work) for _ in range(12)))
    assert most == 2
