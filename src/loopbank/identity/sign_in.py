"""Signing in and changing the password: everything that needs the password that a person knows."""

from collections.abc import Sequence

from loopbank.access import Principal
from loopbank.events import Fact, record
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.identity import events, store
from loopbank.identity.errors import WrongCredentials, WrongPassword
from loopbank.identity.names import name_key
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import Credentials, Person, SignInPlace
from loopbank.identity.sessions import Sessions, SignedIn


class SignIn:
    """Checks passwords and opens sessions."""

    def __init__(
        self,
        *,
        database: Database,
        hasher: PasswordHasher,
        rules: PasswordRules,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._rules = rules
        self._sessions = sessions
        self._clock = clock

    async def sign_in(self, name: str, password: str, place: SignInPlace) -> SignedIn:
        """Open a session for whoever knows the password.

        An unknown name costs the same work and gets the same answer as a wrong password.
        Raises WrongCredentials or PasswordChecksBusy.
        """
        async with self._database.reading() as tx:
            known = await store.find_credentials(tx, name_key(name))
        is_right = await self._hasher.verify(password, known.password_hash if known else None)
        if known is None or not is_right or not known.is_active:
            raise WrongCredentials
        async with self._database.transaction() as tx:
            person = await store.record_sign_in(tx, known, now=self._clock())
            if person is None:
                raise WrongCredentials
            opened = await self._sessions.open(tx, person, place)
        return await self._sessions.signed_in(person, opened)

    async def change_password(self, principal: Principal, *, current: str, new: str) -> None:
        """Replace the person's password and end all their other sessions.

        Raises WrongPassword, UnacceptablePassword or PasswordChecksBusy.
        """
        self._rules.check(new, name=principal.name, field="new_password")
        async with self._database.reading() as tx:
            known = await store.find_own_credentials(tx, principal.person_id)
        if known is None or not await self._hasher.verify(current, known.password_hash):
            raise WrongPassword
        if not await self.replace_password(known, new, keep=principal.session_id):
            raise WrongPassword

    async def reset_password(self, person: Person, known: Credentials, new: str, *, because: Sequence[Fact]) -> bool:
        """Replace a forgotten password and end all sessions; False when it changed meanwhile.

        Raises UnacceptablePassword or PasswordChecksBusy.
        """
        self._rules.check(new, name=person.name, field="new_password")
        return await self.replace_password(known, new, because=because)

    async def replace_password(
        self, known: Credentials, new: str, *, keep: str | None = None, because: Sequence[Fact] = ()
    ) -> bool:
        """Store a password that was checked, and end all sessions but one; False when the old one changed meanwhile.

        Raises PasswordChecksBusy.
        """
        password_hash = await self._hasher.hash(new)
        now = self._clock()
        async with self._database.transaction() as tx:
            person = await store.replace_password(tx, known, password_hash=password_hash)
            if person is None:
                return False
            await record(tx, because)
            fact = events.password_changed(person_id=person.id, at=now)
            await self._sessions.end_all(tx, person.id, reason="password_changed", because=fact, keep=keep)
        await self._sessions.catch_up()
        return True
