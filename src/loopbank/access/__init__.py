"""Who calls and what they may do: tokens, API keys, revocations, roles, rate limits, audit log, service tokens."""

from loopbank.access.api_keys import ApiKeys, NewApiKey
from loopbank.access.audit import ADMIN_ACTED, Actor, AuditEntry, AuditLog, acted
from loopbank.access.authority import Authority
from loopbank.access.callers import KEY_HEADER, Caller, Callers
from loopbank.access.errors import (
    InvalidApiKey,
    InvalidServiceToken,
    InvalidToken,
    KeyAboveCreator,
    KeyNotAllowed,
    RoleTooLow,
    ScopeMissing,
    UnacceptableKeyTerms,
    UnknownApiKey,
)
from loopbank.access.guard import Guard, bearer_token
from loopbank.access.keys import EVERY_ACCOUNT, ApiKey, KeyPermission, KeyTerms, highest_permission, permission_of
from loopbank.access.principals import COINS_READ, COINS_SPEND, Grant, Principal, Role
from loopbank.access.rate_limits import RateLimits, client_address, client_key
from loopbank.access.revocations import FetchRevocations, Revocation, RevocationKind, RevocationPage, Revocations
from loopbank.access.service_tokens import ServiceAuth, ServiceTokens
from loopbank.access.verification import (
    ALGORITHM,
    FIRST_PARTY_AUDIENCE,
    PARTNER_AUDIENCE,
    TOKEN_TYPE,
    FetchKeys,
    JwksDocument,
    TokenVerifier,
    token_issuer,
)

__all__ = [
    "ADMIN_ACTED",
    "ALGORITHM",
    "COINS_READ",
    "COINS_SPEND",
    "EVERY_ACCOUNT",
    "FIRST_PARTY_AUDIENCE",
    "KEY_HEADER",
    "PARTNER_AUDIENCE",
    "TOKEN_TYPE",
    "Actor",
    "ApiKey",
    "ApiKeys",
    "AuditEntry",
    "AuditLog",
    "Authority",
    "Caller",
    "Callers",
    "FetchKeys",
    "FetchRevocations",
    "Grant",
    "Guard",
    "InvalidApiKey",
    "InvalidServiceToken",
    "InvalidToken",
    "JwksDocument",
    "KeyAboveCreator",
    "KeyNotAllowed",
    "KeyPermission",
    "KeyTerms",
    "NewApiKey",
    "Principal",
    "RateLimits",
    "Revocation",
    "RevocationKind",
    "RevocationPage",
    "Revocations",
    "Role",
    "RoleTooLow",
    "ScopeMissing",
    "ServiceAuth",
    "ServiceTokens",
    "TokenVerifier",
    "UnacceptableKeyTerms",
    "UnknownApiKey",
    "acted",
    "bearer_token",
    "client_address",
    "client_key",
    "highest_permission",
    "permission_of",
    "token_issuer",
]
