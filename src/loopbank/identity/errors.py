"""How the Authentication Service refuses; no sentence tells whether an account exists, except that a name is taken."""

from loopbank.foundation.errors import FieldMistake, Forbidden, NotFound, Refusal, Unauthenticated, Unavailable


class UnacceptableName(Refusal):
    """The name cannot be used."""

    code = "name_not_acceptable"
    title = "Name not acceptable"

    def __init__(self, detail: str, *, field: str = "character_name") -> None:
        super().__init__(detail, mistakes=[FieldMistake(field, detail)])


class NameTaken(UnacceptableName):
    """Somebody else has this name, or one that reads the same."""

    code = "name_taken"
    title = "Name taken"

    def __init__(self) -> None:
        super().__init__("This character name is already taken.")


class UnacceptableEmail(Refusal):
    """This is no mail address."""

    code = "email_not_acceptable"
    title = "Address not acceptable"

    def __init__(self) -> None:
        detail = "Please give a valid e-mail address."
        super().__init__(detail, mistakes=[FieldMistake("email", detail)])


class EmailTaken(Refusal):
    """Somebody else has this address; only the command line can learn it."""

    code = "email_taken"
    title = "Address taken"

    def __init__(self) -> None:
        detail = "This e-mail address is already in use."
        super().__init__(detail, mistakes=[FieldMistake("email", detail)])


class UnacceptablePassword(Refusal):
    """The new password is too short or too easy to guess."""

    code = "password_not_acceptable"
    title = "Password not acceptable"

    def __init__(self, detail: str, *, field: str = "password") -> None:
        super().__init__(detail, mistakes=[FieldMistake(field, detail)])


class WrongCredentials(Unauthenticated):
    """Name and password do not belong together; nobody learns which of them is wrong."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("The name or the password is wrong.")


class WrongPassword(Unauthenticated):
    """The current password that a signed-in person gave is wrong."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")
        self.mistakes = (FieldMistake("current_password", self.detail),)


class WrongCode(Unauthenticated):
    """The mailed code is wrong, old, used or burnt, or was asked for elsewhere; nobody learns which."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__("This code is not valid. Please check it, or ask for a new one.")


class SecondFactorRefused(Unauthenticated):
    """The code is wrong or was used before, or the sign-in took too long or too many tries."""

    code = "second_factor_refused"

    def __init__(self) -> None:
        super().__init__("This code is not valid. Please try the next one, or sign in again.")


class SecondFactorExists(Refusal):
    """The person has a second factor already, and removes it before adding another."""

    code = "second_factor_exists"
    status = 409
    title = "Second factor exists"

    def __init__(self) -> None:
        super().__init__("You have an authenticator app already. Please remove it first.")


class SecondFactorMissing(NotFound):
    """The person has no second factor."""

    code = "second_factor_missing"

    def __init__(self) -> None:
        super().__init__("There is no authenticator app here.")


class WrongFactorCode(Refusal):
    """The first code of a new app is wrong, or there is no new app."""

    code = "wrong_factor_code"
    title = "Wrong code"

    def __init__(self) -> None:
        detail = "This code is not the app's present one. Please try the next."
        super().__init__(detail, mistakes=[FieldMistake("code", detail)])


class InvalidLink(Refusal):
    """The link was used, has expired, or was never sent."""

    code = "link_not_valid"
    title = "Link not valid"

    def __init__(self) -> None:
        super().__init__("This link is not valid any more. Please ask for a new one.")


class InvalidGrant(Unauthenticated):
    """The refresh token is unknown, used, expired or its session has ended (RFC 6749, section 5.2)."""

    code = "invalid_grant"

    def __init__(self) -> None:
        super().__init__("Your session has ended. Please sign in again.")


class InvalidSetupToken(Forbidden):
    """The set-up link was used, has expired, or the bank already has an administrator."""

    code = "setup_link_not_valid"

    def __init__(self) -> None:
        super().__init__("This set-up link is not valid any more. Please restart the bank to get a new one.")


class ForeignOrigin(Forbidden):
    """A page of another site tried to use this browser's session."""

    code = "foreign_origin"

    def __init__(self) -> None:
        super().__init__("This request comes from another site.")


class UnknownSession(NotFound):
    """The person has no such session."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("You have no such session.")


class PasskeysNeedHttps(Forbidden):
    """Browsers keep passkeys for sites with a name, over HTTPS or on localhost."""

    code = "passkeys_need_https"

    def __init__(self) -> None:
        super().__init__("Passkeys work over HTTPS only. Please sign in with your password.")


class UnacceptablePasskey(Refusal):
    """The browser's new key does not fit what was asked for, or is known already."""

    code = "passkey_not_acceptable"
    title = "Passkey not acceptable"

    def __init__(self, detail: str = "This passkey could not be added. Please try again.") -> None:
        super().__init__(detail)


class PasskeyRefused(Unauthenticated):
    """The signature is wrong, of an unknown key, of a copy, or was shown before."""

    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__("This passkey was not accepted. Please try again, or sign in with your password.")


class UnknownPasskey(NotFound):
    """The person has no such passkey."""

    code = "passkey_not_found"

    def __init__(self) -> None:
        super().__init__("You have no such passkey.")


class UnknownLetter(NotFound):
    """There is no such letter, or it is not to be read here."""

    code = "letter_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such letter to read.")


class UnknownPerson(NotFound):
    """There is no such person."""

    code = "person_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such person.")


class RoleChangeRefused(Forbidden):
    """Nobody raises or removes themselves, and the last super-administrator stays."""

    code = "role_change_refused"


class PasswordChecksBusy(Unavailable):
    """More people are signing in than this machine can check at once."""

    code = "password_checks_busy"

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(
            "Many people are signing in right now. Please try again in a few seconds.",
            retry_after_seconds=retry_after_seconds,
        )


class OutsideNotOffered(NotFound):
    """This installation signs nobody in with accounts elsewhere."""

    code = "outside_sign_in_not_offered"

    def __init__(self) -> None:
        super().__init__("Signing in with Google is not set up here.")


class OutsideSignInRefused(Unauthenticated):
    """What came back from the provider is not what was asked for, or came back before."""

    code = "outside_sign_in_refused"

    def __init__(self) -> None:
        super().__init__("Signing in with Google did not work. Please try again.")


class OutsideAddressMissing(Forbidden):
    """The provider does not vouch for the address."""

    code = "outside_address_not_verified"

    def __init__(self) -> None:
        super().__init__("Google has not confirmed your e-mail address, so it cannot open an account here.")


class OutsideLinkNeeded(Forbidden):
    """The address has an account here, which an address alone does not open."""

    code = "outside_link_needed"

    def __init__(self) -> None:
        super().__init__("There is an account with this address. Please sign in to it, and link Google there.")


class OutsideAccountTaken(Refusal):
    """The account elsewhere is linked to an account here already."""

    code = "outside_account_taken"
    status = 409
    title = "Account linked elsewhere"

    def __init__(self) -> None:
        super().__init__("This Google account is linked to an account here already.")


class UnknownOutsideAccount(NotFound):
    """The person has no account elsewhere linked to theirs."""

    code = "outside_account_not_found"

    def __init__(self) -> None:
        super().__init__("No Google account is linked to yours.")


class OutsideUnavailable(Unavailable):
    """The provider does not answer, or not as OpenID Connect has it."""

    code = "outside_unavailable"

    def __init__(self) -> None:
        super().__init__("Google does not answer at the moment. Please sign in another way.", retry_after_seconds=30)
