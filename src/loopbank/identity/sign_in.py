"""Signing in with the password that a person knows."""

from collections.abc import Sequence

from loopbank.foundation.database import Transaction
from loopbank.identity import store
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import BY_PASSWORD, Admission, StepUp
from loopbank.identity.errors import WrongCredentials
from loopbank.identity.mail import Language
from loopbank.identity.names import email_key, name_key
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import Credentials, SignInPlace
from loopbank.identity.sessions import SignedIn

_KIND = "password"


class SignIn:
    """Checks passwords and opens sessions."""

    def __init__(self, tools: AccountTools, *, hasher: PasswordHasher, admission: Admission) -> None:
        self._database = tools.database
        self._hasher = hasher
        self._admission = admission
        self._patience = tools.patience
        self._clock = tools.clock

    async def sign_in(self, name: str, password: str, place: SignInPlace) -> SignedIn | StepUp:
        """Open a session for whoever knows the password, or ask for their second factor.

        The name is a character name, or what has an @ a mail address. An unknown one costs the same work and gets the
        same answer as a wrong password. Raises WrongCredentials, TooManyRequests or PasswordChecksBusy.
        """
        self._hasher.require_room()
        key = email_key(name) if "@" in name else name_key(name)
        async with self._database.transaction() as tx:
            await self._patience.count_try(tx, _KIND, key, place.client)
            candidates = await _candidates(tx, key, place)
        known = await self._right_one(candidates, password)
        if known is None or not known.is_active:
            raise WrongCredentials
        async with self._database.transaction() as tx:
            await self._patience.forgive(tx, _KIND, key, place.client)
            person = await store.record_sign_in(tx, known, now=self._clock())
            if person is None:
                raise WrongCredentials
            admitted = await self._admission.admit(tx, person, place, means=BY_PASSWORD)
        return await self._admission.complete(admitted)

    async def step_up(self, challenge: str, code: str, place: SignInPlace, language: Language) -> SignedIn:
        """Open the session of whoever gives the second factor that was asked for.

        Raises SecondFactorRefused or TooManyRequests.
        """
        return await self._admission.step_up(challenge, code, place, language)

    async def _right_one(self, candidates: Sequence[Credentials | None], password: str) -> Credentials | None:
        for known in candidates:
            is_right = await self._hasher.verify(password, known.password_hash if known else None)
            if is_right and known is not None:
                return known
        return None


async def _candidates(tx: Transaction, key: str, place: SignInPlace) -> list[Credentials | None]:
    """List whose password it may be: one person, or nobody for the same work.

    An address may have an owner whom nobody must learn of, and somebody who claimed it from here. How many passwords
    are checked depends on the claim alone, which whoever asks from here may know.
    """
    if "@" not in key:
        return [await store.find_credentials(tx, key)]
    owner = await store.find_owner_credentials(tx, key)
    claimant = await store.find_claimant_credentials(tx, key, client=place.client)
    return [owner] if claimant is None else [owner, claimant]
