"""Hashing passwords: what is stored, and how long anybody waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loopbank.identity.errors import PasswordChecksBusy
from loopbank.identity.passwords import BCRYPT_ROUNDS, PasswordHasher

PEPPER = b"pepper"


@asynccontextmanager
async def hasher(
    *, processes: int = 2, rounds: int = 4, pepper: bytes = PEPPER, wait_seconds_max: float = 4.0
) -> AsyncIterator[PasswordHasher]:
    made = PasswordHasher(pepper=pepper, processes=processes, rounds=rounds, wait_seconds_max=wait_seconds_max)
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


async def test_whoever_would_wait_too_long_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hasher(processes=1, wait_seconds_max=1.0) as made:
        gate = hold_up(made, monkeypatch)
        waiting = [asyncio.create_task(made.hash("x")) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(PasswordChecksBusy) as refused:
            await made.hash("x")
        assert refused.value.status == 503
        assert refused.value.headers["Retry-After"] == "2"
        gate.set()
        await asyncio.gather(*waiting)
        assert await made.verify("x", await made.hash("x"))


async def test_whoever_gives_up_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hasher(processes=1, wait_seconds_max=1.0) as made:
        gate = hold_up(made, monkeypatch)
        waiting = [asyncio.create_task(made.hash("x")) for _ in range(3)]
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
    async with hasher(processes=1) as made:
        for _ in range(30):
            await made.hash("x")
        assert made._processes.seconds_each < 0.1


def hold_up(made: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let nothing be hashed before the event."""
    gate = asyncio.Event()
    really_hash = made._processes.hash

    async def hash_later(digest: bytes, salt: bytes) -> bytes:
        await gate.wait()
        return await really_hash(digest, salt)

    monkeypatch.setattr(made._processes, "hash", hash_later)
    return gate
