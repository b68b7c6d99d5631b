"""The sealer: gives committed facts their place in the log, in blocks that are chained and signed.

Laws:
 - One sealer at a time, by lease; the lease is taken in the transaction that seals.
 - A turn's statements do not depend on its facts' number, and what can be computed is computed before it writes:
   on SQLite, where there is one writer, postings wait for a few inserts only.
 - A fact is sealed when it is committed. Facts that commit later than facts with higher numbers get later sequences.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from loopbank.events.canonical import NO_BLOCK, BlockHeader, MerkleTree, block_hash, encode_entry, leaf_hash
from loopbank.events.leases import Lease
from loopbank.events.metrics import LogMetrics
from loopbank.events.signing import LogKey
from loopbank.events.tables import log_block, log_entry, outbox
from loopbank.events.turns import Turns
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.foundation.database import AnyRow, Database, Transaction
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import one_of

ENTRIES_PER_BLOCK_MAX = 1_000

LEASE_SECONDS = 10
"""How long sealing rests when its process dies; a clean stop gives the lease back at once."""

_GATHER_SECONDS = 0.1
"""How long facts gather when there are few: without it every single payment would cost a second wait for the disk."""

_ENTRY_COLUMNS = ("sequence", "topic", "subject", "payload", "occurred_at", "leaf")
_BLOCK_COLUMNS = (
    "number",
    "first_sequence",
    "last_sequence",
    "root",
    "previous_hash",
    "key_id",
    "sealed_at",
    "hash",
    "signature",
)
_OLDEST = Prepared(select(outbox.c.occurred_at).order_by(outbox.c.id).limit(1))
_WAITING = Prepared(select(outbox).order_by(outbox.c.id).limit(bindparam("limit")))
_SEALED = delete(outbox).where(one_of(outbox.c.id, "ids"))
_HEAD = Prepared(
    select(log_block.c.number, log_block.c.last_sequence, log_block.c.hash).order_by(log_block.c.number.desc()).limit(1)
)

_EntryRow = tuple[int, str, str, str, int, bytes]
_BlockRow = tuple[int, int, int, bytes, bytes, str, int, bytes, bytes]


class LogBroken(Exception):
    """The outbox or the log is not as this turn left it; nothing was sealed."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The log's last block, or the place before its first."""

    number: int
    last_sequence: int
    hash: bytes


_EMPTY = _Head(0, 0, NO_BLOCK)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A block ready to be written."""

    facts: Sequence[int]
    entries: Sequence[_EntryRow]
    block: _BlockRow


class Sealer:
    """Seals the outbox of one database while it runs; any number of processes may run one."""

    def __init__(self, database: Database, key: LogKey, *, holder: str, clock: Clock, metrics: LogMetrics) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._metrics = metrics
        self._lease = Lease("sealer", holder, clock, seconds=LEASE_SECONDS)
        self._turns = Turns("sealer", self._gathered_turn)
        self._listeners: list[Callable[[], None]] = []
        self._is_behind = False

    def start(self) -> None:
        """Begin to seal."""
        self._turns.start()

    def wake(self) -> None:
        """Seal soon: facts were committed in this process. Others' commits are found by looking."""
        self._turns.wake()

    async def stop(self) -> None:
        """Seal what is committed, give the lease back and stop."""
        await self._turns.stop()
        # What an unreachable database keeps, the next sealer seals.
        with suppress(Unavailable):
            await self.seal_all()
        await self._lease.give_back(self._database)

    def on_seal(self, listener: Callable[[], None]) -> None:
        """Have a quick function called after every block that this process sealed."""
        self._listeners.append(listener)

    async def seal_all(self) -> None:
        """Seal until nothing is left or another sealer is at work."""
        while await self.seal_block():
            pass

    async def seal_block(self) -> int:
        """Seal one block and give its number of entries; 0 when nothing waits or another sealer is at work."""
        async with self._database.reading() as tx:
            if not await self._finds_work(tx):
                return 0
            head = await _read_head(tx)
            facts = await tx.rows(_WAITING, {"limit": ENTRIES_PER_BLOCK_MAX})
        if not facts:
            return 0
        # Work on SQLite never waits by itself; requests that came meanwhile go first, twice.
        await asyncio.sleep(0)
        sealed = self._seal(head, facts)
        await asyncio.sleep(0)
        async with self._database.transaction() as tx:
            if not await self._lease.take(tx) or await _read_head(tx) != head:
                return 0
            await _write(tx, sealed)
        self._tell(len(facts))
        return len(facts)

    async def _gathered_turn(self) -> bool:
        """Take a turn as the running sealer does; when it keeps up, it lets facts gather first."""
        if not self._is_behind:
            async with self._database.reading() as tx:
                if not await self._finds_work(tx):
                    return False
            await asyncio.sleep(_GATHER_SECONDS)
        count = await self.seal_block()
        self._is_behind = count == ENTRIES_PER_BLOCK_MAX
        return count > 0

    async def _finds_work(self, tx: Transaction) -> bool:
        oldest = await tx.value(_OLDEST)
        lag = 0 if oldest is None else max(0, self._clock() - oldest)
        self._metrics.seal_lag_seconds.set(lag / MICROSECONDS_PER_SECOND)
        return oldest is not None and not await self._lease.is_held_by_another(tx)

    def _seal(self, head: _Head, facts: Sequence[AnyRow]) -> _Sealed:
        """Compute the block after `head`."""
        tree = MerkleTree()
        entries: list[_EntryRow] = []
        for sequence, (_, topic, subject, payload, at) in enumerate(facts, head.last_sequence + 1):
            leaf = leaf_hash(encode_entry(sequence=sequence, topic=topic, subject=subject, payload=payload, at=at))
            tree.add(leaf)
            entries.append((sequence, topic, subject, payload, at, leaf))
        header = BlockHeader(
            number=head.number + 1,
            first_sequence=head.last_sequence + 1,
            last_sequence=head.last_sequence + len(facts),
            root=tree.root(),
            previous_hash=head.hash,
            key_id=self._key.id,
            sealed_at=self._clock(),
        )
        digest = block_hash(header)
        signature = self._key.sign(digest)
        block = (
            header.number,
            header.first_sequence,
            header.last_sequence,
            header.root,
            header.previous_hash,
            header.key_id,
            int(header.sealed_at),
            digest,
            signature,
        )
        return _Sealed([fact.id for fact in facts], entries, block)

    def _tell(self, count: int) -> None:
        self._metrics.entries.inc(count)
        self._metrics.blocks.inc()
        for listener in self._listeners:
            listener()


async def _read_head(tx: Transaction) -> _Head:
    row = await tx.row(_HEAD)
    return _EMPTY if row is None else _Head(row.number, row.last_sequence, row.hash)


async def _write(tx: Transaction, sealed: _Sealed) -> None:
    """Move the facts from the outbox into the log. Raises LogBroken when a fact left the outbox in another way."""
    await tx.insert(log_entry, _ENTRY_COLUMNS, sealed.entries)
    await tx.insert(log_block, _BLOCK_COLUMNS, [sealed.block])
    removed = await tx.run(_SEALED, {"ids": sealed.facts})
    if removed != len(sealed.facts):
        raise LogBroken(f"{len(sealed.facts)} facts were sealed, but the outbox held {removed} of them.")
