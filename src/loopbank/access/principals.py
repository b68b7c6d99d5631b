"""Who calls: a person, signed in through a session, with one role; or a partner with what a person granted."""

from dataclasses import dataclass
from enum import IntEnum

from loopbank.coins import Coins
from loopbank.foundation.clock import Instant


class Role(IntEnum):
    """What a person may do; each role may do everything the roles below it may."""

    USER = 0
    DEVELOPER = 1
    ADMIN = 2
    SUPERADMIN = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """The person behind a request, as their access token says and as long as it lives."""

    person_id: str
    session_id: str
    name: str
    role: Role
    expires_at: Instant

    @property
    def is_admin(self) -> bool:
        """Tell whether the person administers the bank."""
        return self.role >= Role.ADMIN


COINS_READ = "coins:read"
COINS_SPEND = "coins:spend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a person has granted a partner's program, as the partner's access token says and as long as it lives.

    `spend_limit` is how much the program may spend under this grant altogether, in minor units. The token belongs to a
    family, which ends with the session, the grant or the program.
    """

    id: str
    family_id: str
    person_id: str
    session_id: str
    name: str
    client_id: str
    scopes: frozenset[str]
    spend_limit: Coins
    expires_at: Instant
