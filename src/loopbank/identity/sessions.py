"""Sessions: opened by a sign-in, prolonged by rotating refresh tokens, ended by whoever owns them.

Refresh tokens rotate. The same token again within ten seconds is a browser's second tab or a lost answer: it gets
`invalid_grant` and nothing else. Later it is a stolen copy, and the session ends with everything that hangs on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loopbank.access import Principal, Revocation, RevocationKind, Revocations
from loopbank.events import Fact, record
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.ids import new_id, new_secret
from loopbank.identity import events, store
from loopbank.identity.errors import InvalidGrant, UnknownSession
from loopbank.identity.people import Person, Session, SignInPlace
from loopbank.identity.tokens import AccessToken, TokenIssuer, token_hash

IDLE_SECONDS_MAX = 30 * 86_400
SESSION_SECONDS_MAX = 90 * 86_400
REUSE_GRACE_SECONDS = 10

_LISTED_SESSIONS_MAX = 100
_CLOCK_SKEW_SECONDS = 60
_FORGET_AFTER_SECONDS = 7 * 86_400
_FORGOTTEN_AT_ONCE_MAX = 5_000


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that goes on, and the refresh token that will prolong it."""

    session: Session
    refresh_token: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with fresh tokens."""

    person: Person
    access_token: AccessToken
    refresh_token: str
    session: Session


@dataclass(frozen=True, slots=True)
class Announcement:
    """What happened, for the log and for everybody who checks tokens."""

    facts: Sequence[Fact] = ()
    revocations: Sequence[Revocation] = ()


class Sessions:
    """Opens, prolongs, lists and ends sessions."""

    def __init__(
        self,
        *,
        database: Database,
        issuer: TokenIssuer,
        revocations: Revocations,
        token_seconds: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._revocations = revocations
        self._token_seconds = token_seconds
        self._clock = clock

    async def open(self, tx: Transaction, person: Person, place: SignInPlace) -> OpenedSession:
        """Open a session within the transaction of a sign-in, which holds the person's row."""
        now = self._clock()
        opened = Session(
            id=new_id(),
            person_id=person.id,
            device=place.device,
            address=place.address,
            created_at=now,
            last_seen_at=now,
            idle_ends_at=later(now, IDLE_SECONDS_MAX),
            ends_at=later(now, SESSION_SECONDS_MAX),
        )
        await store.insert_session(tx, opened)
        return OpenedSession(opened, await self._new_refresh_token(tx, opened, now))

    async def signed_in(self, person: Person, opened: OpenedSession) -> SignedIn:
        """Sign the access token of an opened session, outside its transaction."""
        access_token = await self._issuer.issue(person, opened.session)
        return SignedIn(person, access_token, opened.refresh_token, opened.session)

    async def refresh(self, refresh_token: str, *, address: str) -> SignedIn:
        """Exchange a refresh token for new tokens. Raises InvalidGrant."""
        hashed = token_hash(refresh_token)
        await self._refuse_spent(hashed)
        now = self._clock()
        async with self._database.transaction() as tx:
            session_id = await store.use_refresh_token(tx, hashed, now=now)
            if session_id is None:
                raise InvalidGrant
            idle_ends_at = later(now, IDLE_SECONDS_MAX)
            prolonged = await store.prolong_session(tx, session_id, now=now, idle_ends_at=idle_ends_at, address=address)
            person = None if prolonged is None else await store.find_person(tx, prolonged.person_id)
            if prolonged is None or person is None:
                raise InvalidGrant
            opened = OpenedSession(prolonged, await self._new_refresh_token(tx, prolonged, now))
        return await self.signed_in(person, opened)

    async def token_for(self, principal: Principal) -> tuple[Person, AccessToken]:
        """Sign a fresh access token of the session that a request came with. Raises InvalidGrant."""
        async with self._database.reading() as tx:
            person = await store.find_person(tx, principal.person_id)
            session = await store.find_session(tx, principal.session_id, now=self._clock())
        if person is None or session is None:
            raise InvalidGrant
        return person, await self._issuer.issue(person, session)

    async def list(self, principal: Principal) -> Sequence[Session]:
        """List the person's living sessions, the latest used first."""
        async with self._database.reading() as tx:
            return await store.list_sessions(tx, principal.person_id, now=self._clock(), limit=_LISTED_SESSIONS_MAX)

    async def end(self, principal: Principal, session_id: str) -> None:
        """End one of the person's own sessions. Raises UnknownSession."""
        async with self._database.transaction() as tx:
            person_id = await self._end(tx, session_id, reason="ended_by_owner", person_id=principal.person_id)
            if person_id is None:
                raise UnknownSession
        await self.catch_up()

    async def sign_out(self, session_id: str) -> None:
        """End the session that a request came with; ending it twice is no mistake."""
        async with self._database.transaction() as tx:
            await self._end(tx, session_id, reason="signed_out")
        await self.catch_up()

    async def sign_out_by_token(self, refresh_token: str, *, keep: str | None = None) -> None:
        """End the session of a refresh token, if there is one and it is not the one to keep."""
        async with self._database.reading() as tx:
            known = await store.find_refresh_token(tx, token_hash(refresh_token))
        if known is not None and known.session_id != keep:
            await self.sign_out(known.session_id)

    async def end_all(
        self,
        tx: Transaction,
        person_id: str,
        *,
        reason: str,
        because: Fact,
        revocations: Sequence[Revocation] = (),
        keep: str | None = None,
    ) -> None:
        """End a person's sessions except one, and announce it together with what made it necessary."""
        now = self._clock()
        ended = await store.end_sessions(tx, person_id, now=now, keep=keep)
        facts = [
            events.session_revoked(person_id=person_id, session_id=session_id, reason=reason, at=now)
            for session_id in ended
        ]
        withdrawn = [self._revocation(session_id, now) for session_id in ended]
        await self.announce(tx, [because, *facts], [*revocations, *withdrawn])

    async def end_everybodys(self, tx: Transaction) -> int:
        """End every session, for whoever makes all access tokens worthless in another way; gives how many."""
        return await store.end_every_session(tx, now=self._clock())

    async def announce(self, tx: Transaction, facts: Sequence[Fact], revocations: Sequence[Revocation]) -> None:
        """Write what happened to the log and, last of all, to the revocations (see the store's law of locks)."""
        await record(tx, facts)
        await store.insert_revocations(tx, revocations)

    async def catch_up(self) -> None:
        """Let this process know at once what others learn with their next poll; call it after the commit."""
        await self._revocations.catch_up()

    def tokens_end_at(self, now: Instant) -> Instant:
        """Give the instant after which no token that was issued until now is alive."""
        return later(now, self._token_seconds + _CLOCK_SKEW_SECONDS)

    async def forget_ended(self) -> int:
        """Delete what ended a week ago, some thousand rows at a time; gives how many went."""
        before = later(self._clock(), -_FORGET_AFTER_SECONDS)
        async with self._database.transaction() as tx:
            return await store.forget_ended(tx, before=before, limit=_FORGOTTEN_AT_ONCE_MAX)

    async def _refuse_spent(self, hashed: str) -> None:
        """Refuse a token that is unknown or used, without a write; end the session of one that was stolen."""
        async with self._database.reading() as tx:
            known = await store.find_refresh_token(tx, hashed)
        if known is None:
            raise InvalidGrant
        if known.used_at is None:
            return
        if self._clock() > later(known.used_at, REUSE_GRACE_SECONDS):
            async with self._database.transaction() as tx:
                await self._end(tx, known.session_id, reason="refresh_token_reused")
            await self.catch_up()
        raise InvalidGrant

    async def _end(self, tx: Transaction, session_id: str, *, reason: str, person_id: str | None = None) -> str | None:
        now = self._clock()
        owner = await store.end_session(tx, session_id, now=now, person_id=person_id)
        if owner is not None:
            fact = events.session_revoked(person_id=owner, session_id=session_id, reason=reason, at=now)
            await self.announce(tx, [fact], [self._revocation(session_id, now)])
        return owner

    async def _new_refresh_token(self, tx: Transaction, session: Session, now: Instant) -> str:
        token = new_secret()
        ends_at = min(later(now, IDLE_SECONDS_MAX), session.ends_at)
        await store.insert_refresh_token(tx, token_hash(token), session.id, now=now, ends_at=ends_at)
        return token

    def _revocation(self, session_id: str, now: Instant) -> Revocation:
        return Revocation(RevocationKind.SESSION_REVOKED, session_id, None, self.tokens_end_at(now))
