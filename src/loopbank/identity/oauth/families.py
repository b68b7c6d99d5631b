"""Families of tokens: begun by a sign-in to a client, ended by whoever owns what they hang on.

A grant never changes its terms: other terms are another grant, and the former one ends with its tokens. So a token
says what its grant says for as long as it lives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loopbank.access import COINS_SPEND, Revocation, RevocationKind
from loopbank.coins import Coins
from loopbank.events import Fact
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.ids import new_id
from loopbank.identity.oauth import client_store, events, store
from loopbank.identity.oauth.errors import InvalidGrant, UnknownConnection
from loopbank.identity.oauth.model import Browser, Client, Connection, Family, StoredGrant
from loopbank.identity.oauth.scopes import Scopes
from loopbank.identity.sessions import IDLE_SECONDS_MAX, Sessions

ACCESS_SECONDS_MAX = 3_600
"""How long a partner's access token lives."""

FAMILY_SECONDS_MAX = 30 * 86_400
"""How long a program stays signed in without asking the person again, however often it refreshes."""

REVOKED_TOKENS_SECONDS_MAX = ACCESS_SECONDS_MAX + 60
"""After this time no token that was issued before a revocation is alive, on any machine's clock."""

_LISTED_MAX = 200
_FORGET_AFTER_SECONDS = 7 * 86_400
_FORGOTTEN_AT_ONCE_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A family just opened, and what the house must be told of it."""

    family: Family
    facts: tuple[Fact, ...]
    revocations: tuple[Revocation, ...]


class Families:
    """Begins and ends families, and keeps what people granted."""

    def __init__(self, *, database: Database, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def grant(self, person_id: str, client_id: str) -> StoredGrant | None:
        """Give what a person grants a client at this moment."""
        async with self._database.reading() as tx:
            return await client_store.find_grant(tx, person_id, client_id)

    async def open(
        self,
        tx: Transaction,
        client: Client,
        scopes: Scopes,
        browser: Browser,
        *,
        spend_limit: Coins | None,
    ) -> Opened:
        """Let the person in a browser agree to scopes, beside what they agreed to before, and begin a family.

        `spend_limit` is for `coins:spend`. The caller hands the answer to `tell` at the end of the transaction. Raises
        InvalidGrant when the session ended meanwhile, ConstraintViolated when the person answers twice at once.
        """
        now, person_id = self._clock(), browser.person.id
        former = await client_store.find_grant(tx, person_id, client.id)
        terms = _terms(client, scopes, spend_limit, former)
        if former is not None and terms == (former.scopes, former.spend_limit):
            return Opened(await self.start_family(tx, former, scopes, browser), (), ())
        facts: list[Fact] = []
        revocations: list[Revocation] = []
        if former is not None and await client_store.revoke_grant(tx, former.id, person_id=person_id, now=now):
            facts.append(events.grant_revoked(former, at=now))
            revocations.append(_revocation(RevocationKind.GRANT_REVOKED, former.id, now))
        grant = StoredGrant(
            id=new_id(),
            person_id=person_id,
            client_id=client.id,
            scopes=terms[0],
            spend_limit=terms[1],
            created_at=now,
            used_at=now,
        )
        await client_store.insert_grant(tx, grant)
        facts.append(events.grant_given(grant, client_name=client.name))
        return Opened(await self.start_family(tx, grant, scopes, browser), tuple(facts), tuple(revocations))

    async def tell(self, tx: Transaction, opened: Opened) -> None:
        """Tell what opening a family brought with it, last of all in its transaction."""
        await self._sessions.announce(tx, opened.facts, opened.revocations)

    async def start_family(self, tx: Transaction, grant: StoredGrant, scopes: Scopes, browser: Browser) -> Family:
        """Begin a family in a session, which counts as in use. Raises InvalidGrant when either ended meanwhile."""
        now = self._clock()
        idle_ends_at = later(now, IDLE_SECONDS_MAX)
        is_alive = await client_store.note_use(tx, grant.id, now=now) and await store.note_session_use(
            tx, browser.session_id, now=now, idle_ends_at=idle_ends_at
        )
        if not is_alive:
            raise InvalidGrant
        family = Family(
            id=new_id(),
            grant_id=grant.id,
            session_id=browser.session_id,
            scopes=scopes,
            authenticated_at=browser.authenticated_at,
            amr=browser.amr,
            created_at=now,
            ends_at=min(later(now, FAMILY_SECONDS_MAX), browser.session_ends_at),
        )
        await store.insert_family(tx, family)
        return family

    async def end(self, family_id: str, *, reason: str) -> None:
        """End a family with all its tokens; ending it twice is no mistake."""
        now = self._clock()
        async with self._database.transaction() as tx:
            grant_id = await store.revoke_family(tx, family_id, now=now)
            if grant_id is not None:
                fact = events.family_revoked(family_id=family_id, grant_id=grant_id, reason=reason, at=now)
                await self._sessions.announce(tx, [fact], [_revocation(RevocationKind.FAMILY_REVOKED, family_id, now)])
        await self._sessions.catch_up()

    async def connections(self, person_id: str) -> Sequence[Connection]:
        """List the apps that a person is connected to, the latest used first."""
        async with self._database.reading() as tx:
            return await client_store.list_connections(tx, person_id, limit=_LISTED_MAX)

    async def disconnect(self, person_id: str, grant_id: str) -> None:
        """Withdraw what a person granted; its tokens end everywhere within seconds. Raises UnknownConnection."""
        now = self._clock()
        async with self._database.transaction() as tx:
            ended = await client_store.revoke_grant(tx, grant_id, person_id=person_id, now=now)
            if ended is None:
                raise UnknownConnection
            revocation = _revocation(RevocationKind.GRANT_REVOKED, grant_id, now)
            await self._sessions.announce(tx, [events.grant_revoked(ended, at=now)], [revocation])
        await self._sessions.catch_up()

    async def forget_ended(self) -> int:
        """Delete what ended a week ago, some thousand rows at a time; gives how many went."""
        before = later(self._clock(), -_FORGET_AFTER_SECONDS)
        async with self._database.transaction() as tx:
            return await store.forget_ended(tx, before=before, limit=_FORGOTTEN_AT_ONCE_MAX)


async def withdraw_grants(tx: Transaction, person_id: str, *, now: Instant) -> Sequence[Fact]:
    """Withdraw all that a person granted, who is shut out; gives what is to be told of it.

    Their tokens end with the person, so no revocation is given.
    """
    return [events.grant_revoked(grant, at=now) for grant in await client_store.revoke_grants(tx, person_id, now=now)]


def _terms(
    client: Client, scopes: Scopes, spend_limit: Coins | None, former: StoredGrant | None
) -> tuple[Scopes, Coins | None]:
    """Give the terms that hold from now on: what is agreed to now, and what was before and is still the client's."""
    if former is None:
        return scopes, spend_limit
    together = scopes | (former.scopes & client.scopes)
    if COINS_SPEND in scopes:
        return together, spend_limit
    return together, former.spend_limit if COINS_SPEND in together else None


def _revocation(kind: RevocationKind, subject: str, now: Instant) -> Revocation:
    return Revocation(kind, subject, None, later(now, REVOKED_TOKENS_SECONDS_MAX))
