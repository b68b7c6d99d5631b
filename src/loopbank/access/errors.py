"""How access refuses."""

from loopbank.foundation.errors import BadRequest, FieldMistake, Forbidden, NotFound, Unauthenticated


class InvalidToken(Unauthenticated):
    """The access token is missing, broken, expired, revoked or not meant for this bank."""

    code = "invalid_token"


class RoleTooLow(Forbidden):
    """The person is signed in, and their role does not allow this."""

    code = "role_too_low"


class InvalidServiceToken(Unauthenticated):
    """An internal route was called without a valid service token."""

    code = "invalid_service_token"


class InvalidApiKey(Unauthenticated):
    """The API key is missing, mistyped, unknown, expired or revoked; nobody learns which."""

    code = "invalid_api_key"

    def __init__(self) -> None:
        super().__init__("This is not a valid API key.")


class KeyNotAllowed(Forbidden):
    """The key is known, and its permission or its accounts do not allow this."""

    code = "key_not_allowed"


class KeyAboveCreator(Forbidden):
    """Somebody asked for a key that could do more than they may themselves."""

    code = "key_above_creator"


class UnacceptableKeyTerms(BadRequest):
    """A key cannot be made on these terms."""

    code = "key_terms_not_acceptable"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, mistakes=[FieldMistake(field, detail)])


class UnknownApiKey(NotFound):
    """There is no such key, it was revoked before, or it is somebody else's."""

    code = "api_key_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such API key.")


class ScopeMissing(Forbidden):
    """The person did not grant the calling program what this needs."""

    code = "scope_missing"
