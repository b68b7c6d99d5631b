"""Admission: whoever has proven one thing gets a session, or is asked for a second one."""

from dataclasses import dataclass

from loopbank.events import record
from loopbank.foundation.database import Transaction
from loopbank.identity import store
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.errors import SecondFactorRefused
from loopbank.identity.mail import Language
from loopbank.identity.people import Person, SignInPlace
from loopbank.identity.proofs import Asked
from loopbank.identity.second_factor import SecondFactors
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import OpenedSession, SignedIn

BY_PASSWORD = "pwd"  # noqa: S105 -- a means of authentication (RFC 8176)
BY_MAIL_CODE = "otp"
BY_PASSKEY = "hwk"
BY_OUTSIDE_ACCOUNT = "fed"
BY_TWO_FACTORS = "mfa"

_KIND = "second factor"


@dataclass(frozen=True, slots=True)
class StepUp:
    """The first proof was right; a code for this challenge is the second."""

    challenge: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A person with the session that was opened for them."""

    person: Person
    opened: OpenedSession


class Admission:
    """Opens sessions for people who proved who they are."""

    def __init__(self, tools: AccountTools, *, factors: SecondFactors) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._challenges = tools.challenges
        self._patience = tools.patience
        self._factors = factors
        self._clock = tools.clock

    async def admit(self, tx: Transaction, person: Person, place: SignInPlace, *, means: str) -> Admitted | StepUp:
        """Open a session for a person whose row the transaction holds, or ask for their second factor."""
        if person.second_factor_since is not None:
            return StepUp(await self._challenges.ask(tx, Asked.SECOND_FACTOR, person.id))
        return await self.open(tx, person, place, means=means)

    async def open(self, tx: Transaction, person: Person, place: SignInPlace, *, means: str) -> Admitted:
        """Open a session for a person whose row the transaction holds."""
        opened = await self._sessions.open(tx, person, place)
        fact = security_acted(SecurityAct.SIGNED_IN, person.id, self._clock(), means=means, device=place.device)
        await record(tx, [fact])
        return Admitted(person, opened)

    async def complete(self, admitted: Admitted | StepUp) -> SignedIn | StepUp:
        """Sign the tokens of whoever was admitted, outside the transaction."""
        if isinstance(admitted, StepUp):
            return admitted
        return await self._sessions.signed_in(admitted.person, admitted.opened)

    async def step_up(self, challenge: str, code: str, place: SignInPlace, language: Language) -> SignedIn:
        """Admit whoever gives a right code of their app, or a recovery code, to a challenge.

        Raises SecondFactorRefused or TooManyRequests.
        """
        admitted: Admitted | None = None
        async with self._database.transaction() as tx:
            tried = await self._challenges.take_try(tx, Asked.SECOND_FACTOR, challenge)
            if tried is not None and tried.person_id is not None:
                # Whoever gets here knows the password: they are counted by account, wherever they come from.
                await self._patience.count_try(tx, _KIND, tried.person_id, "")
                person = await store.lock_person(tx, tried.person_id)
                if person is not None and await self._factors.accept(tx, person, code, language):
                    await self._challenges.use_up(tx, tried)
                    await self._patience.forgive(tx, _KIND, person.id, "")
                    await store.note_sign_in(tx, person.id, now=self._clock())
                    admitted = await self.open(tx, person, place, means=BY_TWO_FACTORS)
        if admitted is None:
            raise SecondFactorRefused
        return await self._sessions.signed_in(admitted.person, admitted.opened)
