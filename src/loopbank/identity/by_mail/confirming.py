"""Confirming that an address is one's own: by the link in a letter, once; rivals for the address lose it."""

from loopbank.access import Revocation, RevocationKind
from loopbank.events import Fact
from loopbank.foundation.database import Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.identity import events
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.by_mail import store
from loopbank.identity.errors import InvalidLink
from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.names import email_key
from loopbank.identity.proofs import Purpose
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import Announcement

CONFIRM_SECONDS = 86_400
CONFIRM_PATH = "/verify"


class Confirming:
    """Makes claimed addresses proven ones."""

    def __init__(self, tools: AccountTools) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._secrets = tools.secrets
        self._letter_box = tools.letter_box
        self._clock = tools.clock

    async def send_again(self, email: str, *, client: str, language: Language) -> None:
        """Send the link once more to whoever claimed the address from this client; nobody learns whether one did."""
        async with self._database.reading() as tx:
            claimant = await store.find_claimant(tx, email_key(email), client=client)
            owner = await store.find_owner(tx, email_key(email))
        person = claimant if owner is None else None
        async with self._database.transaction() as tx:
            person_id = None if person is None else person.id
            secret = await self._secrets.give(tx, Purpose.CONFIRM_ADDRESS, person_id, seconds=CONFIRM_SECONDS)
            letter = Letter(
                kind=LetterKind.CONFIRM_ADDRESS,
                address=None if person is None else person.email,
                language=language,
                person_id=person_id,
                particulars={"link": f"{CONFIRM_PATH}#{secret}"},
            )
            await self._letter_box.post(tx, letter)

    async def confirm(self, secret: str) -> None:
        """Take the secret of a link. Raises InvalidLink."""
        try:
            async with self._database.transaction() as tx:
                person_id = await self._secrets.holder(tx, Purpose.CONFIRM_ADDRESS, secret)
                if person_id is None or not await self._secrets.use(tx, Purpose.CONFIRM_ADDRESS, secret):
                    raise InvalidLink
                proven = await self.prove(tx, person_id)
                if proven is None:
                    raise InvalidLink
                await self._sessions.announce(tx, proven.facts, proven.revocations)
        except ConstraintViolated as error:
            # Somebody else proved the same address first.
            raise InvalidLink from error
        await self._sessions.catch_up()

    async def prove(self, tx: Transaction, person_id: str) -> Announcement | None:
        """Make a person's claimed address theirs and shut its other claimants out; None when they claim none.

        What is given is to be announced last. Raises ConstraintViolated when the address is somebody else's.
        """
        key = await store.prove_address(tx, person_id)
        if key is None:
            return None
        now = self._clock()
        rivals = await store.shut_out_rivals(tx, key, now=now)
        facts: list[Fact] = [
            events.user_verified(person_id=person_id, at=now),
            security_acted(SecurityAct.ADDRESS_CONFIRMED, person_id, now),
            *(events.user_deactivated(person_id=rival, actor=person_id, at=now) for rival in rivals),
        ]
        ends_at = self._sessions.tokens_end_at(now)
        revocations = [Revocation(RevocationKind.PERSON_DEACTIVATED, rival, None, ends_at) for rival in rivals]
        return Announcement(facts, revocations)
