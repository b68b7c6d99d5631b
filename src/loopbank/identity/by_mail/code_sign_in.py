"""Signing in with six digits from a mail: bound to the sign-in that asked for them, five tries, ten minutes, once."""

from dataclasses import dataclass

from loopbank.foundation.database import Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import BY_MAIL_CODE, Admission, Admitted, StepUp
from loopbank.identity.by_mail import store
from loopbank.identity.by_mail.confirming import Confirming
from loopbank.identity.errors import WrongCode
from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.names import email_key
from loopbank.identity.people import SignInPlace
from loopbank.identity.proofs import Asked, new_code
from loopbank.identity.sessions import SignedIn
from loopbank.identity.store import note_sign_in

_KIND = "code"


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """What somebody typed: the code, for an address, and the id of the sign-in where the program kept it."""

    email: str
    code: str
    login_id: str | None


class CodeSignIn:
    """Mails codes and takes them back.

    A sign-in without its id is found by the address and the client that asked, so a code that a stranger asked for
    elsewhere neither replaces nor burns one's own.
    """

    def __init__(self, tools: AccountTools, *, confirming: Confirming, admission: Admission) -> None:
        self._database = tools.database
        self._challenges = tools.challenges
        self._patience = tools.patience
        self._confirming = confirming
        self._admission = admission
        self._sessions = tools.sessions
        self._letter_box = tools.letter_box
        self._clock = tools.clock

    async def ask(self, email: str, *, client: str, language: Language) -> str:
        """Mail a code and give the sign-in's id; an address that nobody has gets the same, and no mail."""
        key, code = email_key(email), new_code()
        async with self._database.reading() as tx:
            owner = await store.find_owner(tx, key)
            claimant = await store.find_claimant(tx, key, client=client)
        person = owner or claimant
        async with self._database.transaction() as tx:
            person_id = None if person is None else person.id
            login_id = await self._challenges.ask(
                tx, Asked.MAIL_CODE, person_id, account=key, client=client, answer=code
            )
            letter = Letter(
                kind=LetterKind.SIGN_IN_CODE,
                address=None if person is None else person.email,
                language=language,
                person_id=person_id,
                particulars={"code": code},
            )
            await self._letter_box.post(tx, letter)
        return login_id

    async def answer(self, given: CodeAnswer, place: SignInPlace) -> SignedIn | StepUp:
        """Take a code. Raises WrongCode or TooManyRequests."""
        key = email_key(given.email)
        admitted: Admitted | StepUp | None = None
        try:
            async with self._database.transaction() as tx:
                await self._patience.count_try(tx, _KIND, key, place.client)
                tried = await self._challenges.take_try(
                    tx, Asked.MAIL_CODE, given.login_id, account=key, client=place.client
                )
                if tried is not None and tried.person_id is not None and self._challenges.is_met(tried, given.code):
                    await self._challenges.use_up(tx, tried)
                    await self._patience.forgive(tx, _KIND, key, place.client)
                    admitted = await self._admit(tx, tried.person_id, place)
        except ConstraintViolated as error:
            # Somebody else proved the same address first.
            raise WrongCode from error
        if admitted is None:
            raise WrongCode
        await self._sessions.catch_up()
        return await self._admission.complete(admitted)

    async def _admit(self, tx: Transaction, person_id: str, place: SignInPlace) -> Admitted | StepUp | None:
        """Admit the person, whose address is proven by a code that only its mail could tell."""
        proven = await self._confirming.prove(tx, person_id)
        person = await note_sign_in(tx, person_id, now=self._clock())
        if person is None:
            return None
        admitted = await self._admission.admit(tx, person, place, means=BY_MAIL_CODE)
        if proven is not None:
            await self._sessions.announce(tx, proven.facts, proven.revocations)
        return admitted
