"""The keys that sign access tokens: made once, sealed where they are stored, published as a key set, rotated."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import RSAKey

from loopbank.access import ALGORITHM, JwksDocument
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.seals import Seal, SealBroken
from loopbank.identity import store
from loopbank.identity.people import StoredKey

_KEY_BITS = 2_048
_RELOAD_SECONDS = 30
_PUBLISHED_BEFORE_USE_SECONDS = 120
_NEVER = Instant(2**63 - 1)


NewKey = Callable[[], RSAKey]
"""Gives a new RSA key; tests hand in their own, because making one costs a tenth of a second."""


def new_signing_key() -> RSAKey:
    """Make a key."""
    return RSAKey.generate_key(_KEY_BITS)


class SigningKeyUnreadable(Exception):
    """The stored signing key was sealed under another SECRET_KEY."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs at this moment, and the header that names it."""

    id: str
    key: RSAKey


class KeyRing:
    """The signing keys of an installation, whichever of its processes made them.

    A new key is published two minutes before it signs, so that nobody meets a token whose key is unknown. A retired
    key stays published until the last token that it signed has expired; other processes notice within
    `_RELOAD_SECONDS` that it retired, so it may sign that much longer.
    """

    def __init__(
        self,
        *,
        database: Database,
        secret_key: str,
        token_seconds: int,
        clock: Clock,
        new_key: NewKey = new_signing_key,
    ) -> None:
        self._database = database
        self._new_key = new_key
        self._seal = Seal(secret_key, "signing-key")
        self._published_seconds = token_seconds + 2 * _RELOAD_SECONDS
        self._clock = clock
        self._signing: SigningKey | None = None
        self._document: JwksDocument = {"keys": []}
        self._loaded_at = Instant(0)

    async def start(self) -> None:
        """Make the first key unless there is one. Raises SigningKeyUnreadable."""
        await self._load()
        if self._signing is None:
            await self._make_first()
            await self._load()

    async def signing_key(self) -> SigningKey:
        """Give the key to sign with."""
        await self._load_when_old()
        assert self._signing is not None, "the key ring was not started"
        return self._signing

    async def document(self) -> JwksDocument:
        """Give the published key set."""
        await self._load_when_old()
        return self._document

    async def rotate(self, *, withdraws: bool = False) -> str:
        """Publish a new key, which signs as soon as everybody can know it; gives its id.

        `withdraws` is for keys that were stolen: the new one signs at once, all others are published no more, and
        every token that they signed is worthless as soon as whoever checks tokens looks at the key set again.
        Raises SigningKeyUnreadable, and then nothing is changed.
        """
        await self._load()
        now = self._clock()
        made = await asyncio.to_thread(self._made, now)
        async with self._database.transaction() as tx:
            if withdraws:
                await store.withdraw_signing_keys(tx, at=later(now, -self._published_seconds))
            await store.forget_private_halves(tx, retired_before=later(now, -_RELOAD_SECONDS))
            await store.retire_signing_key(tx, at=later(now, _PUBLISHED_BEFORE_USE_SECONDS))
            await store.insert_signing_key(tx, made)
        await self._load()
        return made.id

    async def forget_private_halves(self) -> None:
        """Delete the private halves of keys that sign no more."""
        async with self._database.transaction() as tx:
            await store.forget_private_halves(tx, retired_before=later(self._clock(), -_RELOAD_SECONDS))

    async def _make_first(self) -> None:
        made = await asyncio.to_thread(self._made, self._clock())
        try:
            async with self._database.transaction() as tx:
                await store.insert_signing_key(tx, made)
        except ConstraintViolated:
            # Another process was faster; its key is as good as ours.
            return

    async def _load_when_old(self) -> None:
        if self._clock() >= later(self._loaded_at, _RELOAD_SECONDS):
            await self._load()

    async def _load(self) -> None:
        now = self._clock()
        async with self._database.reading() as tx:
            stored = await store.list_signing_keys(tx, retired_after=later(now, -self._published_seconds))
        self._document = {"keys": [json.loads(key.public_jwk) for key in stored]}
        able = [key for key in stored if key.retired_at is None or key.retired_at > now]
        # Of a key that will retire and its successor, the one that has been published longer signs.
        signing = min(able, key=lambda key: key.retired_at or _NEVER, default=None)
        if signing is not None and (self._signing is None or self._signing.id != signing.id):
            self._signing = self._opened(signing)
        self._loaded_at = now

    def _made(self, now: Instant) -> StoredKey:
        key = self._new_key()
        key_id = key.thumbprint()
        public = {**key.as_dict(private=False), "kid": key_id, "use": "sig", "alg": ALGORITHM}
        sealed = self._seal.close(key.as_der(private=True), key_id)
        return StoredKey(key_id, json.dumps(public), sealed, now, None)

    def _opened(self, stored: StoredKey) -> SigningKey:
        assert stored.sealed_private_key is not None, "a key that signs has its private half"
        try:
            der = self._seal.open(stored.sealed_private_key, stored.id)
        except SealBroken as error:
            raise SigningKeyUnreadable(
                "The signing key in the database was sealed under another SECRET_KEY. Start with the old one."
            ) from error
        return SigningKey(stored.id, _key_from(der))


def _key_from(der: bytes) -> RSAKey:
    """Read a key that this house made and sealed; proving anew that its primes are primes would take 50 ms."""
    private_key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private_key, RSAPrivateKey)
    return RSAKey(private_key, private_key)
