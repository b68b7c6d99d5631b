"""Statements: an account's transactions with names, newest first, filtered and searched."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loopbank.bank import store
from loopbank.bank.holders import Holders
from loopbank.bank.lists import NOTED
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode, HistoryPage, Ledger, StatementLine, TransferId

_SEARCH_CHUNK = 500
_SEARCH_CHUNKS_MAX = 6

Names = dict[AccountCode, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """Which lines to give; `cursor` is the id of the last line of the page before."""

    cursor: int | None = None
    offset: int = 0
    limit: int = 10
    kinds: tuple[str, ...] = ()
    since: Instant | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Lines newest first, the names of everybody in them, and the cursor of the next page."""

    lines: Sequence[StatementLine]
    names: Names
    next_cursor: int | None


class Statements:
    """Reads the history of accounts."""

    def __init__(self, database: Database, ledger: Ledger, holders: Holders) -> None:
        self._database = database
        self._ledger = ledger
        self._holders = holders

    async def page(self, account: AccountCode, query: StatementQuery) -> StatementPage:
        """Give one page of an account's statement."""
        before, after = await self._bounds(query)
        wanted = query.offset + query.limit
        page = HistoryPage(before=before, after=after, kinds=query.kinds, limit=wanted + 1)
        lines = await self._ledger.history(account, page)
        shown = await self.noted(lines[query.offset : wanted])
        return StatementPage(shown, await self.names(shown), shown[-1].transfer.id if len(lines) > wanted else None)

    async def search(self, account: AccountCode, text: str, query: StatementQuery) -> StatementPage:
        """Give the lines whose memo, counterparty's name or account contains the text, whatever its case.

        A request looks through a bounded part of the history; the cursor goes on from there.
        """
        needle = _folded(text)
        found: list[StatementLine] = []
        names: Names = {}
        before, after = await self._bounds(query)
        for _ in range(_SEARCH_CHUNKS_MAX):
            page = HistoryPage(before=before, after=after, limit=_SEARCH_CHUNK)
            lines = await self.noted(await self._ledger.history(account, page))
            names |= await self.names(lines)
            for line in lines:
                before = line.transfer.id
                if _matches(line, account, names, needle):
                    found.append(line)
                    if len(found) == query.limit:
                        return StatementPage(found, names, before)
            if len(lines) < _SEARCH_CHUNK:
                return StatementPage(found, names, None)
        return StatementPage(found, names, before)

    async def noted(self, lines: Sequence[StatementLine]) -> Sequence[StatementLine]:
        """Give lines with what each says for itself where it stood in a list whose items had reasons of their own."""
        listed = [line.transfer.id for line in lines if line.reference == NOTED]
        if not listed:
            return lines
        async with self._database.reading() as tx:
            notes = await store.read_notes(tx, listed)
        return [_noted(line, notes) for line in lines]

    async def newest_id(self, account: AccountCode) -> TransferId:
        """Give the id of the account's last transaction; 0 when there is none."""
        lines = await self._ledger.history(account, HistoryPage(limit=1))
        return lines[0].transfer.id if lines else TransferId(0)

    async def names(self, lines: Sequence[StatementLine]) -> Names:
        """Name everybody in the lines."""
        return await self._holders.names_of(
            {code for line in lines for code in (line.transfer.debit, line.transfer.credit)}
        )

    async def _bounds(self, query: StatementQuery) -> tuple[TransferId | None, TransferId | None]:
        """Turn the cursor and the dates into exclusive bounds of transfer ids; ids grow with time."""
        before = TransferId(query.cursor) if query.cursor is not None else None
        if query.until is not None:
            end = TransferId(await self._ledger.transfer_bound(query.until) + 1)
            before = end if before is None else min(before, end)
        after = await self._ledger.transfer_bound(query.since) if query.since is not None else None
        return before, after


def _noted(line: StatementLine, notes: dict[int, str]) -> StatementLine:
    return line if line.reference != NOTED else replace(line, memo=notes.get(line.transfer.id, ""), reference="")


def _matches(line: StatementLine, account: AccountCode, names: Names, needle: str) -> bool:
    transfer = line.transfer
    other = transfer.credit if transfer.debit == account else transfer.debit
    return any(needle in _folded(text) for text in (line.memo, names.get(other, ""), other))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
