"""How the provider refuses programs: the codes of OAuth 2.1, OpenID Connect and their companions.

The sentences are plain ASCII without quotes, as RFC 6749 asks of error descriptions. An answer to a program is the JSON
of RFC 6749, section 5.2; in a browser the same refusal goes back to the program in the redirect, and what cannot go
back, because nobody vouches for where it would go, is shown on a page.
"""

from typing import ClassVar

from loopbank.foundation.errors import FieldMistake, Forbidden, NotFound, Refusal


class OAuthRefusal(Refusal):
    """Base of what a program is told; `code` is the `error` of the protocol."""

    title = "Refused"

    challenge: ClassVar[str | None] = None
    """The scheme of WWW-Authenticate that the protocol wants beside this refusal."""


class InvalidRequest(OAuthRefusal):
    """A parameter is missing, repeated, malformed or not supported."""

    code = "invalid_request"


class InvalidClient(OAuthRefusal):
    """The program did not prove that it is the client it names."""

    code = "invalid_client"
    status = 401
    challenge = "Basic"

    def __init__(self) -> None:
        super().__init__("The client is unknown or did not authenticate.")


class InvalidGrant(OAuthRefusal):
    """The code or token is unknown, used, expired, revoked or another client's; nobody learns which."""

    code = "invalid_grant"

    def __init__(self) -> None:
        super().__init__("The code or token is not valid, or not valid any more.")


class UnauthorizedClient(OAuthRefusal):
    """The client is known and not registered for this way of getting tokens."""

    code = "unauthorized_client"

    def __init__(self) -> None:
        super().__init__("The client is not registered for this grant type.")


class UnsupportedGrantType(OAuthRefusal):
    """There is no such way of getting tokens."""

    code = "unsupported_grant_type"

    def __init__(self) -> None:
        super().__init__("This grant type is not supported.")


class UnsupportedResponseType(OAuthRefusal):
    """Only codes are given out in redirects."""

    code = "unsupported_response_type"

    def __init__(self) -> None:
        super().__init__("Only the response type code is supported.")


class InvalidScope(OAuthRefusal):
    """A scope is not the client's, goes beyond what was granted, or nothing is left to ask for."""

    code = "invalid_scope"


class AccessDenied(OAuthRefusal):
    """The person said no."""

    code = "access_denied"

    def __init__(self) -> None:
        super().__init__("The person did not agree.")


class LoginRequired(OAuthRefusal):
    """Nobody could be asked to sign in (`prompt=none`)."""

    code = "login_required"

    def __init__(self) -> None:
        super().__init__("The person has to sign in.")


class ConsentRequired(OAuthRefusal):
    """Nobody could be asked for their consent (`prompt=none`)."""

    code = "consent_required"

    def __init__(self) -> None:
        super().__init__("The person has to agree first.")


class RequestNotSupported(OAuthRefusal):
    """Request objects are not read: neither signed nor unsigned, neither here nor from an address."""

    code = "request_not_supported"

    def __init__(self) -> None:
        super().__init__("Request objects are not supported.")


class RequestUriNotSupported(OAuthRefusal):
    """As RequestNotSupported, for objects that would be fetched."""

    code = "request_uri_not_supported"

    def __init__(self) -> None:
        super().__init__("Request objects are not supported.")


class RegistrationNotSupported(OAuthRefusal):
    """Clients are registered in the developers' console only."""

    code = "registration_not_supported"

    def __init__(self) -> None:
        super().__init__("Clients are registered in the developer console.")


class AuthorizationPending(OAuthRefusal):
    """The person has not decided about the device yet."""

    code = "authorization_pending"

    def __init__(self) -> None:
        super().__init__("The person has not decided yet.")


class SlowDown(OAuthRefusal):
    """The device asked too soon; it waits five seconds longer from now on."""

    code = "slow_down"

    def __init__(self) -> None:
        super().__init__("Please ask less often: five seconds more between two questions.")


class ExpiredToken(OAuthRefusal):
    """The device's code has grown old."""

    code = "expired_token"

    def __init__(self) -> None:
        super().__init__("The code has expired. Please start again.")


class InvalidAccessToken(OAuthRefusal):
    """The access token at the userinfo endpoint is missing, broken, expired or revoked (RFC 6750)."""

    code = "invalid_token"
    status = 401
    challenge = "Bearer"

    def __init__(self) -> None:
        super().__init__("The access token is missing, expired or revoked.")


class InsufficientScope(OAuthRefusal):
    """The access token does not carry the scope that this needs (RFC 6750)."""

    code = "insufficient_scope"
    status = 403
    challenge = "Bearer"


class UnusableAuthorization(Refusal):
    """Nobody vouches for where the answer would go, so it is shown to the person and sent nowhere."""

    code = "authorization_not_usable"
    title = "This sign-in cannot go on"


class UnacceptableClient(Refusal):
    """A client cannot be registered like this."""

    code = "client_not_acceptable"
    title = "Client not acceptable"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, mistakes=[FieldMistake(field, detail)])


class UnknownClient(NotFound):
    """There is no such client, or it is somebody else's."""

    code = "client_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such client.")


class PublicClient(Forbidden):
    """A public client has no secret that could be changed."""

    code = "client_has_no_secret"

    def __init__(self) -> None:
        super().__init__("A public client has no secret.")


class UnknownConnection(NotFound):
    """The person is not connected to such an app."""

    code = "connection_not_found"

    def __init__(self) -> None:
        super().__init__("You are not connected to this app.")


class NoPublicAddress(NotFound):
    """The installation does not know under which address the world sees it, so it cannot describe itself."""

    code = "no_public_address"

    def __init__(self) -> None:
        super().__init__("This installation has no public address (LOOPBANK_PUBLIC_URL) to be found under from here.")
