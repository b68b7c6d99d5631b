"""The audit log: what administrators and their programs did, as facts of the sealed log that nobody can take back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from loopbank.events import Fact, LogEntry, read_latest
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database

ADMIN_ACTED = "admin.acted"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person or a key, and the name under which people know them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act; `details` are what the act was done with, amounts in minor units."""

    sequence: int
    actor: Actor
    action: str
    target: str
    details: Mapping[str, object]
    at: Instant


def acted(actor: Actor, action: str, target: str, details: Mapping[str, object], at: Instant) -> Fact:
    """Tell of an act, for the transaction in which it happens."""
    payload = {"actor": actor.id, "name": actor.name, "action": action, "target": target, "details": dict(details)}
    return Fact(topic=ADMIN_ACTED, subject=target, payload=payload, at=at)


class AuditLog:
    """Reads what was done, newest first. An act appears when it is sealed, some milliseconds after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, *, before: int | None, limit: int) -> list[AuditEntry]:
        """Give up to `limit` acts before a sequence."""
        async with self._database.reading() as tx:
            return [_entry(entry) for entry in await read_latest(tx, ADMIN_ACTED, before, limit)]


def _entry(entry: LogEntry) -> AuditEntry:
    told = json.loads(entry.payload)
    actor = Actor(told["actor"], told["name"])
    return AuditEntry(entry.sequence, actor, told["action"], told["target"], told["details"], entry.at)
