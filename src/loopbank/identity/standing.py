"""Standing: which role a person's tokens carry, where administrators of a platform need a second factor."""

from loopbank.access import Role
from loopbank.foundation.clock import Instant, later
from loopbank.identity.people import Person


class Standing:
    """Knows what a person's role is worth at an instant.

    An administrator without a second factor keeps the role for `grace_seconds` after getting it, so that the first one
    can set everything up; after that their tokens say USER until they have one. None asks nobody for a second factor.
    """

    def __init__(self, *, grace_seconds: int | None) -> None:
        self._grace_seconds = grace_seconds

    def role(self, person: Person, now: Instant) -> Role:
        """Give the role that a token of the person carries."""
        return Role.USER if self.lacks_second_factor(person, now) else person.role

    def lacks_second_factor(self, person: Person, now: Instant) -> bool:
        """Tell whether the person's role is withheld until they have a second factor."""
        ends_at = self.grace_ends_at(person)
        return ends_at is not None and now >= ends_at

    def grace_ends_at(self, person: Person) -> Instant | None:
        """Give the instant by which the person must have a second factor; None when they need none, or have one."""
        if self._grace_seconds is None or person.role < Role.ADMIN or person.second_factor_since is not None:
            return None
        return later(person.staff_since or person.created_at, self._grace_seconds)
