"""Who administers the bank: the first administrator, roles, and shutting people out.

Law: whatever makes or removes a super-administrator holds `_TURNSTILE`, so that two of them can neither both be the
first nor both remove the other. Whoever acts is looked at behind it too: who was removed a moment ago removes nobody.
"""

from collections.abc import Sequence

from loopbank.access import Actor, Revocation, RevocationKind, Role, acted
from loopbank.events import record
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.ids import new_secret
from loopbank.identity import directory_store as directory
from loopbank.identity import events, store
from loopbank.identity.errors import InvalidSetupToken, RoleChangeRefused, UnknownPerson
from loopbank.identity.google import forget_outside_accounts
from loopbank.identity.oauth import remove_clients, rest_clients, wake_clients, withdraw_grants
from loopbank.identity.passkeys import forget_passkeys
from loopbank.identity.people import NewPerson, Person
from loopbank.identity.registration import Registration
from loopbank.identity.second_factor import forget_factors
from loopbank.identity.sessions import Sessions
from loopbank.identity.tokens import token_hash

SETUP_SECONDS_MAX = 72 * 3_600

_TURNSTILE = 0x61757468
"""The advisory lock of administration ("auth" in ASCII)."""


class Administration:
    """Makes administrators, changes roles and shuts people out."""

    def __init__(self, *, database: Database, registration: Registration, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._registration = registration
        self._sessions = sessions
        self._clock = clock

    async def create_setup_token(self) -> str | None:
        """Give a token with which one person may become the first administrator; None when the bank has one."""
        token = new_secret()
        now = self._clock()
        async with self._database.transaction(turnstile=_TURNSTILE) as tx:
            if await store.count_superadmins(tx):
                return None
            await store.insert_setup_token(tx, token_hash(token), now=now, ends_at=later(now, SETUP_SECONDS_MAX))
        return token

    async def set_up(self, token: str, new: NewPerson) -> Person:
        """Let a checked person become the first administrator.

        Raises InvalidSetupToken, NameTaken or PasswordChecksBusy.
        """
        hashed = token_hash(token)
        async with self._database.reading() as tx:
            is_open = await store.setup_token_is_open(tx, hashed, now=self._clock())
            if not is_open or await store.count_superadmins(tx):
                raise InvalidSetupToken
        await self._registration.refuse_taken(new)
        password_hash = await self._registration.hash(new)
        try:
            async with self._database.transaction(turnstile=_TURNSTILE) as tx:
                is_used = await store.use_setup_token(tx, hashed, now=self._clock())
                if not is_used or await store.count_superadmins(tx):
                    raise InvalidSetupToken
                return await self._registration.add(tx, new, password_hash)
        except ConstraintViolated:
            await self._registration.refuse_taken(new)
            raise

    async def create_administrator(self, name: str, password: str, *, email: str | None = None) -> Person:
        """Make an administrator from the command line; the first is a super-administrator.

        Raises UnacceptableName, UnacceptablePassword, NameTaken or EmailTaken.
        """
        new = self._registration.check(name, password, email=email, role=Role.ADMIN)
        await self._registration.refuse_taken(new)
        password_hash = await self._registration.hash(new)
        try:
            async with self._database.transaction(turnstile=_TURNSTILE) as tx:
                if not await store.count_superadmins(tx):
                    new = self._registration.check(name, password, email=email, role=Role.SUPERADMIN)
                return await self._registration.add(tx, new, password_hash)
        except ConstraintViolated:
            await self._registration.refuse_taken(new)
            raise

    async def change_role(self, person_id: str, role: Role, *, actor_id: str) -> Person:
        """Give a person another role; it takes effect everywhere within seconds.

        Raises UnknownPerson or RoleChangeRefused: nobody changes their own role, raises anybody above themselves,
        touches anybody above themselves, or removes the last super-administrator.
        """
        now = self._clock()
        async with self._database.transaction(turnstile=_TURNSTILE) as tx:
            actor, person = await _acting(tx, actor_id), await store.find_person(tx, person_id)
            if person is None:
                raise UnknownPerson
            _refuse_overreach(person, actor, role)
            if person.role is role:
                return person
            await store.set_role(tx, person_id, role=role, now=now)
            if not await store.count_superadmins(tx):
                raise RoleChangeRefused("The last super-administrator keeps the role.")
            fact = events.role_changed(person_id=person_id, before=person.role, after=role, actor=actor.id, at=now)
            revocations = [self._revocation(RevocationKind.ROLE_CHANGED, person_id, now, role=role)]
            if (person.role < Role.DEVELOPER) != (role < Role.DEVELOPER):
                change = rest_clients if role < Role.DEVELOPER else wake_clients
                revocations += await change(tx, person_id, now=now)
            details = {"before": person.role.name, "after": role.name}
            act = acted(Actor(actor.id, actor.name), "change_role", person.name, details, now)
            await self._sessions.announce(tx, [fact, act], revocations)
        await self._sessions.catch_up()
        return Person(person.id, person.name, role, person.created_at)

    async def deactivate(self, person_id: str, *, actor_id: str) -> None:
        """Shut a person out: their sessions end everywhere within seconds, and their clients rest.

        Raises UnknownPerson or RoleChangeRefused.
        """
        now = self._clock()
        async with self._database.transaction(turnstile=_TURNSTILE) as tx:
            actor, person = await _acting(tx, actor_id), await store.find_person(tx, person_id)
            if person is None:
                raise UnknownPerson
            refuse_from_below(person, actor)
            clients = await rest_clients(tx, person_id, now=now)
            await record(tx, [acted(Actor(actor.id, actor.name), "deactivate_user", person.name, {}, now)])
            await self._shut_out(tx, person, actor, clients)
        await self._sessions.catch_up()

    async def remove(self, person_id: str, *, actor_id: str) -> None:
        """Shut a person out for ever and forget who they were; the journal keeps their id, and their name is free.

        Raises UnknownPerson or RoleChangeRefused.
        """
        now = self._clock()
        async with self._database.transaction(turnstile=_TURNSTILE) as tx:
            actor, entry = await _acting(tx, actor_id), await directory.find_entry(tx, person_id)
            if entry is None or entry.is_anonymous:
                raise UnknownPerson
            _refuse_overreach(entry.person, actor, entry.person.role)
            await directory.anonymise(tx, person_id)
            for forget in (forget_factors, forget_passkeys, forget_outside_accounts):
                await forget(tx, person_id)
            withdrawn = await withdraw_grants(tx, person_id, now=now)
            renamed = events.user_renamed(person_id=person_id, name=directory.ANONYMOUS_NAME, at=now)
            act = acted(Actor(actor.id, actor.name), "remove_user", person_id, {}, now)
            await record(tx, [*withdrawn, renamed, act])
            clients = await remove_clients(tx, person_id, now=now)
            await self._shut_out(tx, entry.person, actor, clients)
        await self._sessions.catch_up()

    async def restore(self, person_id: str, *, actor_id: str) -> None:
        """Let a person who was shut out, but not removed, sign in again. Raises UnknownPerson or RoleChangeRefused."""
        now = self._clock()
        async with self._database.transaction(turnstile=_TURNSTILE) as tx:
            actor, entry = await _acting(tx, actor_id), await directory.find_entry(tx, person_id)
            if entry is None or entry.is_anonymous or not await store.set_deactivated(tx, person_id, at=None):
                raise UnknownPerson
            refuse_from_below(entry.person, actor)
            revocations = [self._revocation(RevocationKind.PERSON_RESTORED, person_id, now)]
            if entry.person.role >= Role.DEVELOPER:
                revocations += await wake_clients(tx, person_id, now=now)
            fact = events.user_restored(person_id=person_id, actor=actor.id, at=now)
            act = acted(Actor(actor.id, actor.name), "restore_user", entry.person.name, {}, now)
            await self._sessions.announce(tx, [fact, act], revocations)
        await self._sessions.catch_up()

    async def _shut_out(self, tx: Transaction, person: Person, actor: Person, clients: Sequence[Revocation]) -> None:
        """Shut a person and their clients out in a transaction that holds the turnstile. Raises RoleChangeRefused."""
        now = self._clock()
        await store.set_deactivated(tx, person.id, at=now)
        if not await store.count_superadmins(tx):
            raise RoleChangeRefused("The last super-administrator stays.")
        fact = events.user_deactivated(person_id=person.id, actor=actor.id, at=now)
        revocations = [self._revocation(RevocationKind.PERSON_DEACTIVATED, person.id, now), *clients]
        await self._sessions.end_all(tx, person.id, reason="person_deactivated", because=fact, revocations=revocations)

    def _revocation(
        self, kind: RevocationKind, person_id: str, now: Instant, *, role: Role | None = None
    ) -> Revocation:
        return Revocation(kind, person_id, role, self._sessions.tokens_end_at(now))


async def _acting(tx: Transaction, actor_id: str) -> Person:
    """Give whoever acts, with the role they have now. Raises UnknownPerson when they were shut out meanwhile."""
    actor = await store.find_person(tx, actor_id)
    if actor is None:
        raise UnknownPerson
    return actor


def refuse_from_below(person: Person, actor: Person) -> None:
    """Refuse whoever is not above a person; super-administrators are above everybody but themselves."""
    if person.id == actor.id:
        raise RoleChangeRefused("Nobody does this to themselves.")
    is_above = actor.role is Role.SUPERADMIN or person.role < actor.role
    if actor.role < Role.ADMIN or not is_above:
        raise RoleChangeRefused("This takes a higher role than yours.")


def _refuse_overreach(person: Person, actor: Person, role: Role) -> None:
    """Refuse to let anybody act on themselves or above their own role."""
    if person.id == actor.id:
        raise RoleChangeRefused("Nobody changes their own role.")
    if actor.role < Role.ADMIN or max(person.role, role) > actor.role:
        raise RoleChangeRefused("This takes a higher role than yours.")
