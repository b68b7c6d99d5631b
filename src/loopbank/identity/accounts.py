"""Everything by which people prove who they are, put together."""

from collections.abc import Collection, Mapping

import httpx

from loopbank.foundation.clock import later
from loopbank.foundation.seals import Seal
from loopbank.foundation.settings import Installation
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import Admission
from loopbank.identity.by_mail import CodeSignIn, Confirming, JoiningByMail, Recovery
from loopbank.identity.common_passwords import CommonPasswords
from loopbank.identity.directory_store import names_of
from loopbank.identity.google.provider import OutsideClient, OutsideProvider
from loopbank.identity.google.sign_in import OutsideSignIn
from loopbank.identity.mail import forget_letters
from loopbank.identity.passkeys.ceremonies import Passkeys
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import Person
from loopbank.identity.proofs import forget_ended
from loopbank.identity.registration import Registration
from loopbank.identity.second_factor import SecondFactors
from loopbank.identity.security import SecurityEvents
from loopbank.identity.sign_in import SignIn
from loopbank.identity.standing import Standing
from loopbank.identity.store import find_person

_MAIL_PASSWORD_LENGTH_MIN = 8
"""The platform face's least length, in whichever profile; an event's six are for character names."""

_PROOFS_KEPT_SECONDS = 7 * 86_400
_LETTERS_KEPT_SECONDS = 30 * 86_400
_FORGOTTEN_AT_ONCE_MAX = 5_000


class Accounts:
    """What people join, sign in and recover with."""

    def __init__(
        self,
        tools: AccountTools,
        *,
        installation: Installation,
        standing: Standing,
        hasher: PasswordHasher,
        common: CommonPasswords,
    ) -> None:
        self._database = tools.database
        self._clock = tools.clock
        self._http: httpx.AsyncClient | None = None
        self.letter_box = tools.letter_box
        length_min = installation.password_length_min
        rules = PasswordRules(length_min=length_min, common=common)
        mail_rules = PasswordRules(length_min=max(length_min, _MAIL_PASSWORD_LENGTH_MIN), common=common)
        seal = Seal(installation.secret_key, "second-factor")
        self.factors = SecondFactors(tools, standing=standing, seal=seal, issuer_name=installation.product_name)
        self.admission = Admission(tools, factors=self.factors)
        self.sign_in = SignIn(tools, hasher=hasher, admission=self.admission)
        self.passwords = PasswordChange(tools, hasher=hasher, rules=rules)
        self.registration = Registration(database=tools.database, hasher=hasher, rules=rules, clock=tools.clock)
        self.joining = JoiningByMail(tools, registration=self.registration, rules=mail_rules, admission=self.admission)
        self.confirming = Confirming(tools)
        self.recovery = Recovery(tools, passwords=self.passwords, confirming=self.confirming)
        self.codes = CodeSignIn(tools, confirming=self.confirming, admission=self.admission)
        self.passkeys = Passkeys(tools, admission=self.admission, product_name=installation.product_name)
        self.outside = self._outside_sign_in(tools, installation)
        self.security_events = SecurityEvents(tools.database)

    async def stop(self) -> None:
        """Close what reaches out."""
        if self._http is not None:
            await self._http.aclose()

    async def forget_ended(self) -> int:
        """Delete proofs that ended a week ago and letters of last month; gives how many rows went."""
        now = self._clock()
        async with self._database.transaction() as tx:
            gone = await forget_ended(tx, before=later(now, -_PROOFS_KEPT_SECONDS), limit=_FORGOTTEN_AT_ONCE_MAX)
            before = later(now, -_LETTERS_KEPT_SECONDS)
            return gone + await forget_letters(tx, before=before, limit=_FORGOTTEN_AT_ONCE_MAX)

    def _outside_sign_in(self, tools: AccountTools, installation: Installation) -> OutsideSignIn | None:
        """Build the sign-in with accounts elsewhere, where a client of ours is known there."""
        if not installation.google_client_id:
            return None
        self._http = httpx.AsyncClient()
        client = OutsideClient(
            issuer=installation.google_issuer,
            client_id=installation.google_client_id,
            client_secret=installation.google_client_secret,
            redirect_uri=f"{installation.public_url.rstrip('/')}/api/auth/google/callback",
        )
        return OutsideSignIn(
            tools,
            provider=OutsideProvider(self._http, client, tools.clock),
            issuer=client.issuer,
            registration=self.registration,
            confirming=self.confirming,
            admission=self.admission,
        )

    async def person(self, person_id: str) -> Person | None:
        """Find somebody who may sign in."""
        async with self._database.reading() as tx:
            return await find_person(tx, person_id)

    async def names_of(self, person_ids: Collection[str]) -> Mapping[str, str]:
        """Give the names by id of everybody, signed in or shut out."""
        async with self._database.reading() as tx:
            return await names_of(tx, person_ids)
