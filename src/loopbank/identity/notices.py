"""Notices: a letter to whoever's sign-in was changed, so that nobody changes it behind their back."""

from loopbank.identity.mail import Language, Letter, LetterKind
from loopbank.identity.people import Person
from loopbank.identity.security import SecurityAct

_SECURITY_PATH = "/security"
_CHANGES = {
    SecurityAct.SECOND_FACTOR_ADDED: ("an authenticator app was added", "eine Authenticator-App wurde hinzugefügt"),
    SecurityAct.SECOND_FACTOR_REMOVED: ("the authenticator app was removed", "die Authenticator-App wurde entfernt"),
    SecurityAct.RECOVERY_CODES_RENEWED: ("the recovery codes were renewed", "die Notfallcodes wurden erneuert"),
    SecurityAct.RECOVERY_CODE_USED: ("a recovery code was used", "ein Notfallcode wurde verwendet"),
    SecurityAct.PASSKEY_ADDED: ("a passkey was added", "ein Passkey wurde hinzugefügt"),
    SecurityAct.PASSKEY_REMOVED: ("a passkey was removed", "ein Passkey wurde entfernt"),
    SecurityAct.OUTSIDE_ACCOUNT_LINKED: ("an outside account was linked", "ein fremdes Konto wurde verknüpft"),
    SecurityAct.OUTSIDE_ACCOUNT_UNLINKED: ("an outside account was unlinked", "ein fremdes Konto wurde gelöst"),
}


def security_notice(act: SecurityAct, person: Person, language: Language) -> Letter:
    """Write to a person that their sign-in was changed; nobody gets it while their address is only claimed."""
    english, german = _CHANGES[act]
    return Letter(
        kind=LetterKind.SECURITY_CHANGED,
        address=person.email if person.is_verified else None,
        language=language,
        person_id=person.id,
        particulars={"link": _SECURITY_PATH, "change_en": english, "change_de": german},
    )
