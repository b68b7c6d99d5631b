"""How access refuses."""

from loopbank.foundation.errors import Forbidden, Unauthenticated


class InvalidToken(Unauthenticated):
    """The access token is missing, broken, expired, revoked or not meant for this bank."""

    code = "invalid_token"


class RoleTooLow(Forbidden):
    """The person is signed in, and their role does not allow this."""

    code = "role_too_low"


class InvalidServiceToken(Unauthenticated):
    """An internal route was called without a valid service token."""

    code = "invalid_service_token"
