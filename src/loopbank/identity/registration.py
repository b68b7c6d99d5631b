"""Joining the bank: a name that nobody else has and a password that protects it."""

from loopbank.access import Role
from loopbank.events import record
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.ids import new_id
from loopbank.identity import events, store
from loopbank.identity.errors import EmailTaken, NameTaken
from loopbank.identity.names import accepted_name, email_key, name_key
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import NewPerson, Person


class Registration:
    """Lets people join."""

    def __init__(self, *, database: Database, hasher: PasswordHasher, rules: PasswordRules, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._rules = rules
        self._clock = clock

    def check(
        self,
        name: str,
        password: str,
        *,
        faction: str | None = None,
        email: str | None = None,
        role: Role = Role.USER,
    ) -> NewPerson:
        """Check name and password by the rules alone. Raises UnacceptableName or UnacceptablePassword."""
        accepted = accepted_name(name)
        self._rules.check(password, name=accepted)
        return NewPerson(name=accepted, password=password, faction=faction or None, email=email or None, role=role)

    async def register(self, new: NewPerson) -> Person:
        """Let a checked person join. Raises NameTaken, EmailTaken or PasswordChecksBusy."""
        await self.refuse_taken(new)
        password_hash = await self.hash(new)
        try:
            async with self._database.transaction() as tx:
                return await self.add(tx, new, password_hash)
        except ConstraintViolated:
            # Somebody was faster between the look and the write.
            await self.refuse_taken(new)
            raise

    async def refuse_taken(self, new: NewPerson) -> None:
        """Refuse a name or address that is in use, before any work is done for it. Raises NameTaken or EmailTaken."""
        async with self._database.reading() as tx:
            if new.has_unique_name and await store.name_exists(tx, name_key(new.name)):
                raise NameTaken
            if (
                new.email is not None
                and new.claimed_from is None
                and await store.email_exists(tx, email_key(new.email))
            ):
                raise EmailTaken

    async def hash(self, new: NewPerson) -> str:
        """Hash the new person's password. Raises PasswordChecksBusy."""
        return await self._hasher.hash(new.password)

    async def add(self, tx: Transaction, new: NewPerson, password_hash: str) -> Person:
        """Store a person and tell the house. Raises ConstraintViolated when the name or the address is taken."""
        now, person_id = self._clock(), new_id()
        person = await store.insert_person(
            tx,
            new,
            person_id=person_id,
            # No name has an @, so the mark of somebody whose name others may have is nobody's name.
            name_key=name_key(new.name) if new.has_unique_name else f"@{person_id}",
            email_key=None if new.email is None else email_key(new.email),
            password_hash=password_hash,
            now=now,
        )
        fact = events.user_registered(
            person_id=person.id, name=person.name, role=person.role, faction=new.faction, at=now
        )
        await record(tx, [fact])
        return person
