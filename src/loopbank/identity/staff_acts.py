"""What staff do to people: roles, and what was forgotten or lost. The audit log is told in the same transaction."""

from loopbank.access import Actor, Role, acted
from loopbank.events import record
from loopbank.foundation.database import Transaction
from loopbank.identity import store
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.administration import Administration, refuse_from_below
from loopbank.identity.by_mail import Recovery
from loopbank.identity.errors import RoleChangeRefused, UnknownPerson
from loopbank.identity.mail import Language
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.people import Person
from loopbank.identity.second_factor import SecondFactors
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import Announcement


class StaffActs:
    """Acts of one person on another, as the acting person's present role allows."""

    def __init__(
        self,
        tools: AccountTools,
        *,
        administration: Administration,
        passwords: PasswordChange,
        recovery: Recovery,
        factors: SecondFactors,
    ) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._administration = administration
        self._passwords = passwords
        self._recovery = recovery
        self._factors = factors
        self._clock = tools.clock

    async def change_role(self, person_id: str, role: Role, *, actor_id: str) -> Person:
        """Give a person another role. Raises UnknownPerson or RoleChangeRefused."""
        return await self._administration.change_role(person_id, role, actor_id=actor_id)

    async def set_active(self, person_id: str, *, is_active: bool, actor_id: str) -> None:
        """Shut a person out, or let them in again. Raises UnknownPerson or RoleChangeRefused."""
        act = self._administration.restore if is_active else self._administration.deactivate
        await act(person_id, actor_id=actor_id)

    async def remove(self, person_id: str, *, actor_id: str) -> None:
        """Shut a person out for ever and forget who they were. Raises UnknownPerson or RoleChangeRefused."""
        await self._administration.remove(person_id, actor_id=actor_id)

    async def write_slip(self, person_id: str, *, actor_id: str) -> str:
        """Give a slip with which the person may choose a new password. Raises UnknownPerson or RoleChangeRefused."""
        person, actor = await self._judge(person_id, actor_id)
        now = self._clock()
        async with self._database.transaction() as tx:
            slip = await self._recovery.write_slip(tx, person_id)
            act = acted(Actor(actor.id, actor.name), "write_reset_slip", person.name, {}, now)
            await record(tx, [act, security_acted(SecurityAct.RESET_SLIP_WRITTEN, person_id, now, actor=actor.name)])
        return slip

    async def reset_password(self, person_id: str, new: str, *, actor_id: str) -> None:
        """Choose a new password for a person and end all their sessions.

        Raises UnknownPerson, RoleChangeRefused, UnacceptablePassword or PasswordChecksBusy.
        """
        person, actor = await self._judge(person_id, actor_id)

        async def told(_: Transaction) -> Announcement:
            now = self._clock()
            act = acted(Actor(actor.id, actor.name), "reset_password", person.name, {}, now)
            return Announcement([act, security_acted(SecurityAct.PASSWORD_RESET, person_id, now, actor=actor.name)])

        await self._passwords.reset(person, new, grounds=told, refusal=UnknownPerson())

    async def remove_second_factor(self, person_id: str, *, actor_id: str, language: Language = "en") -> None:
        """Take a lost authenticator app away, with its recovery codes, and end all the person's sessions.

        Staff are helped by super-administrators, and nobody by themselves. Raises UnknownPerson, RoleChangeRefused or
        SecondFactorMissing.
        """
        now = self._clock()
        async with self._database.transaction() as tx:
            actor, person = await store.find_person(tx, actor_id), await store.lock_person(tx, person_id)
            if actor is None or person is None:
                raise UnknownPerson
            refuse_from_below(person, actor)
            removed = await self._factors.take_away(tx, person, language, actor=actor.name)
            await record(tx, removed.facts)
            act = acted(Actor(actor.id, actor.name), "remove_second_factor", person.name, {}, now)
            await self._sessions.end_all(
                tx, person_id, reason="second_factor_removed", because=act, revocations=removed.revocations
            )
        await self._sessions.catch_up()

    async def _judge(self, person_id: str, actor_id: str) -> tuple[Person, Person]:
        """Give both people when the one may reset the other's password."""
        async with self._database.reading() as tx:
            actor = await store.find_person(tx, actor_id)
            person = await store.find_person(tx, person_id)
        if actor is None or person is None:
            raise UnknownPerson
        if actor.role < Role.ADMIN or person.role > actor.role:
            raise RoleChangeRefused("This takes a higher role than yours.")
        return person, actor
