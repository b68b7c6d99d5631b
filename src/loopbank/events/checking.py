"""The log's check passes: the chain re-hashes from its first entry, and no reader is past its end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.sql.selectable import ScalarSelect

from loopbank.events.canonical import NO_BLOCK, BlockHeader, MerkleTree, block_hash, encode_entry, leaf_hash
from loopbank.events.signing import LogKey
from loopbank.events.tables import log_block, log_cursor, log_entry
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.database import AnyRow, Database, Transaction

_CHAIN = "log chain"
_CURSORS = "log cursors"
_CHUNK = 1_000

_BLOCKS = (
    select(log_block)
    .where(log_block.c.number > bindparam("after"), log_block.c.number <= bindparam("until"))
    .order_by(log_block.c.number)
    .limit(_CHUNK)
)
_ENTRIES = (
    select(log_entry)
    .where(log_entry.c.sequence > bindparam("after"), log_entry.c.sequence <= bindparam("until"))
    .order_by(log_entry.c.sequence)
    .limit(_CHUNK)
)


def _last(statement: Select[tuple[int]]) -> ScalarSelect[int]:
    return statement.scalar_subquery()


# One statement, so that the block and the entry belong to one moment while the log grows.
_ENDS = select(
    _last(select(func.coalesce(func.max(log_block.c.number), 0))),
    _last(select(func.coalesce(func.max(log_entry.c.sequence), 0))),
)
_AHEAD = select(log_cursor.c.consumer, log_cursor.c.sequence).where(
    log_cursor.c.sequence > _last(select(func.coalesce(func.max(log_entry.c.sequence), 0)))
)


def log_checks(key: LogKey) -> list[CheckPass]:
    """Give every pass over the log, whose blocks must be signed with the installation's key."""

    async def check_chain(database: Database) -> AsyncIterator[Finding]:
        async with database.reading() as tx:
            async for detail in _ChainWalk(tx, key).findings():
                yield Finding(_CHAIN, detail)

    return [CheckPass(_CHAIN, check_chain), CheckPass(_CURSORS, _check_cursors)]


async def _check_cursors(database: Database) -> AsyncIterator[Finding]:
    """Prove that nobody read what the log no longer has: its end was not cut off."""
    async with database.reading() as tx:
        for row in await tx.rows(_AHEAD):
            yield Finding(_CURSORS, f"{row.consumer} has read up to entry {row.sequence}, which the log does not have")


class _ChainWalk:
    """One walk over blocks and entries side by side, in chunks; sealing goes on meanwhile behind the walk's end."""

    def __init__(self, tx: Transaction, key: LogKey) -> None:
        self._tx = tx
        self._key = key
        self._next_sequence = 1
        self._last_entry = 0

    async def findings(self) -> AsyncIterator[str]:
        ends = await self._tx.row(_ENDS)
        assert ends is not None
        last_block, self._last_entry = ends
        previous_number, previous_hash = 0, NO_BLOCK
        async with aclosing(self._entries()) as entries:
            async for block in _chunks_of(self._tx, _BLOCKS, last_block):
                for detail in self._wrong_in_header(block, previous_number, previous_hash):
                    yield detail
                previous_number, previous_hash = block.number, block.hash
                async for detail in self._wrong_in_entries(block, entries):
                    yield detail
            async for entry in entries:
                yield f"entry {entry.sequence} belongs to no block"

    def _entries(self) -> "_EntryStream":
        return _EntryStream(self._tx, self._last_entry)
