"""How the Authentication Service refuses; no sentence tells whether an account exists, except that a name is taken."""

from loopbank.foundation.errors import FieldMistake, Forbidden, NotFound, Refusal, Unauthenticated, Unavailable


class UnacceptableName(Refusal):
    """The character name cannot be used."""

    code = "name_not_acceptable"
    title = "Name not acceptable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, mistakes=[FieldMistake("character_name", detail)])


class NameTaken(UnacceptableName):
    """Somebody else has this name, or one that reads the same."""

    code = "name_taken"
    title = "Name taken"

    def __init__(self) -> None:
        super().__init__("This character name is already taken.")


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
        super().__init__("Wrong character name or password.")


class WrongPassword(Unauthenticated):
    """The current password that a signed-in person gave is wrong."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")
        self.mistakes = (FieldMistake("current_password", self.detail),)


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


class InvalidSlip(Forbidden):
    """The reset slip was used, has expired, or was never written here."""

    code = "reset_slip_not_valid"

    def __init__(self) -> None:
        super().__init__("This reset slip is not valid any more. Please ask for a new one.")


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
