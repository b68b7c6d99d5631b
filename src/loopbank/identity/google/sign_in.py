"""Signing in with an account elsewhere.

Law: it is known by issuer and subject. An address alone never opens an account here: whoever has one already links the
two while signed in, with the password.
"""

from dataclasses import dataclass

from loopbank.events import record
from loopbank.foundation.database import Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.ids import new_secret
from loopbank.identity import store as people
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import BY_OUTSIDE_ACCOUNT, Admission, Admitted, StepUp
from loopbank.identity.by_mail import Confirming
from loopbank.identity.errors import (
    OutsideAccountTaken,
    OutsideAddressMissing,
    OutsideLinkNeeded,
    OutsideSignInRefused,
    UnacceptableName,
    UnknownOutsideAccount,
)
from loopbank.identity.google import store
from loopbank.identity.google.provider import Attempt, OutsideIdentity, OutsideProvider
from loopbank.identity.mail import Language
from loopbank.identity.names import accepted_full_name, email_key
from loopbank.identity.notices import security_notice
from loopbank.identity.passwords import NO_PASSWORD
from loopbank.identity.people import NewPerson, Person, SignInPlace
from loopbank.identity.proofs import Purpose
from loopbank.identity.registration import Registration
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import SignedIn

_ATTEMPT_SECONDS = 600
_NAMELESS = "New user"


@dataclass(frozen=True, slots=True)
class Journey:
    """An attempt as the browser carries it there and back.

    `person_id` when it shall link, not sign in; `then` is the screen of the web app where the person goes on, and
    `former` the refresh token that the browser has when it leaves.
    """

    attempt: Attempt
    person_id: str | None
    then: str = ""
    former: str | None = None


class OutsideSignIn:
    """Sends people to the provider and takes them back."""

    def __init__(
        self,
        tools: AccountTools,
        *,
        provider: OutsideProvider,
        issuer: str,
        registration: Registration,
        confirming: Confirming,
        admission: Admission,
    ) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._secrets = tools.secrets
        self._letter_box = tools.letter_box
        self._clock = tools.clock
        self._provider = provider
        self._issuer = issuer
        self._registration = registration
        self._confirming = confirming
        self._admission = admission

    async def depart(
        self, person_id: str | None = None, *, then: str = "", former: str | None = None
    ) -> tuple[str, Journey]:
        """Give where to send somebody, and the journey to keep; for a person, it links the account to theirs."""
        attempt = Attempt(new_secret(), new_secret(), new_secret())
        url = await self._provider.authorization_url(attempt)
        async with self._database.transaction() as tx:
            await self._secrets.give(
                tx, Purpose.OUTSIDE_SIGN_IN, person_id, seconds=_ATTEMPT_SECONDS, secret=attempt.state
            )
        return url, Journey(attempt, person_id, then, former)

    async def arrive(
        self, journey: Journey, code: str, place: SignInPlace, language: Language
    ) -> SignedIn | StepUp | None:
        """Take somebody back who departed to sign in (None: to link).

        Raises OutsideSignInRefused, OutsideLinkNeeded, OutsideAddressMissing, OutsideAccountTaken or
        OutsideUnavailable.
        """
        async with self._database.transaction() as tx:
            if not await self._secrets.use(tx, Purpose.OUTSIDE_SIGN_IN, journey.attempt.state):
                raise OutsideSignInRefused
        identity = await self._provider.identity(code, journey.attempt)
        if journey.person_id is not None:
            await self._link(journey.person_id, identity, language)
            return None
        try:
            async with self._database.transaction() as tx:
                admitted = await self._admit(tx, identity, place)
        except ConstraintViolated as error:
            # Two tabs came back at once, or the address got an owner meanwhile; the next attempt finds out.
            raise OutsideSignInRefused from error
        await self._sessions.catch_up()
        signed_in = await self._admission.complete(admitted)
        if isinstance(signed_in, SignedIn) and journey.former is not None:
            await self._sessions.sign_out_by_token(journey.former, keep=signed_in.session.id)
        return signed_in

    async def addresses(self, person_id: str) -> list[str]:
        """List the addresses of the accounts that are linked to a person."""
        async with self._database.reading() as tx:
            return await store.list_addresses(tx, person_id, issuer=self._issuer)

    async def unlink(self, person_id: str, language: Language) -> None:
        """Take the accounts elsewhere away from a person. Raises UnknownOutsideAccount."""
        async with self._database.transaction() as tx:
            person = await people.lock_person(tx, person_id)
            if person is None or not await store.unlink(tx, person_id, issuer=self._issuer):
                raise UnknownOutsideAccount
            await self._tell(tx, SecurityAct.OUTSIDE_ACCOUNT_UNLINKED, person, language)

    async def _link(self, person_id: str, identity: OutsideIdentity, language: Language) -> None:
        try:
            async with self._database.transaction() as tx:
                person = await people.lock_person(tx, person_id)
                if person is None:
                    raise OutsideSignInRefused
                await self._store_link(tx, person_id, identity)
                await self._tell(tx, SecurityAct.OUTSIDE_ACCOUNT_LINKED, person, language)
        except ConstraintViolated as error:
            raise OutsideAccountTaken from error

    async def _admit(self, tx: Transaction, identity: OutsideIdentity, place: SignInPlace) -> Admitted | StepUp:
        person_id = await store.find_person_id(tx, issuer=identity.issuer, subject=identity.subject)
        if person_id is None:
            return await self._join(tx, identity, place)
        person = await people.note_sign_in(tx, person_id, now=self._clock())
        if person is None:
            raise OutsideSignInRefused
        return await self._admission.admit(tx, person, place, means=BY_OUTSIDE_ACCOUNT)

    async def _join(self, tx: Transaction, identity: OutsideIdentity, place: SignInPlace) -> Admitted:
        """Open an account for somebody new, whose address the provider vouches for."""
        if identity.email is None:
            raise OutsideAddressMissing
        if await people.email_exists(tx, email_key(identity.email)):
            raise OutsideLinkNeeded
        new = NewPerson(
            name=_name(identity),
            password="",
            email=identity.email,
            claimed_from=f"outside:{identity.issuer}",
            has_unique_name=False,
        )
        person = await self._registration.add(tx, new, NO_PASSWORD)
        await self._store_link(tx, person.id, identity)
        proven = await self._confirming.prove(tx, person.id)
        assert proven is not None, "who joins claims the address"
        verified = await people.lock_person(tx, person.id)
        assert verified is not None, "who joins may sign in"
        admitted = await self._admission.open(tx, verified, place, means=BY_OUTSIDE_ACCOUNT)
        await self._sessions.announce(tx, proven.facts, proven.revocations)
        return admitted

    async def _store_link(self, tx: Transaction, person_id: str, identity: OutsideIdentity) -> None:
        await store.link(
            tx,
            person_id,
            issuer=identity.issuer,
            subject=identity.subject,
            email=identity.email or "",
            now=self._clock(),
        )

    async def _tell(self, tx: Transaction, act: SecurityAct, person: Person, language: Language) -> None:
        await self._letter_box.post(tx, security_notice(act, person, language))
        await record(tx, [security_acted(act, person.id, self._clock(), issuer=self._issuer)])


def _name(identity: OutsideIdentity) -> str:
    """Give the name of somebody new, as far as it is one that we take; others see it, so it tells no address."""
    try:
        return accepted_full_name(identity.name)
    except UnacceptableName:
        return _NAMELESS
