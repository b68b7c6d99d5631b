"""Reading the sealed log: the one order of everything that happened, from any sequence onwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, literal_column, select

from loopbank.events.tables import log_entry
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import one_of


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One sealed fact; `payload` is the JSON text that was sealed, `sequence` its id for every reader."""

    sequence: int
    topic: str
    subject: str
    payload: str
    at: Instant


_ENTRIES = (
    select(log_entry.c.sequence, log_entry.c.topic, log_entry.c.subject, log_entry.c.payload, log_entry.c.occurred_at)
    .where(log_entry.c.sequence > bindparam("after"))
    .order_by(log_entry.c.sequence)
    .limit(bindparam("limit"))
)
_ALL_ENTRIES = Prepared(_ENTRIES)
_ENTRIES_OF_TOPICS = Prepared(_ENTRIES.where(one_of(log_entry.c.topic, "topics")))
_LATEST = (
    select(log_entry.c.sequence, log_entry.c.topic, log_entry.c.subject, log_entry.c.payload, log_entry.c.occurred_at)
    .order_by(log_entry.c.sequence.desc())
    .limit(bindparam("limit"))
)
_HEAD = Prepared(select(func.coalesce(func.max(log_entry.c.sequence), 0)))


async def read_entries(
    tx: Transaction, after_sequence: int, limit: int, topics: Sequence[str] | None = None
) -> list[LogEntry]:
    """Read up to `limit` entries after a sequence, in order; of some topics only, or of all."""
    parameters: dict[str, object] = {"after": after_sequence, "limit": limit}
    if topics is None:
        rows = await tx.rows(_ALL_ENTRIES, parameters)
    else:
        rows = await tx.rows(_ENTRIES_OF_TOPICS, {**parameters, "topics": list(topics)})
    return [LogEntry(*row) for row in rows]


async def read_latest(
    tx: Transaction, topic: str, before_sequence: int | None, limit: int, *, subject: str | None = None
) -> list[LogEntry]:
    """Read the last `limit` entries of a topic, of one subject or of all, before a sequence; newest first."""
    # The topic stands in the statement itself, so that an index over this topic alone can serve it.
    query = _LATEST.where(log_entry.c.topic == literal_column(f"'{topic}'"))
    parameters: dict[str, object] = {"limit": limit}
    if subject is not None:
        query = query.where(log_entry.c.subject == bindparam("subject"))
        parameters["subject"] = subject
    if before_sequence is not None:
        query = query.where(log_entry.c.sequence < bindparam("before"))
        parameters["before"] = before_sequence
    return [LogEntry(*row) for row in await tx.rows(query, parameters)]


async def log_head(tx: Transaction) -> int:
    """Give the last sequence of the log; 0 when it is empty."""
    head: int = await tx.value(_HEAD)
    return head
