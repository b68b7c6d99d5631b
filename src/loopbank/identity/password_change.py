"""Replacing passwords, one's own or a forgotten one: the hash outside, everything else in one transaction."""

from collections.abc import Awaitable, Callable

from loopbank.access import Principal
from loopbank.events import record
from loopbank.foundation.database import Transaction
from loopbank.foundation.errors import Refusal
from loopbank.identity import events, store
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.errors import WrongPassword
from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import Credentials, Person
from loopbank.identity.proofs import Purpose
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import Announcement

Grounds = Callable[[Transaction], Awaitable[Announcement]]
"""Why a forgotten password may be replaced: uses something up in the transaction, or raises a refusal."""

_KIND = "password"
_ACCOUNT_PATH = "/"
_OBSOLETE = (Purpose.RESET_PASSWORD, Purpose.RESET_SLIP, Purpose.PASSKEY_REGISTRATION, Purpose.OUTSIDE_SIGN_IN)
"""What a former password, or forgetting it, had begun: whoever is shut out by a new one shall not end it."""


class PasswordChange:
    """Checks and replaces passwords of people who are known."""

    def __init__(self, tools: AccountTools, *, hasher: PasswordHasher, rules: PasswordRules) -> None:
        self._database = tools.database
        self._hasher = hasher
        self._rules = rules
        self._sessions = tools.sessions
        self._secrets = tools.secrets
        self._patience = tools.patience
        self._letter_box = tools.letter_box
        self._clock = tools.clock

    async def prove(self, principal: Principal, password: str) -> Credentials:
        """Let only somebody pass who knows their own password. Raises WrongPassword or TooManyRequests."""
        async with self._database.transaction() as tx:
            # Whoever tries holds a token of this account, and tokens of other people do not count here.
            await self._patience.count_try(tx, _KIND, principal.person_id, "")
            known = await store.find_own_credentials(tx, principal.person_id)
        if known is None or not await self._hasher.verify(password, known.password_hash):
            raise WrongPassword
        async with self._database.transaction() as tx:
            await self._patience.forgive(tx, _KIND, principal.person_id, "")
        return known

    async def change(self, principal: Principal, *, current: str, new: str, language: Language = "en") -> None:
        """Replace the person's own password and end all their other sessions.

        Raises WrongPassword, UnacceptablePassword, TooManyRequests or PasswordChecksBusy.
        """
        self._rules.check(new, name=principal.name, field="new_password")
        known = await self.prove(principal, current)
        password_hash = await self._hasher.hash(new)
        async with self._database.transaction() as tx:
            person = await self._replace(tx, known, password_hash, language)
            if person is None:
                raise WrongPassword
            act = security_acted(SecurityAct.PASSWORD_CHANGED, person.id, self._clock())
            await self._tell(tx, person, Announcement([act]), keep=principal.session_id)
        await self._sessions.catch_up()

    async def reset(
        self, person: Person, new: str, *, grounds: Grounds, refusal: Refusal, language: Language = "en"
    ) -> None:
        """Replace a forgotten password on some grounds and end all sessions.

        Raises UnacceptablePassword, PasswordChecksBusy, what the grounds raise, or the refusal when the password
        changed or the person was shut out meanwhile.
        """
        self._rules.check(new, name=person.name, field="new_password")
        async with self._database.reading() as tx:
            known = await store.find_own_credentials(tx, person.id)
        password_hash = await self._hasher.hash(new)
        async with self._database.transaction() as tx:
            announcement = await grounds(tx)
            if known is None or await self._replace(tx, known, password_hash, language) is None:
                raise refusal
            await self._tell(tx, person, announcement, keep=None)
        await self._sessions.catch_up()

    async def _replace(
        self, tx: Transaction, known: Credentials, password_hash: str, language: Language
    ) -> Person | None:
        person = await store.replace_password(tx, known, password_hash=password_hash)
        if person is not None:
            await self._secrets.withdraw(tx, person.id, _OBSOLETE)
            if person.is_verified:
                letter = Letter(
                    kind=LetterKind.PASSWORD_CHANGED,
                    address=person.email,
                    language=language,
                    person_id=person.id,
                    particulars={"link": _ACCOUNT_PATH},
                )
                await self._letter_box.post(tx, letter)
        return person

    async def _tell(self, tx: Transaction, person: Person, because: Announcement, *, keep: str | None) -> None:
        await record(tx, because.facts)
        fact = events.password_changed(person_id=person.id, at=self._clock())
        await self._sessions.end_all(
            tx, person.id, reason="password_changed", because=fact, revocations=because.revocations, keep=keep
        )
