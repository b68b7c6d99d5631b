"""API keys: made by people for their programs, never above what the maker may do, withdrawn everywhere in seconds.

A process knows a key for `FRESH_SECONDS` before it looks at the stored key again, so a key that was revoked through
another process opens nothing after that time; through this process it opens nothing at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from loopbank.access import store
from loopbank.access.audit import Actor, acted
from loopbank.access.errors import InvalidApiKey, KeyAboveCreator, RoleTooLow, UnacceptableKeyTerms, UnknownApiKey
from loopbank.access.key_text import SHOWN_CHARACTERS, key_hash, looks_like_key, new_key_text
from loopbank.access.key_usage import KeyUsage
from loopbank.access.keys import ApiKey, KeyPermission, KeyTerms, permission_of
from loopbank.access.principals import Principal, Role
from loopbank.events import record
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.ids import new_id
from loopbank.foundation.memory import Memory

FRESH_SECONDS = 2
"""How old a process's knowledge of a key may be."""

_KNOWN_MAX = 10_000
_LISTED_MAX = 500


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made; `text` is the key itself, which nobody can show again."""

    key: ApiKey
    text: str


class ApiKeys:
    """Makes, lists, revokes and recognises keys."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._usage = KeyUsage(database, clock)
        self._known: Memory[str, tuple[ApiKey, Instant]] = Memory(_KNOWN_MAX)

    def start(self) -> None:
        """Begin to write the counts of uses."""
        self._usage.start()

    async def stop(self) -> None:
        """Write the last counts."""
        await self._usage.stop()

    async def create(self, creator: Principal, terms: KeyTerms, *, own_accounts: Collection[str]) -> NewApiKey:
        """Make a key; below ADMIN it may spend from its maker's own accounts only.

        Raises RoleTooLow, KeyAboveCreator or UnacceptableKeyTerms.
        """
        now = self._clock()
        _refuse_excess(creator, terms, own_accounts, now)
        text = new_key_text()
        key = ApiKey(
            id=f"key_{new_id().replace('-', '')}",
            prefix=text[:SHOWN_CHARACTERS],
            name=terms.name,
            permission=terms.permission,
            owner_id=creator.person_id,
            owner_name=creator.name,
            allowed_accounts=terms.allowed_accounts,
            spend_limit_per_day=terms.spend_limit_per_day,
            created_at=now,
            expires_at=terms.expires_at,
            revoked_at=None,
            use_count=0,
            last_used_at=None,
        )
        details = {"name": key.name, "permission": key.permission.name.lower(), "prefix": key.prefix}
        actor = Actor(creator.person_id, creator.name)
        async with self._database.transaction() as tx:
            await store.insert_key(tx, key, key_hash(text))
            await record(tx, [acted(actor, "create_api_key", key.id, details, now)])
        return NewApiKey(key, text)

    async def list(self, reader: Principal) -> Sequence[ApiKey]:
        """List the keys that a person may see: all for administrators, one's own for others."""
        await self._usage.flush()
        async with self._database.reading() as tx:
            return await store.list_keys(tx, owner_id=_owner(reader), limit=_LISTED_MAX)

    async def revoke(self, actor: Principal, key_id: str) -> ApiKey:
        """Withdraw a key for ever. Raises UnknownApiKey."""
        now = self._clock()
        async with self._database.transaction() as tx:
            key = await store.revoke_key(tx, key_id, owner_id=_owner(actor), now=now)
            if key is None:
                raise UnknownApiKey
            act = acted(Actor(actor.person_id, actor.name), "revoke_api_key", key.id, {"name": key.name}, now)
            await record(tx, [act])
        self._forget({key.id})
        return key

    async def withdraw_above(self, person_id: str, role: Role | None, *, own_accounts: Collection[str] = ()) -> None:
        """Withdraw the keys of a person that go beyond their new role; None stands for somebody shut out."""
        now = self._clock()

        def is_beyond(key: ApiKey) -> bool:
            return role is None or bool(_excess(role, key.permission, key.allowed_accounts, own_accounts))

        async with self._database.transaction() as tx:
            withdrawn = await store.revoke_keys_of(tx, person_id, is_beyond, now=now)
            bank = Actor("bank", "bank")
            await record(tx, [acted(bank, "withdraw_api_key", key.id, {"name": key.name}, now) for key in withdrawn])
        self._forget({key.id for key in withdrawn})

    async def recognise(self, text: str) -> ApiKey:
        """Give the living key that a request bears, and count the use. Raises InvalidApiKey."""
        if not looks_like_key(text):
            raise InvalidApiKey
        now = self._clock()
        hashed = key_hash(text)
        key, read_at = self._known.get(hashed, (None, now))
        if key is None or now >= later(read_at, FRESH_SECONDS):
            async with self._database.reading() as tx:
                key = await store.find_key(tx, hashed)
            if key is None:
                self._known.pop(hashed, None)
                raise InvalidApiKey
            self._known[hashed] = (key, now)
        if not key.is_alive(now):
            raise InvalidApiKey
        self._usage.note(key.id)
        return key

    def _forget(self, key_ids: Collection[str]) -> None:
        for hashed in [hashed for hashed, (key, _) in self._known.items() if key.id in key_ids]:
            del self._known[hashed]


def _owner(reader: Principal) -> str | None:
    """Give whose keys a person sees; None for all."""
    if permission_of(reader.role) is None:
        raise RoleTooLow("Your role does not allow this.")
    return None if reader.is_admin else reader.person_id


def _refuse_excess(creator: Principal, terms: KeyTerms, own_accounts: Collection[str], now: Instant) -> None:
    """Refuse a key that would do more than its maker may, or that could never be used."""
    if permission_of(creator.role) is None:
        raise RoleTooLow("Your role does not allow this.")
    excess = _excess(creator.role, terms.permission, terms.allowed_accounts, own_accounts)
    if excess:
        raise KeyAboveCreator(excess)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise UnacceptableKeyTerms("expiresAt", "A key must expire in the future.")


def _excess(role: Role, permission: KeyPermission, allowed: Collection[str], own_accounts: Collection[str]) -> str:
    """Say what a key could do that somebody of a role may not; nothing when it could not."""
    highest = permission_of(role)
    if highest is None or permission > highest:
        return "A key cannot do more than whoever makes it."
    if role < Role.ADMIN and not set(allowed) <= set(own_accounts):
        return "Your keys can spend from your own account only."
    return ""
