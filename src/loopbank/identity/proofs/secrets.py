"""One-time secrets: what a link or a slip carries, good once and for a limited time."""

import secrets
from collections.abc import Sequence
from enum import StrEnum

from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Transaction
from loopbank.foundation.ids import new_secret
from loopbank.identity.proofs import store
from loopbank.identity.proofs.marks import Marks

_SLIP_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads like a digit or like another letter."""

_SLIP_GROUPS = 4
_READ_AS = str.maketrans("OIL", "011", "- ")


class Purpose(StrEnum):
    """What a secret is good for; one for another purpose opens nothing."""

    CONFIRM_ADDRESS = "confirm_address"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a purpose
    RESET_SLIP = "reset_slip"
    PASSKEY_REGISTRATION = "passkey_registration"
    PASSKEY_SIGN_IN = "passkey_sign_in"
    OUTSIDE_SIGN_IN = "outside_sign_in"


class OneTimeSecrets:
    """Gives secrets and takes them back."""

    def __init__(self, *, marks: Marks, clock: Clock) -> None:
        self._marks = marks
        self._clock = clock

    async def give(
        self, tx: Transaction, purpose: Purpose, person_id: str | None, *, seconds: int, secret: str | None = None
    ) -> str:
        """Store a secret (a new one unless it is given) and give it; for nobody, when there is no such person."""
        secret = secret or new_secret()
        now = self._clock()
        mark = self._mark(purpose, secret)
        await store.insert_secret(tx, mark, purpose=purpose, person_id=person_id, now=now, ends_at=later(now, seconds))
        return secret

    async def holder(self, tx: Transaction, purpose: Purpose, secret: str) -> str | None:
        """Tell whom a secret speaks for while it may be used."""
        return await store.find_secret(tx, self._mark(purpose, secret), now=self._clock())

    async def use(self, tx: Transaction, purpose: Purpose, secret: str) -> bool:
        """Use a secret up; only one of all who try gets True."""
        return await store.use_secret(tx, self._mark(purpose, secret), now=self._clock())

    async def withdraw(self, tx: Transaction, person_id: str, purposes: Sequence[Purpose]) -> None:
        """Make a person's unused secrets worthless."""
        await store.withdraw_secrets(tx, person_id, purposes, now=self._clock())

    def _mark(self, purpose: Purpose, secret: str) -> str:
        return self._marks.mark(purpose, secret)


def new_slip() -> str:
    """Give 80 random bits in four groups that somebody can read out and type: 7K2M-Q9XD-0RTB-V4WN."""
    groups = ("".join(secrets.choice(_SLIP_LETTERS) for _ in range(4)) for _ in range(_SLIP_GROUPS))
    return "-".join(groups)


def read_slip(typed: str) -> str:
    """Give a typed slip as it was written, whatever its dashes, spaces and look-alike letters."""
    letters = typed.upper().translate(_READ_AS)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
