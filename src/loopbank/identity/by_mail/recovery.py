"""A new password for whoever can read the account's mail, or was handed a slip by the staff: once."""

from loopbank.foundation.database import Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.by_mail import store
from loopbank.identity.by_mail.confirming import Confirming
from loopbank.identity.errors import InvalidLink
from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.names import email_key
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.people import Person
from loopbank.identity.proofs import Purpose, new_slip, read_slip
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import Announcement
from loopbank.identity.store import find_person

SLIP_SECONDS = 86_400
_RESET_SECONDS = 3_600
RESET_PATH = "/reset"


class Recovery:
    """Sends links and writes slips with which people choose a new password, and takes them back."""

    def __init__(self, tools: AccountTools, *, passwords: PasswordChange, confirming: Confirming) -> None:
        self._database = tools.database
        self._passwords = passwords
        self._confirming = confirming
        self._secrets = tools.secrets
        self._letter_box = tools.letter_box
        self._clock = tools.clock

    async def forgot(self, email: str, language: Language) -> None:
        """Send a link to the address's owner, else to the last who claimed it; nobody learns whether there is one.

        Following the link proves the address and ends every session, so whoever claimed it first loses everything.
        """
        key = email_key(email)
        async with self._database.reading() as tx:
            owner = await store.find_owner(tx, key)
            claimant = await store.find_claimant(tx, key, client=None)
        person = owner or claimant
        async with self._database.transaction() as tx:
            person_id = None if person is None else person.id
            secret = await self._secrets.give(tx, Purpose.RESET_PASSWORD, person_id, seconds=_RESET_SECONDS)
            letter = Letter(
                kind=LetterKind.RESET_PASSWORD,
                address=None if person is None else person.email,
                language=language,
                person_id=person_id,
                particulars={"link": f"{RESET_PATH}#{secret}"},
            )
            await self._letter_box.post(tx, letter)

    async def write_slip(self, tx: Transaction, person_id: str) -> str:
        """Give a slip that is good for a day; slips written before are good no more."""
        await self._secrets.withdraw(tx, person_id, (Purpose.RESET_SLIP,))
        return await self._secrets.give(tx, Purpose.RESET_SLIP, person_id, seconds=SLIP_SECONDS, secret=new_slip())

    async def reset(self, shown: str, new: str, language: Language) -> None:
        """Let whoever shows the secret of a link, or a slip, choose a new password, once; all sessions end.

        Raises InvalidLink, UnacceptablePassword or PasswordChecksBusy.
        """
        purpose, secret, person = await self._read(shown)

        async def use_up(tx: Transaction) -> Announcement:
            if not await self._secrets.use(tx, purpose, secret):
                raise InvalidLink
            act = security_acted(SecurityAct.PASSWORD_RESET, person.id, self._clock(), means=purpose.value)
            # Only the address's owner can read its mail; a slip says nothing of mail.
            proven = None if purpose is Purpose.RESET_SLIP else await self._confirming.prove(tx, person.id)
            if proven is None:
                return Announcement([act])
            return Announcement([act, *proven.facts], proven.revocations)

        try:
            await self._passwords.reset(person, new, grounds=use_up, refusal=InvalidLink(), language=language)
        except ConstraintViolated as error:
            # Somebody else proved the same address first.
            raise InvalidLink from error

    async def _read(self, shown: str) -> tuple[Purpose, str, Person]:
        """Give what somebody shows, and whom it speaks for. Raises InvalidLink."""
        async with self._database.reading() as tx:
            for purpose, secret in ((Purpose.RESET_PASSWORD, shown), (Purpose.RESET_SLIP, read_slip(shown))):
                person_id = await self._secrets.holder(tx, purpose, secret)
                person = None if person_id is None else await find_person(tx, person_id)
                if person is not None:
                    return purpose, secret, person
        raise InvalidLink
