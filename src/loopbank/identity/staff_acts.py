"""What staff do to people: roles and forgotten passwords. The audit log is told in the same transaction."""

from loopbank.access import Actor, Role, acted
from loopbank.events import record
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.identity import store
from loopbank.identity.administration import Administration
from loopbank.identity.errors import InvalidSlip, RoleChangeRefused, UnknownPerson
from loopbank.identity.people import Credentials, Person
from loopbank.identity.reset_slips import ResetSlips
from loopbank.identity.sign_in import SignIn


class StaffActs:
    """Acts of one person on another, as the acting person's present role allows."""

    def __init__(
        self, database: Database, administration: Administration, sign_in: SignIn, slips: ResetSlips, clock: Clock
    ) -> None:
        self._database = database
        self._administration = administration
        self._sign_in = sign_in
        self._slips = slips
        self._clock = clock

    async def change_role(self, person_id: str, role: Role, *, actor_id: str) -> Person:
        """Give a person another role. Raises UnknownPerson or RoleChangeRefused."""
        async with self._database.reading() as tx:
            actor = await store.find_person(tx, actor_id)
        if actor is None:
            raise UnknownPerson
        return await self._administration.change_role(person_id, role, actor=actor)

    async def write_slip(self, person_id: str, *, actor_id: str) -> str:
        """Give a slip with which the person may choose a new password. Raises UnknownPerson or RoleChangeRefused."""
        person, actor, known = await self._judge(person_id, actor_id)
        act = acted(Actor(actor.id, actor.name), "write_reset_slip", person.name, {}, self._clock())
        async with self._database.transaction() as tx:
            await record(tx, [act])
        return self._slips.write(known)

    async def reset_password(self, person_id: str, new: str, *, actor_id: str) -> None:
        """Choose a new password for a person and end all their sessions.

        Raises UnknownPerson, RoleChangeRefused, UnacceptablePassword or PasswordChecksBusy.
        """
        person, actor, known = await self._judge(person_id, actor_id)
        act = acted(Actor(actor.id, actor.name), "reset_password", person.name, {}, self._clock())
        if not await self._sign_in.reset_password(person, known, new, because=[act]):
            raise UnknownPerson

    async def redeem_slip(self, slip: str, new: str) -> None:
        """Let whoever holds a slip choose a new password, once; all sessions end.

        Raises InvalidSlip, UnacceptablePassword or PasswordChecksBusy.
        """
        known = await self._slips.read(slip)
        async with self._database.reading() as tx:
            person = await store.find_person(tx, known.person_id)
        if person is None:
            raise InvalidSlip
        if not await self._sign_in.reset_password(person, known, new, because=()):
            raise InvalidSlip

    async def _judge(self, person_id: str, actor_id: str) -> tuple[Person, Person, Credentials]:
        """Give both people and what is known of the password when the one may reset the other's."""
        async with self._database.reading() as tx:
            actor = await store.find_person(tx, actor_id)
            person = await store.find_person(tx, person_id)
            known = await store.find_own_credentials(tx, person_id)
        if actor is None or person is None or known is None:
            raise UnknownPerson
        if actor.role < Role.ADMIN or person.role > actor.role:
            raise RoleChangeRefused("This takes a higher role than yours.")
        return person, actor, known
