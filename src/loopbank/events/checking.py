"""The log's check passes: the chain re-hashes from its first entry, and no reader is past its end."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.sql.selectable import ScalarSelect

from loopbank.events.canonical import NO_BLOCK, BlockHeader, MerkleTree, block_hash, encode_entry, leaf_hash
from loopbank.events.signing import LogKey
from loopbank.events.tables import log_block, log_cursor, log_entry
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.database import AnyRow, Database, Transaction
from loopbank.foundation.database_errors import DatabaseUnavailable

_CHAIN = "log chain"
_CURSORS = "log cursors"
_CHUNK = 1_000
_FINDINGS_MAX = 100
_BEFORE_ALL = -(2**63)

_ENTRY_TYPES = {"sequence": int, "topic": str, "subject": str, "payload": str, "occurred_at": int, "leaf": bytes}
_BLOCK_TYPES = {
    "number": int,
    "first_sequence": int,
    "last_sequence": int,
    "root": bytes,
    "previous_hash": bytes,
    "key_id": str,
    "sealed_at": int,
    "hash": bytes,
    "signature": bytes,
}

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
        found = 0
        async with database.reading() as tx, aclosing(_ChainWalk(tx, key).wrongs()) as wrongs:
            async for wrong in wrongs:
                yield Finding(_CHAIN, wrong)
                found += 1
                if found == _FINDINGS_MAX:
                    return

    return [CheckPass(_CHAIN, check_chain), CheckPass(_CURSORS, _check_cursors)]


async def _check_cursors(database: Database) -> AsyncIterator[Finding]:
    """Prove that nobody read what the log no longer has: its end was not cut off."""
    async with database.reading() as tx:
        for row in await tx.rows(_AHEAD):
            yield Finding(_CURSORS, f"{row.consumer} has read up to entry {row.sequence}, which the log does not have")


class _ChainWalk:
    """One walk over blocks and entries side by side, in chunks. Sealing goes on meanwhile behind the walk's end."""

    def __init__(self, tx: Transaction, key: LogKey) -> None:
        self._tx = tx
        self._key = key
        self._sequence = 1

    async def wrongs(self) -> AsyncGenerator[str]:
        """Tell in a sentence each thing that is not as the sealer wrote it."""
        ends = await self._tx.row(_ENDS)
        assert ends is not None
        last_block, last_entry = ends
        blocks, entries = _Rows(self._tx, _BLOCKS, last_block), _Rows(self._tx, _ENTRIES, last_entry)
        try:
            number, previous_hash = 0, NO_BLOCK
            async for block in blocks.up_to(last_block):
                for wrong in self._wrong_in_header(block, number + 1, previous_hash):
                    yield wrong
                async for wrong in self._wrong_in_entries(block, entries):
                    yield wrong
                number, previous_hash = block.number, block.hash
                self._sequence = block.last_sequence + 1
            async for entry in entries.up_to(last_entry):
                yield f"entry {entry.sequence} belongs to no block"
        except _Unreadable as error:
            yield str(error)

    def _wrong_in_header(self, block: AnyRow, number: int, previous_hash: bytes) -> Iterator[str]:
        name = f"block {block.number}"
        if block.number != number:
            yield f"{name} stands where block {number} belongs"
        if block.first_sequence != self._sequence:
            yield f"{name} begins with entry {block.first_sequence} instead of {self._sequence}"
        if block.previous_hash != previous_hash:
            yield f"{name} does not continue the block before it"
        if not _has_types(block, _BLOCK_TYPES) or _hash_of(block) != block.hash:
            yield f"{name} does not have the hash of its contents"
        if block.key_id != self._key.id:
            yield f"{name} is signed with an unknown key"
        elif not _has_types(block, _BLOCK_TYPES) or not self._key.has_signed(block.hash, block.signature):
            yield f"{name} is not signed by its key"

    async def _wrong_in_entries(self, block: AnyRow, entries: "_Rows") -> AsyncIterator[str]:
        tree = MerkleTree()
        expected = self._sequence
        async for entry in entries.up_to(block.last_sequence):
            if entry.sequence != expected:
                yield f"entry {entry.sequence} stands where entry {expected} belongs"
            leaf = _leaf_of(entry)
            if leaf != entry.leaf:
                yield f"entry {entry.sequence} does not have the hash of its contents"
            tree.add(leaf)
            expected = entry.sequence + 1
        if expected <= block.last_sequence:
            yield f"entries {expected} to {block.last_sequence} of block {block.number} are missing"
        if tree.root() != block.root:
            yield f"block {block.number} does not have the root of its entries"


class _Unreadable(Exception):
    """Stored text is not text any more."""


class _Rows:
    """Rows in the order of their number, read in chunks; nothing is kept but the present chunk."""

    def __init__(self, tx: Transaction, statement: Select[Any], until: int) -> None:
        self._tx = tx
        self._statement = statement
        self._until = until
        self._after = _BEFORE_ALL
        self._chunk: deque[AnyRow] = deque()

    async def up_to(self, last: int) -> AsyncIterator[AnyRow]:
        """Give the rows not yet given whose number is at most `last`."""
        while await self._fill() and self._chunk[0][0] <= last:
            yield self._chunk.popleft()

    async def _fill(self) -> bool:
        if not self._chunk:
            # Reading SQLite never waits, and a server that checks itself must go on answering.
            await asyncio.sleep(0)
            try:
                self._chunk.extend(await self._tx.rows(self._statement, {"after": self._after, "until": self._until}))
            except DatabaseUnavailable as error:
                if "decode" in str(error.__cause__):
                    raise _Unreadable(f"rows after number {max(self._after, 0)} hold bytes that are no text") from error
                raise
            if self._chunk:
                self._after = self._chunk[-1][0]
        return bool(self._chunk)


def _leaf_of(entry: AnyRow) -> bytes:
    """Hash an entry again; what cannot be an entry has no hash."""
    if not _has_types(entry, _ENTRY_TYPES):
        return b""
    return leaf_hash(
        encode_entry(
            sequence=entry.sequence,
            topic=entry.topic,
            subject=entry.subject,
            payload=entry.payload,
            at=entry.occurred_at,
        )
    )


def _hash_of(block: AnyRow) -> bytes:
    return block_hash(
        BlockHeader(
            number=block.number,
            first_sequence=block.first_sequence,
            last_sequence=block.last_sequence,
            root=block.root,
            previous_hash=block.previous_hash,
            key_id=block.key_id,
            sealed_at=block.sealed_at,
        )
    )


def _has_types(row: AnyRow, types: dict[str, type]) -> bool:
    """Tell whether a row holds what its columns are for; SQLite would take anything."""
    return all(isinstance(getattr(row, name), kind) for name, kind in types.items())
