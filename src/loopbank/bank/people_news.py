"""What the bank learns of people from the log: each entry may come again, and is handled without harm."""

import json
from collections.abc import Sequence

from loopbank.access import ApiKeys, Role
from loopbank.bank.holders import Holders
from loopbank.events import LogEntry

PEOPLE_TOPICS = ("user.registered", "user.renamed", "role.changed", "user.deactivated", "user.restored")


class PeopleNews:
    """Keeps the holders as the Authentication Service last told, and their keys within what they may do."""

    def __init__(self, holders: Holders, keys: ApiKeys) -> None:
        self._holders = holders
        self._keys = keys

    async def handle(self, entries: Sequence[LogEntry]) -> None:
        """Handle entries of the `PEOPLE_TOPICS`, in their order."""
        for entry in entries:
            told = json.loads(entry.payload)
            match entry.topic:
                case "user.registered":
                    name, faction = told["character_name"], told.get("faction") or ""
                    holder = await self._holders.open(
                        entry.subject, name, faction=faction, role=told["role"], joined_at=entry.at
                    )
                    if faction and not holder.faction:
                        # A request of theirs was faster, and a token does not tell the faction.
                        await self._holders.change_profile(entry.subject, faction=faction, profile_picture=None)
                    if Role[told["role"]] > Role[holder.role]:
                        # The account was opened by a request of theirs, which says nothing of roles. A higher role
                        # that staff has given since is newer than this news.
                        await self._holders.learn(entry.subject, role=told["role"])
                case "user.renamed":
                    await self._holders.learn(entry.subject, display_name=told["character_name"])
                case "role.changed":
                    await self._holders.learn(entry.subject, role=told["after"])
                    own = {entry.subject, *(await self._holders.numbers_of([entry.subject])).values()}
                    await self._keys.withdraw_above(entry.subject, Role[told["after"]], own_accounts=own)
                case "user.deactivated":
                    await self._holders.learn(entry.subject, is_active=False)
                    await self._keys.withdraw_above(entry.subject, None)
                case "user.restored":
                    await self._holders.learn(entry.subject, is_active=True)
