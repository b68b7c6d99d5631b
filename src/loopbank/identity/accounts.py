"""Everything by which people prove who they are, put together."""

from loopbank.foundation.seals import Seal
from loopbank.foundation.settings import Installation
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import Admission
from loopbank.identity.by_mail import CodeSignIn, Confirming, JoiningByMail, Recovery
from loopbank.identity.common_passwords import CommonPasswords
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.passwords import PasswordHasher
from loopbank.identity.people import Person
from loopbank.identity.registration import Registration
from loopbank.identity.second_factor import SecondFactors
from loopbank.identity.security import SecurityEvents
from loopbank.identity.sign_in import SignIn
from loopbank.identity.standing import Standing
from loopbank.identity.store import find_person

_MAIL_PASSWORD_LENGTH_MIN = 8
"""The platform face's least length, in whichever profile; an event's six are for character names."""


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
        self.security_events = SecurityEvents(tools.database)

    async def person(self, person_id: str) -> Person | None:
        """Find somebody who may sign in."""
        async with self._database.reading() as tx:
            return await find_person(tx, person_id)
