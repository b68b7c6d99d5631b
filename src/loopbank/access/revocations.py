"""What happened to people and sessions after their tokens were issued, polled from the Authentication Service."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from loopbank.access.errors import InvalidToken
from loopbank.access.principals import Grant, Principal, Role
from loopbank.foundation.clock import Clock, Instant
from loopbank.foundation.errors import Unavailable

POLL_SECONDS = 2.0
_POLLS_BETWEEN_SWEEPS = 300

log = structlog.get_logger("loopbank.access")


class RevocationKind(StrEnum):
    """What happened."""

    SESSION_REVOKED = "session_revoked"
    PERSON_DEACTIVATED = "person_deactivated"
    PERSON_RESTORED = "person_restored"
    ROLE_CHANGED = "role_changed"
    CLIENT_REVOKED = "client_revoked"
    CLIENT_RESTORED = "client_restored"
    GRANT_REVOKED = "grant_revoked"
    FAMILY_REVOKED = "family_revoked"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One fact about its subject, by kind; after `ends_at` no token from before it can still be alive."""

    kind: RevocationKind
    subject: str
    role: Role | None
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class RevocationPage:
    """Facts in the order they were committed, and the cursor to ask for what came after them."""

    cursor: int
    revocations: tuple[Revocation, ...]
    is_last: bool


FetchRevocations = Callable[[int], Awaitable[RevocationPage]]
"""Gives the facts after a cursor; 0 asks from the beginning."""


class Revocations:
    """The state of all revocations, at most `POLL_SECONDS` old while the Authentication Service answers.

    While it does not, the last state stays in force. Before the first answer nobody is admitted.
    """

    def __init__(self, *, fetch: FetchRevocations, clock: Clock, poll_seconds: float = POLL_SECONDS) -> None:
        self._fetch = fetch
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._cursor = 0
        self._is_known = False
        self._sessions: dict[str, Instant] = {}
        self._people: dict[str, Instant] = {}
        self._roles: dict[str, tuple[Role, Instant]] = {}
        self._withdrawn: dict[tuple[RevocationKind, str], Instant] = {}
        self._turn = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether the state was fetched at least once."""
        return self._is_known

    def admit(self, principal: Principal) -> Principal:
        """Give the principal with the role they have now.

        Raises InvalidToken when their session ended or they were deactivated, Unavailable before the first fetch.
        """
        self._refuse_ended(principal)
        changed = self._roles.get(principal.person_id)
        if changed is None or changed[0] is principal.role:
            return principal
        return replace(principal, role=changed[0])

    def admit_grant(self, grant: Grant) -> Grant:
        """Give the grant when neither it nor anything it hangs on was withdrawn. Raises as `admit`."""
        self._refuse_ended(grant)
        hangs_on = (
            (RevocationKind.FAMILY_REVOKED, grant.family_id),
            (RevocationKind.GRANT_REVOKED, grant.id),
            (RevocationKind.CLIENT_REVOKED, grant.client_id),
        )
        if any(parent in self._withdrawn for parent in hangs_on):
            raise InvalidToken("This access was withdrawn.")
        return grant

    async def refresh(self) -> None:
        """Fetch what happened since the last time. Raises what the fetch raises, and keeps the last state then."""
        async with self._turn:
            while True:
                page = await self._fetch(self._cursor)
                for revocation in page.revocations:
                    self._apply(revocation)
                self._cursor = page.cursor
                if page.is_last:
                    break
            self._is_known = True

    async def catch_up(self) -> None:
        """As `refresh`, without the raising: what cannot be fetched now comes with a later poll."""
        try:
            await self.refresh()
        except Exception as error:  # noqa: BLE001 -- see the next line
            # Whatever went wrong, the last state stays in force and the next poll tries again.
            log.warning("revocations not refreshed", reason=repr(error))

    async def start(self) -> None:
        """Fetch the state and keep it fresh until `stop`."""
        await self.catch_up()
        self._polling = asyncio.create_task(self._poll(), name="revocations")

    async def stop(self) -> None:
        """Stop polling."""
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
            self._polling = None

    def _refuse_ended(self, shown: Principal | Grant) -> None:
        if not self._is_known:
            raise Unavailable("Sign-ins cannot be checked at the moment. Please try again.")
        if shown.session_id in self._sessions or shown.person_id in self._people:
            raise InvalidToken("This session has ended. Please sign in again.")

    async def _poll(self) -> None:
        polls = 0
        while True:
            await asyncio.sleep(self._poll_seconds)
            await self.catch_up()
            polls += 1
            if polls % _POLLS_BETWEEN_SWEEPS == 0:
                self._sweep()

    def _apply(self, revocation: Revocation) -> None:
        match revocation.kind:
            case RevocationKind.SESSION_REVOKED:
                self._sessions[revocation.subject] = revocation.ends_at
            case RevocationKind.PERSON_DEACTIVATED:
                self._people[revocation.subject] = revocation.ends_at
            case RevocationKind.PERSON_RESTORED:
                self._people.pop(revocation.subject, None)
            case RevocationKind.ROLE_CHANGED if revocation.role is not None:
                self._roles[revocation.subject] = (revocation.role, revocation.ends_at)
            case RevocationKind.CLIENT_RESTORED:
                self._withdrawn.pop((RevocationKind.CLIENT_REVOKED, revocation.subject), None)
            case RevocationKind.CLIENT_REVOKED | RevocationKind.GRANT_REVOKED | RevocationKind.FAMILY_REVOKED:
                self._withdrawn[revocation.kind, revocation.subject] = revocation.ends_at

    def _sweep(self) -> None:
        """Forget what no living token can meet any more."""
        now = self._clock()
        self._sessions = {session: end for session, end in self._sessions.items() if end > now}
        self._people = {person: end for person, end in self._people.items() if end > now}
        self._withdrawn = {parent: end for parent, end in self._withdrawn.items() if end > now}
        self._roles = {person: (role, end) for person, (role, end) in self._roles.items() if end > now}
