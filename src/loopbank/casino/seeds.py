"""Seeds: made, committed to and sealed ahead of time; taken into play with the player's seed; revealed at the end.

The next epoch is always prepared, and its commitment shown, before the player chooses the seed that it will play with.
"""

import base64
import os
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loopbank.casino import store
from loopbank.casino.core import SEED_BYTES, commitment
from loopbank.casino.errors import FreeSpinsWaiting, UnknownEpoch
from loopbank.casino.words import Epoch
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.foundation.keys import derive_key
from loopbank.ledger import AccountCode

_NONCE_BYTES = 12

NewSeed = Callable[[int], bytes]
"""Gives so many random bytes; tests hand in their own."""


class SeedVault:
    """Seals server seeds for the database; only who has the installation's secret can open them."""

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCM(derive_key(secret_key, "casino-seed"))

    def seal(self, seed: bytes, player: str, number: int) -> str:
        """Seal a seed for one player's epoch."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, seed, f"{player}|{number}".encode())
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str, player: str, number: int) -> bytes:
        """Open a sealed seed. Raises InvalidTag when it was sealed for another epoch or under another secret."""
        raw = base64.b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{player}|{number}".encode())


class Seeds:
    """The epochs of all players."""

    def __init__(self, database: Database, vault: SeedVault, clock: Clock, new_seed: NewSeed = os.urandom) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._new_seed = new_seed

    def open(self, sealed: str, player: AccountCode, number: int) -> bytes:
        """Give an epoch's seed to whoever decides a round."""
        return self._vault.open(sealed, player, number)

    async def current(self, player: AccountCode) -> tuple[Epoch, Epoch]:
        """Give a player's current epoch and the prepared one after it; the first call makes both."""
        async with self._database.reading() as tx:
            known = await store.read_last_epochs(tx, player)
        if not known:
            await self._begin(player)
            async with self._database.reading() as tx:
                known = await store.read_last_epochs(tx, player)
        prepared, current = known
        return current, prepared

    async def rotate(self, player: AccountCode, client_seed: str | None, *, only: int | None = None) -> Epoch:
        """Reveal the current epoch and begin the next with the player's seed (None keeps it); gives the revealed one.

        `only` names the epoch to end: one that has ended already is given as it is. Raises FreeSpinsWaiting, and
        UnknownEpoch when that one has not begun.
        """
        current, prepared = await self.current(player)
        if only is not None and only != current.epoch:
            if only > current.epoch:
                raise UnknownEpoch
            return await self.epoch(player, only)
        seed = self._vault.open(current.sealed_seed, player, current.epoch)
        now = self._clock()
        async with self._database.transaction() as tx:
            is_ended = await store.end_epoch(tx, player, current.epoch, seed.hex(), now)
            if is_ended:
                await store.begin_epoch(tx, player, prepared.epoch, client_seed or current.client_seed or player, now)
                await store.insert_epochs(tx, [self._prepared(player, prepared.epoch + 1)])
        ended = await self.epoch(player, current.epoch)
        if ended.revealed_at is None:
            raise FreeSpinsWaiting
        return ended

    async def rotate_when_due(self, player: AccountCode, number: int) -> bool:
        """End an epoch that has lasted long enough, keeping the player's seed; False while free spins wait in it."""
        try:
            await self.rotate(player, None, only=number)
        except FreeSpinsWaiting:
            return False
        return True

    async def epoch(self, player: AccountCode, number: int) -> Epoch:
        """Give an epoch that exists."""
        async with self._database.reading() as tx:
            found = await store.read_epoch(tx, player, number)
        assert found is not None, "epochs are never deleted"
        return found

    async def _begin(self, player: AccountCode) -> None:
        """Make a player's first epoch, which plays with their account number until they choose a seed."""
        now = self._clock()
        first, second = self._prepared(player, 1), self._prepared(player, 2)
        begun = Epoch(player, 1, first.commitment, first.sealed_seed, player, now, None, None)
        async with self._database.transaction() as tx:
            await store.insert_epochs(tx, [begun, second])

    def _prepared(self, player: AccountCode, number: int) -> Epoch:
        seed = self._new_seed(SEED_BYTES)
        sealed = self._vault.seal(seed, player, number)
        return Epoch(player, number, commitment(seed, player, number), sealed, None, None, None, None)
