"""Scopes: what a program may ask a person for."""

from collections.abc import Iterable

from loopbank.access import COINS_READ, COINS_SPEND

OPENID = "openid"
PROFILE = "profile"
EMAIL = "email"
OFFLINE_ACCESS = "offline_access"

SCOPES = (OPENID, PROFILE, EMAIL, OFFLINE_ACCESS, COINS_READ, COINS_SPEND)
"""Every scope, in the order in which they are written and shown."""

Scopes = frozenset[str]


def read_scopes(text: str) -> Scopes:
    """Read a list of scopes; names that nobody here knows are left out (OpenID Connect Core, 3.1.2.1)."""
    return frozenset(text.split()).intersection(SCOPES)


def write_scopes(scopes: Iterable[str]) -> str:
    """Write scopes in their order, with spaces between them."""
    given = frozenset(scopes)
    return " ".join(scope for scope in SCOPES if scope in given)
