"""Joining by mail.

Law: nobody learns whether an address has an account. Whoever joins gets an account at once, in every case; the address
is only claimed until its owner follows the link in the mail, and no mail can be sent by claiming what another owns but
the one that tells the owner. Both cases do the same work.
"""

from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import BY_PASSWORD, Admission
from loopbank.identity.by_mail import store
from loopbank.identity.by_mail.addresses import accepted_email
from loopbank.identity.by_mail.confirming import CONFIRM_PATH, CONFIRM_SECONDS
from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.names import accepted_full_name, email_key
from loopbank.identity.password_rules import PasswordRules
from loopbank.identity.people import NewPerson, Person, SignInPlace
from loopbank.identity.proofs import Purpose
from loopbank.identity.registration import Registration
from loopbank.identity.sessions import SignedIn

_SIGN_IN_PATH = "/sign-in"


class JoiningByMail:
    """Lets people join with a mail address."""

    def __init__(
        self, tools: AccountTools, *, registration: Registration, rules: PasswordRules, admission: Admission
    ) -> None:
        self._database = tools.database
        self._registration = registration
        self._rules = rules
        self._admission = admission
        self._sessions = tools.sessions
        self._secrets = tools.secrets
        self._letter_box = tools.letter_box

    def check(self, *, email: str, password: str, full_name: str, client: str) -> NewPerson:
        """Check what somebody joins with. Raises UnacceptableEmail, UnacceptableName or UnacceptablePassword."""
        name = accepted_full_name(full_name)
        address = accepted_email(email)
        self._rules.check(password, name=name)
        self._rules.check(password, name=address)
        return NewPerson(name=name, password=password, email=address, claimed_from=client, has_unique_name=False)

    async def join(self, new: NewPerson, place: SignInPlace, language: Language) -> SignedIn:
        """Let a checked person join and sign them in. Raises PasswordChecksBusy."""
        assert new.email is not None, "whoever joins by mail has an address"
        async with self._database.reading() as tx:
            owner = await store.find_owner(tx, email_key(new.email))
        password_hash = await self._registration.hash(new)
        async with self._database.transaction() as tx:
            person = await self._registration.add(tx, new, password_hash)
            secret = await self._secrets.give(tx, Purpose.CONFIRM_ADDRESS, person.id, seconds=CONFIRM_SECONDS)
            admitted = await self._admission.open(tx, person, place, means=BY_PASSWORD)
            await self._letter_box.post(tx, _letter(person, owner, secret, language))
        return await self._sessions.signed_in(person, admitted.opened)


def _letter(newcomer: Person, owner: Person | None, secret: str, language: Language) -> Letter:
    """Write to the address: how to confirm it, or to its owner that they have an account already."""
    if owner is None:
        link = {"link": f"{CONFIRM_PATH}#{secret}"}
        return Letter(
            kind=LetterKind.CONFIRM_ADDRESS,
            address=newcomer.email,
            language=language,
            person_id=newcomer.id,
            particulars=link,
        )
    return Letter(
        kind=LetterKind.ALREADY_REGISTERED,
        address=owner.email,
        language=language,
        person_id=owner.id,
        particulars={"link": _SIGN_IN_PATH},
    )
