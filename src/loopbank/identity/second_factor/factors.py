"""A person's second factor: an app's codes, and recovery codes for the day the phone is gone."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loopbank.access import Revocation, RevocationKind, Role
from loopbank.events import record
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.foundation.seals import Seal
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.errors import SecondFactorExists, SecondFactorMissing, UnknownPerson, WrongFactorCode
from loopbank.identity.mail import Language
from loopbank.identity.notices import security_notice
from loopbank.identity.people import Person
from loopbank.identity.second_factor import store
from loopbank.identity.second_factor.time_codes import Enrolment, enrolment, matching_step, new_secret
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import Announcement
from loopbank.identity.standing import Standing
from loopbank.identity.store import find_person, lock_person

RECOVERY_CODES = 10
_RECOVERY_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
_RECOVERY_GROUPS = 2
_RECOVERY_GROUP_LETTERS = 6
_TIME_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class FactorState:
    """What a person has beside the password, and until when they must have it (None: they need not)."""

    since: Instant | None
    recovery_codes_left: int
    grace_ends_at: Instant | None


class SecondFactors:
    """Adds, asks for and removes second factors."""

    def __init__(self, tools: AccountTools, *, standing: Standing, seal: Seal, issuer_name: str) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._standing = standing
        self._letter_box = tools.letter_box
        self._marks = tools.marks
        self._seal = seal
        self._issuer_name = issuer_name
        self._clock = tools.clock

    async def state(self, person_id: str) -> FactorState:
        """Tell what a person has. Raises UnknownPerson."""
        async with self._database.reading() as tx:
            person = await find_person(tx, person_id)
            left = await store.count_recovery_codes(tx, person_id)
        if person is None:
            raise UnknownPerson
        return FactorState(person.second_factor_since, left, self._standing.grace_ends_at(person))

    async def enrol(self, person_id: str) -> Enrolment:
        """Give a new secret for an app; it counts once `confirm` has seen a code of it.

        Raises SecondFactorExists or UnknownPerson.
        """
        secret = new_secret()
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            if person is None:
                raise UnknownPerson
            sealed = self._seal.close(secret.encode(), person_id)
            if not await store.begin_totp(tx, person_id, sealed, now=self._clock()):
                raise SecondFactorExists
        account = person.email or person.name
        return enrolment(secret, account=account, issuer=self._issuer_name)

    async def confirm(self, person_id: str, code: str, language: Language) -> Sequence[str]:
        """Put the new secret in force and give the recovery codes, which nobody can show again.

        Raises WrongFactorCode or UnknownPerson.
        """
        now = self._clock()
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            sealed = await store.find_totp(tx, person_id, is_confirmed=False)
            if person is None or sealed is None:
                raise WrongFactorCode
            step = matching_step(self._seal.open(sealed, person_id).decode(), code, now)
            if step is None or not await store.confirm_totp(tx, person_id, sealed, step=step, now=now):
                raise WrongFactorCode
            codes = await self._replace_codes(tx, person_id)
            added = await self._change(tx, person, SecurityAct.SECOND_FACTOR_ADDED, language, since=now)
            await self._sessions.announce(tx, added.facts, added.revocations)
        await self._sessions.catch_up()
        return codes

    async def renew_codes(self, person_id: str, language: Language) -> Sequence[str]:
        """Give new recovery codes; all others are worthless. Raises SecondFactorMissing."""
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            if person is None or person.second_factor_since is None:
                raise SecondFactorMissing
            codes = await self._replace_codes(tx, person_id)
            act = SecurityAct.RECOVERY_CODES_RENEWED
            await self._letter_box.post(tx, security_notice(act, person, language))
            await record(tx, [security_acted(act, person_id, self._clock())])
        return codes

    async def remove(self, person_id: str, language: Language) -> None:
        """Do without a second factor. Raises SecondFactorMissing."""
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            if person is None:
                raise SecondFactorMissing
            removed = await self.take_away(tx, person, language)
            await self._sessions.announce(tx, removed.facts, removed.revocations)
        await self._sessions.catch_up()

    async def take_away(self, tx: Transaction, person: Person, language: Language, **details: str) -> Announcement:
        """Delete the app and the recovery codes of a person whose row the transaction holds.

        What is given is to be announced last. Raises SecondFactorMissing.
        """
        if not await store.remove_totp(tx, person.id):
            raise SecondFactorMissing
        return await self._change(tx, person, SecurityAct.SECOND_FACTOR_REMOVED, language, since=None, **details)

    async def accept(self, tx: Transaction, person: Person, code: str, language: Language) -> bool:
        """Use a code of the app, or a recovery code, up; False when it is wrong or was used before.

        The transaction holds the person's row, so that codes and factors change one after the other.
        """
        person_id, now = person.id, self._clock()
        typed = "".join(code.split()).lower()
        if _TIME_CODE.fullmatch(typed):
            sealed = await store.find_totp(tx, person_id, is_confirmed=True)
            step = None if sealed is None else matching_step(self._seal.open(sealed, person_id).decode(), typed, now)
            return step is not None and await store.use_step(tx, person_id, step=step)
        if not await store.use_recovery_code(tx, self._code_mark(person_id, typed), now=now):
            return False
        await self._letter_box.post(tx, security_notice(SecurityAct.RECOVERY_CODE_USED, person, language))
        await record(tx, [security_acted(SecurityAct.RECOVERY_CODE_USED, person_id, now)])
        return True

    async def _replace_codes(self, tx: Transaction, person_id: str) -> Sequence[str]:
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        marks = [self._code_mark(person_id, code) for code in codes]
        await store.replace_recovery_codes(tx, person_id, marks, now=self._clock())
        return codes

    async def _change(
        self,
        tx: Transaction,
        person: Person,
        act: SecurityAct,
        language: Language,
        *,
        since: Instant | None,
        **details: str,
    ) -> Announcement:
        """Note the change and tell the person; what is given lets staff's tokens be worth what they are worth now."""
        now = self._clock()
        await store.note_second_factor(tx, person.id, since=since)
        await self._letter_box.post(tx, security_notice(act, person, language))
        revocations = []
        if person.role >= Role.ADMIN:
            role = self._standing.role(replace(person, second_factor_since=since), now)
            ends_at = self._sessions.tokens_end_at(now)
            revocations.append(Revocation(RevocationKind.ROLE_CHANGED, person.id, role, ends_at))
        return Announcement([security_acted(act, person.id, now, **details)], revocations)

    def _code_mark(self, person_id: str, code: str) -> str:
        return self._marks.mark("recovery-code", person_id, code.replace("-", ""))


def _recovery_code() -> str:
    """Give 59 random bits that somebody can write down: wq7kma-3zt9xe."""
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_GROUP_LETTERS))
        for _ in range(_RECOVERY_GROUPS)
    )
    return "-".join(groups)
