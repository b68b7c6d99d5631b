"""Who calls: a person, signed in through a session, with one role."""

from dataclasses import dataclass
from enum import IntEnum

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
