"""Who may have webhooks: whoever loses the role or the account is told nothing any more."""

import json
from collections.abc import Sequence

from loopbank.access import Role
from loopbank.events import LogEntry
from loopbank.events.webhooks import silence_webhooks
from loopbank.foundation.database import Database


class WebhookOwners:
    """Silences webhooks that their owners could not make now; staff may let one speak again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def handle(self, entries: Sequence[LogEntry]) -> None:
        """Handle what the log tells of people, in its order; an entry that comes again does no harm."""
        for entry in entries:
            if _takes_the_right(entry):
                await silence_webhooks(self._database, entry.subject, made_before=entry.at)


def _takes_the_right(entry: LogEntry) -> bool:
    if entry.topic == "role.changed":
        return Role[json.loads(entry.payload)["after"]] < Role.DEVELOPER
    return entry.topic == "user.deactivated"
