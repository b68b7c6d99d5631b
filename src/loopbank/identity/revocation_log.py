"""The log of revocations, read with a cursor."""

from loopbank.access import RevocationPage
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.identity import store

_PAGE_MAX = 1_000


class RevocationLog:
    """Gives revocations in the order of their commits; see the store's law about their numbers."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def after(self, cursor: int) -> RevocationPage:
        """Give one page of what happened after a cursor.

        A cursor beyond the latest number comes from before a restored backup: it starts anew.
        """
        async with self._database.reading() as tx:
            latest = await store.latest_revocation(tx)
            if cursor == latest:
                return RevocationPage(cursor, (), is_last=True)
            after = cursor if cursor < latest else 0
            numbered = await store.list_revocations(tx, after=after, now=self._clock(), limit=_PAGE_MAX)
        is_last = len(numbered) < _PAGE_MAX
        reached = max([latest, *(number for number, _ in numbered)]) if is_last else numbered[-1][0]
        return RevocationPage(reached, tuple(given for _, given in numbered), is_last=is_last)
