"""Password hashing: bcrypt in the processor's spare time, behind a limit on how long anybody waits."""

import base64
import hashlib
import hmac
import math
import os
import time
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import bcrypt

from loopbank.identity.errors import PasswordChecksBusy
from loopbank.identity.spare_time import SpareTime

BCRYPT_ROUNDS = 12
WAIT_SECONDS_MAX = 4.0

NO_PASSWORD = "{none}"  # noqa: S105 -- what stands for a password that nobody has

_SCHEME = "{hmac-sha256+bcrypt}"
_FIRST_GUESS_SECONDS = 0.35
_WEIGHT_OF_NEWEST = 0.2

Result = TypeVar("Result")


class PasswordHasher:
    """Hashes and verifies passwords without slowing anything else down.

    One hash costs a third of a second of processor time by intention. As many as `threads` says are made at a time, and
    whoever would wait longer than `wait_seconds_max` is sent away with the time after which to come back. bcrypt reads
    72 bytes only, so it gets a keyed digest of the whole password.
    """

    def __init__(
        self,
        *,
        pepper: bytes,
        threads: int,
        rounds: int = BCRYPT_ROUNDS,
        wait_seconds_max: float = WAIT_SECONDS_MAX,
    ) -> None:
        self._pepper = pepper
        self._threads = threads
        self._rounds = rounds
        self._wait_seconds_max = wait_seconds_max
        self._spare_time = SpareTime(threads)
        self._pending = 0
        self._seconds_each = _FIRST_GUESS_SECONDS
        self._dummy_hash = ""

    @property
    def pending(self) -> int:
        """How many passwords wait to be checked, those included that are being checked."""
        return self._pending

    async def start(self) -> None:
        """Make the hash that stands in for unknown people's."""
        if not self._dummy_hash:
            self._dummy_hash = await self.hash(base64.b64encode(os.urandom(24)).decode())

    async def stop(self) -> None:
        """End the threads; what they have not begun is dropped."""
        self._spare_time.stop()

    async def hash(self, password: str) -> str:
        """Give the hash to store. Raises PasswordChecksBusy."""
        return await self._in_turn(lambda: self._hash(password))

    async def verify(self, password: str, stored_hash: str | None) -> bool:
        """Tell whether the password is right; without a stored hash the same work is done for nothing.

        Raises PasswordChecksBusy.
        """
        known_hash = None if stored_hash == NO_PASSWORD else stored_hash
        if known_hash is None and not self._dummy_hash:
            await self.start()
        is_right = await self._in_turn(lambda: self._verify(password, known_hash or self._dummy_hash))
        return is_right and known_hash is not None

    def require_room(self) -> None:
        """Send whoever would wait too long away before anything is done for them. Raises PasswordChecksBusy."""
        expected_seconds = self._pending * self._seconds_each / self._threads
        if expected_seconds > self._wait_seconds_max:
            raise PasswordChecksBusy(retry_after_seconds=math.ceil(expected_seconds))

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        self.require_room()
        self._pending += 1
        try:
            result, seconds = await self._spare_time.run(lambda: _timed(work))
        finally:
            self._pending -= 1
        self._seconds_each += _WEIGHT_OF_NEWEST * (seconds - self._seconds_each)
        return result

    def _hash(self, password: str) -> str:
        return _SCHEME + bcrypt.hashpw(self._digest(password), bcrypt.gensalt(self._rounds)).decode()

    def _verify(self, password: str, stored_hash: str) -> bool:
        if not stored_hash.startswith(_SCHEME):
            raise ValueError("a stored password hash has an unknown scheme")
        return bcrypt.checkpw(self._digest(password), stored_hash.removeprefix(_SCHEME).encode())

    def _digest(self, password: str) -> bytes:
        """Give 44 characters that stand for the whole password, however its letters were composed on the keyboard."""
        text = unicodedata.normalize("NFKC", password).encode()
        return base64.b64encode(hmac.digest(self._pepper, text, hashlib.sha256))


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
