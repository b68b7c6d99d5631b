"""Patience with whoever guesses: tries are counted per account and client, and beyond the free ones they cost time.

A stranger elsewhere has a count of their own, so nobody can lock anybody else out.
"""

import math

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, later
from loopbank.foundation.database import Transaction
from loopbank.foundation.errors import TooManyRequests
from loopbank.identity.proofs import store
from loopbank.identity.proofs.marks import Marks

_REMEMBERED_SECONDS = 3_600


class Patience:
    """Counts tries of one kind ("password", "code") apart from those of another."""

    def __init__(self, *, marks: Marks, clock: Clock, is_endless: bool) -> None:
        self._marks = marks
        self._clock = clock
        self._is_endless = is_endless

    async def count_try(self, tx: Transaction, kind: str, account: str, client: str) -> None:
        """Count a try before it is made. Raises TooManyRequests."""
        if self._is_endless:
            return
        now, mark = self._clock(), self._marks.mark("patience", kind, account, client)
        if await store.begin_try(tx, mark, now=now, ends_at=later(now, _REMEMBERED_SECONDS)):
            return
        open_at = await store.open_at(tx, mark) or now
        seconds = math.ceil((open_at - now) / MICROSECONDS_PER_SECOND)
        raise TooManyRequests("That was too often. Please wait a moment.", retry_after_seconds=seconds)

    async def forgive(self, tx: Transaction, kind: str, account: str, client: str) -> None:
        """Forget the tries of somebody who was right."""
        if not self._is_endless:
            await store.forget_tries(tx, self._marks.mark("patience", kind, account, client))
