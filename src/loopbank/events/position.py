"""Where the log ends: what two copies of one bank must have in common."""

from dataclasses import dataclass

from sqlalchemy import func, select

from loopbank.events.tables import log_block, outbox
from loopbank.foundation.database import Transaction

_LAST_BLOCK = select(log_block.c.number, log_block.c.last_sequence, log_block.c.hash)
_WAITING = select(func.count()).select_from(outbox)


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The log's last entry, its last block with that block's hash, and how many facts wait to be sealed."""

    entries: int
    block: int
    hash: str
    waiting: int


async def log_position(tx: Transaction) -> LogPosition:
    """Read where the log ends; an empty log ends at entry 0."""
    last = await tx.row(_LAST_BLOCK.order_by(log_block.c.number.desc()).limit(1))
    waiting: int = await tx.value(_WAITING)
    if last is None:
        return LogPosition(0, 0, "", waiting)
    return LogPosition(last.last_sequence, last.number, last.hash.hex(), waiting)
