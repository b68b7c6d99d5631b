"""Acts that touch the safety of an account: told to the sealed log, shown to the person and to administrators.

The log cannot forget, so it gets the device in plain words and never a network address.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loopbank.events import Fact, LogEntry, read_latest
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Database

SECURITY_ACTED = "security.acted"


class SecurityAct(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- an act
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- an act
    ADDRESS_CONFIRMED = "address_confirmed"
    RESET_SLIP_WRITTEN = "reset_slip_written"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    OUTSIDE_ACCOUNT_LINKED = "outside_account_linked"
    OUTSIDE_ACCOUNT_UNLINKED = "outside_account_unlinked"


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One act on a person's account."""

    sequence: int
    person_id: str
    act: str
    details: Mapping[str, str]
    at: Instant


def security_acted(act: SecurityAct, person_id: str, at: Instant, **details: str) -> Fact:
    """Tell of an act, for the transaction in which it happens."""
    return Fact(topic=SECURITY_ACTED, subject=person_id, payload={"act": act.value, "details": details}, at=at)


class SecurityEvents:
    """Reads the acts, newest first. One appears when it is sealed, some milliseconds after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, *, person_id: str | None, before: int | None, limit: int) -> list[SecurityEvent]:
        """Give up to `limit` acts before a sequence, on one person's account or on all."""
        async with self._database.reading() as tx:
            found = await read_latest(tx, SECURITY_ACTED, before, limit, subject=person_id)
        return [_event(entry) for entry in found]


def _event(entry: LogEntry) -> SecurityEvent:
    told = json.loads(entry.payload)
    return SecurityEvent(entry.sequence, entry.subject, told["act"], told["details"], entry.at)
