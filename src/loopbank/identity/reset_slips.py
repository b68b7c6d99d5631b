"""Reset slips: what staff hand to somebody who has forgotten their password, good for one new password.

A slip is a signed sentence about the password that it replaces (HMAC-SHA256 over person, end and stored hash), so
nothing is stored, and whatever changes the password makes every slip worthless, its own use included.
"""

import base64
import binascii
import hashlib
import hmac

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.database import Database
from loopbank.identity import store
from loopbank.identity.errors import InvalidSlip
from loopbank.identity.people import Credentials

SLIP_SECONDS = 24 * 3_600


class ResetSlips:
    """Writes and reads slips."""

    def __init__(self, *, database: Database, key: bytes, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock

    def write(self, known: Credentials) -> str:
        """Give a slip that is good for a day, or until the password changes."""
        ends_at = self._clock() // MICROSECONDS_PER_SECOND + SLIP_SECONDS
        return _encoded(f"{known.person_id}.{ends_at}.{self._mark(known, ends_at)}")

    async def read(self, slip: str) -> Credentials:
        """Give the credentials that a slip may replace. Raises InvalidSlip."""
        person_id, _, rest = _decoded(slip).partition(".")
        ends_at, _, mark = rest.partition(".")
        if not (ends_at.isascii() and ends_at.isdigit() and len(ends_at) <= 12):
            raise InvalidSlip
        async with self._database.reading() as tx:
            known = await store.find_own_credentials(tx, person_id)
        if known is None or not known.is_active:
            raise InvalidSlip
        is_ours = hmac.compare_digest(mark.encode(), self._mark(known, int(ends_at)).encode())
        if not is_ours or int(ends_at) * MICROSECONDS_PER_SECOND <= self._clock():
            raise InvalidSlip
        return known

    def _mark(self, known: Credentials, ends_at: int) -> str:
        sentence = f"{known.person_id}.{ends_at}.{known.password_hash}"
        return hmac.new(self._key, sentence.encode(), hashlib.sha256).hexdigest()


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(slip: str) -> str:
    try:
        return base64.b64decode(slip + "=" * (-len(slip) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise InvalidSlip from None
