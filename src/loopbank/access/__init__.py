"""Who calls and what they may do: tokens, revocations, roles, rate limits, and the services' own tokens."""

from loopbank.access.authority import Authority
from loopbank.access.errors import InvalidServiceToken, InvalidToken, RoleTooLow
from loopbank.access.guard import Guard, bearer_token
from loopbank.access.principals import Principal, Role
from loopbank.access.rate_limits import RateLimits, client_address, client_key
from loopbank.access.revocations import FetchRevocations, Revocation, RevocationKind, RevocationPage, Revocations
from loopbank.access.service_tokens import ServiceAuth, ServiceTokens
from loopbank.access.verification import (
    ALGORITHM,
    FIRST_PARTY_AUDIENCE,
    TOKEN_TYPE,
    FetchKeys,
    JwksDocument,
    TokenVerifier,
    token_issuer,
)

__all__ = [
    "ALGORITHM",
    "FIRST_PARTY_AUDIENCE",
    "TOKEN_TYPE",
    "Authority",
    "FetchKeys",
    "FetchRevocations",
    "Guard",
    "InvalidServiceToken",
    "InvalidToken",
    "JwksDocument",
    "Principal",
    "RateLimits",
    "Revocation",
    "RevocationKind",
    "RevocationPage",
    "Revocations",
    "Role",
    "RoleTooLow",
    "ServiceAuth",
    "ServiceTokens",
    "TokenVerifier",
    "bearer_token",
    "client_address",
    "client_key",
    "token_issuer",
]
