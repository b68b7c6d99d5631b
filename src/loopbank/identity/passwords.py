"""Password hashing: what is stored for a password, behind a limit on how long anybody waits."""

import base64
import hashlib
import hmac
import math
import unicodedata

import bcrypt

from loopbank.identity.bcrypt_processes import BcryptProcesses
from loopbank.identity.errors import PasswordChecksBusy

BCRYPT_ROUNDS = 12
WAIT_SECONDS_MAX = 4.0

NO_PASSWORD = "{none}"  # noqa: S105 -- what stands for a password that nobody has

PASSWORD_SCHEME = "{hmac-sha256+bcrypt}"  # noqa: S105 -- what the hashes of all passwords begin with


class PasswordHasher:
    """Hashes and verifies passwords without slowing anything else down.

    One hash costs a third of a second of processor time by intention. As many as `processes` says are made at a time,
    and whoever would wait longer than `wait_seconds_max` is sent away with the time after which to come back. bcrypt
    reads 72 bytes only, so it gets a keyed digest of the whole password.
    """

    def __init__(
        self,
        *,
        pepper: bytes,
        processes: int,
        rounds: int = BCRYPT_ROUNDS,
        wait_seconds_max: float = WAIT_SECONDS_MAX,
    ) -> None:
        self._pepper = pepper
        self._count = processes
        self._rounds = rounds
        self._wait_seconds_max = wait_seconds_max
        self._processes = BcryptProcesses(processes)
        self._pending = 0
        self._dummy_hash = f"{PASSWORD_SCHEME}{bcrypt.gensalt(rounds).decode()}{'.' * 31}"

    @property
    def pending(self) -> int:
        """How many passwords wait to be checked, those included that are being checked."""
        return self._pending

    async def stop(self) -> None:
        """End the processes."""
        await self._processes.stop()

    async def hash(self, password: str) -> str:
        """Give the hash to store. Raises PasswordChecksBusy."""
        return PASSWORD_SCHEME + (await self._in_turn(password, bcrypt.gensalt(self._rounds))).decode()

    async def verify(self, password: str, stored_hash: str | None) -> bool:
        """Tell whether the password is right; without a stored hash the same work is done for nothing.

        Raises PasswordChecksBusy.
        """
        known_hash = None if stored_hash == NO_PASSWORD else stored_hash
        stored = _without_scheme(known_hash or self._dummy_hash)
        # bcrypt reads the salt and the cost from the beginning of a hash.
        is_right = hmac.compare_digest(await self._in_turn(password, stored), stored)
        return is_right and known_hash is not None

    def require_room(self) -> None:
        """Send whoever would wait too long away before anything is done for them. Raises PasswordChecksBusy."""
        expected_seconds = self._pending * self._processes.seconds_each / self._count
        if expected_seconds > self._wait_seconds_max:
            raise PasswordChecksBusy(retry_after_seconds=math.ceil(expected_seconds))

    async def _in_turn(self, password: str, salt: bytes) -> bytes:
        self.require_room()
        self._pending += 1
        try:
            return await self._processes.hash(self._digest(password), salt)
        finally:
            self._pending -= 1

    def _digest(self, password: str) -> bytes:
        """Give 44 characters that stand for the whole password, however its letters were composed on the keyboard."""
        text = unicodedata.normalize("NFKC", password).encode()
        return base64.b64encode(hmac.digest(self._pepper, text, hashlib.sha256))


def _without_scheme(stored_hash: str) -> bytes:
    if not stored_hash.startswith(PASSWORD_SCHEME):
        raise ValueError("a stored password hash has an unknown scheme")
    return stored_hash.removeprefix(PASSWORD_SCHEME).encode()
